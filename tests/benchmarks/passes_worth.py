"""What each pass of fast NumPy is worth: times with one of them taken away in turn, as a line of JSON; one BLAS thread.

OPENBLAS_NUM_THREADS=1 python tests/benchmarks/passes_worth.py CELL DTYPE RUNS
"""

import json
import sys
from contextlib import ExitStack
from unittest.mock import patch

import numpy as np
from numpy_speed import SIZES, drawn, measured, module

from gatecheck.cells import load
from gatecheck.writing.fast import functions, packing
from gatecheck.writing.fast import module as made
from gatecheck.writing.fast.places import deltas

#: Passes that a cell is compiled without, if with more calls.
OPTIONAL = ("open_joins", "cut_joins", "factor", "share", "invert", "early_parts", "widen", "halve")
#: What is no pass over a program, and how it is taken away.
OTHERS = {
    "gates in one call": (packing._Arranging, "_longer", lambda *_: None),
    "changed in place": (packing._Arranging, "_dying", lambda *_: ()),
    "order of the slots": (made, "ordered", lambda program: deltas(program)[::-1]),
}


def variants(cell):
    """Modules by what they lack; those that lack nothing by it are left out."""
    whole = functions.code(cell)
    found = {"all passes": module(whole)}
    for name in OPTIONAL:
        rest = tuple(p for p in made.PASSES if p.__name__ != name)
        found |= _without(cell, whole, name, (made, "PASSES", rest))
    for name, change in OTHERS.items():
        found |= _without(cell, whole, name, change)
    found["factors for several steps"] = module(whole) | {"BLOCK": 1}
    return found


def _without(cell, whole, name, change):
    with ExitStack() as changed:
        changed.enter_context(patch.object(*change))
        text = functions.code(cell)
    return {} if text == whole else {name: module(text)}


def contestants(cell, T, B, D, H, dtype):
    """Functions by what they lack, each one pass forward and back."""
    p, x, x0, upstream, _ = drawn(cell, T, B, D, H, dtype)

    def runner(of, reused=True):
        packed, kept = of["pack"](p), [None]

        def run():
            *_, kept[0] = of["forward"](*x, *x0, packed, kept[0] if reused else None)
            of["backward"](*upstream, kept[0], packed)

        return run

    found = {name: runner(of) for name, of in variants(cell).items()}
    return found | {"a workspace used again": runner(module(functions.code(cell)), reused=False)}


if __name__ == "__main__":
    of, kind, runs = load(sys.argv[1]), np.dtype(sys.argv[2]).type, int(sys.argv[3])
    print(json.dumps(measured(contestants(of, *SIZES[1], kind), runs)))
