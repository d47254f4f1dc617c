"""The rules on data against SymPy's derivation: over every cell, and where equations are others than the cell's."""

from pathlib import Path

import numpy as np
import pytest
from covering import dear

from gatecheck.assignment.adjoint import follow, is_gradient, owner, size
from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.drawing import draw
from gatecheck.assignment.execution import run
from gatecheck.calculus.backward import derive
from gatecheck.cells import SCALAR, library, load, read

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))


def drawn(cell, seed=1, steps=4):
    return draw(cell, np.random.default_rng(seed), {**{n: k for k, n in enumerate(cell.sizes, 2)}, "B": 3, "T": steps})


@pytest.mark.parametrize("name", [pytest.param(n, marks=dear(n), id=getattr(n, "stem", n)) for n in (*library(), *ODD)])
def test_what_follows_from_a_cell_s_own_equations_are_its_gradients(name):
    cell = load(name)
    program = compiled(derive(cell, cell.outputs))
    again = program.changed(follow(cell, program, program.forward))
    with np.errstate(all="ignore"):
        one, two = run(program, drawn(cell)), run(again, drawn(cell))
    for group in ("gradients", "initial", "parameters"):
        for quantity, value in getattr(one, group).items():
            scale = np.abs(value).max(initial=0) or 1
            assert np.abs(value - getattr(two, group)[quantity]).max(initial=0) < 1e-12 * scale, (group, quantity)


def test_what_follows_from_another_equation_is_the_gradient_of_a_cell_that_has_it():
    right = read(
        "x: D\nh: H\nz[t] = sigmoid(W @ x[t] + U @ h[t-1])\nh[t] = z[t] * h[t-1] + (1 - z[t]) * h[t-1]**2\n", "a.cell"
    )
    wrong = read("x: D\nh: H\nz[t] = tanh(W @ x[t])\nh[t] = z[t]**2 + U @ (z[t] * h[t-1])\n", "b.cell")
    program, other = (compiled(derive(c, c.outputs)) for c in (right, wrong))
    followed = program.changed(follow(right, program, other.forward))
    data = drawn(right)
    one, two = run(other, data), run(followed, data)
    for quantity in ("W", "U"):
        assert np.allclose(one.parameters[quantity], two.parameters[quantity], rtol=1e-12, atol=0)
    assert np.allclose(one.initial["h"], two.initial["h"], rtol=1e-12, atol=0)


def test_names_of_a_program_are_told_apart():
    cell = read("x: D\nd: H\nah: H\nd[t] = tanh(W @ x[t]) + d[t-1]\nah[t] = sigmoid(d[t] * ah[t-1])\n", "a.cell")
    owners = {"dd": "d", "d": "d", "dah": "ah", "da_ah": "ah", "~dd": "d", "d[t-1]": "d", "a_ah": "ah", "dx": "x"}
    assert {n: owner(cell, n) for n in owners} == owners
    assert [n for n in owners if is_gradient(cell, n)] == ["dd", "dah", "da_ah", "~dd", "dx"]
    assert size(cell, "#H") == SCALAR != size(cell, "da_ah")
