"""The derivation, compiled and run, against the independent oracle."""

import numpy as np
import oracle

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.execution import run
from gatecheck.assignment.program import Data
from gatecheck.calculus.backward import derive


def errors(cell, upstream_on=None, seed=0, program=None):
    """{array: relative error} of every gradient of a cell over three steps; upstream_on: the outputs that get one."""
    rng = np.random.default_rng(seed)
    sizes, inputs, initial, parameters, upstream = oracle.draw(cell, rng, T=3 if cell.inputs else 1)
    upstream = {n: u for n, u in upstream.items() if upstream_on is None or n in upstream_on}
    program = program or compiled(derive(cell))
    got = run(program, Data(inputs, initial, parameters, upstream, sizes))
    wanted = oracle.gradients(cell, inputs, initial, parameters, upstream)
    found = {"inputs": got.gradients, "initial": got.initial, "parameters": got.parameters, "added": got.gradients}
    pairs = {f"{g} {n}": (found[g][n], wanted[g][n]) for g, arrays in wanted.items() for n in arrays}
    # A gradient that is zero but for rounding is measured by the others.
    scale = max(np.abs(want).max(initial=0) for _, want in pairs.values())
    return {name: oracle.far(a, b, scale) for name, (a, b) in pairs.items()}
