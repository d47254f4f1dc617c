"""A value set free: what explains everything is found, and the formula that was written there."""

import functools

import numpy as np
import pytest
from covering import dear

from gatecheck.assignment.change import Change
from gatecheck.assignment.execution import run
from gatecheck.assignment.expressions import product
from gatecheck.assignment.key import build
from gatecheck.assignment.program import Data
from gatecheck.cells import library, load
from gatecheck.conventions import layout
from gatecheck.grading.case import case_of
from gatecheck.grading.exchange import expected
from gatecheck.grading.freeing import freed, located
from gatecheck.grading.sample import sample
from gatecheck.grading.writing_out import written_out

CELLS = [pytest.param(name, marks=dear(name)) for name in library()]


@functools.cache
def made_of(name):
    made = layout(load(name), "gatecheck")
    return made, build(made).program


def planted(name, role, change, data=None):
    """The case of a function whose program is changed, the right program, and the quantities that are off."""
    made, program = made_of(name)
    data = data or sample(made, program, "c0ffee").of(role)
    values = expected(made, role, program.changed(change), data)
    case = case_of(made, role, program, data, values, None)
    return case, program, case.off(case.errors(program))


@pytest.mark.parametrize("name", CELLS)
def test_a_gradient_of_any_numbers_is_found_with_its_numbers(name):
    made, program = made_of(name)
    data = sample(made, program, "c0ffee").of("step_backward")
    shapes = {n: g[0].shape for n, g in run(program, data).gradients.items()}
    rng, found = np.random.default_rng(7), 0
    for quantity in program.gradients:
        if quantity in made.cell.inputs or quantity in made.cell.outputs:
            continue  # what arrives at an output from t+1 is added by the loop
        numbers = rng.normal(size=shapes[quantity])
        known = Data(data.inputs, data.initial, data.parameters | {"@": numbers}, data.upstream, data.sizes)
        later = [c for c in program.gradients[quantity] if c[0]]
        case, right, off = planted(name, "step_backward", Change(gradients={quantity: [[0, "@"], *later]}), known)
        free = {f.name: f.values for f in freed(case, right, off)}
        if quantity in free:
            found += 1
            np.testing.assert_allclose(free[quantity], numbers, rtol=1e-6, atol=1e-8)
    assert found or not made.cell.parameters


@pytest.mark.parametrize(
    ("quantity", "factors"),
    [
        ("f", ["dc", ["^", "f", 2.0], ["tanh", "c[t-1]"]]),
        ("a_o", ["do", "o", ["tanh", "o"]]),
        ("g", [-2.0, "dc", "f", ["+", 1.0, ["*", -1.0, "i"]]]),
    ],
)
def test_a_product_that_no_slip_makes_is_written_out(quantity, factors):
    case, right, off = planted("lstm", "step_backward", Change(gradients={quantity: [[0, product(factors)]]}))
    wrongs = [w for free in freed(case, right, off) if free.name == quantity for w in written_out(case, right, free)]
    assert [w.id for w in wrongs] == ["another-formula"]
    fresh = sample(*made_of("lstm"), "beef").of("step_backward")
    want, got = (
        expected(case.layout, case.role, right.changed(c), fresh)
        for c in (Change(gradients={quantity: [[0, product(factors)]]}), wrongs[0].change)
    )
    assert all(np.allclose(got[q], want[q], rtol=1e-9) for q in want)


def test_a_line_that_is_returned_is_written_out_and_what_follows_is_seen_to_follow():
    wrong = ["+", ["*", "f", "c[t-1]"], ["*", "i", "f", "c[t-1]"]]
    case, right, off = planted("lstm", "step", Change(forward={"c": wrong}))
    assert set(off) == {"h", "c"}
    (free,) = freed(case, right, off)
    (made,) = written_out(case, right, free)
    assert made.words.left == "c" and made.words.wrong == "f ⊙ c[t−1] + f ⊙ i ⊙ c[t−1]"


def test_two_values_that_are_wrong_are_in_no_single_place():
    change = Change(gradients={"f": [[0, ["exp", "dc"]]], "o": [[0, ["exp", "dh"]]]})
    case, right, off = planted("lstm", "step_backward", change)
    assert located(case, right, off) is None


def test_right_results_set_nothing_free():
    case, right, off = planted("lstm", "step_backward", Change())
    assert not off and list(freed(case, right, off)) == []
