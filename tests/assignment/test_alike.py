"""The same mistake in several places: a helper that gates share is one mistake."""

import pytest

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.wrong import wrong_programs
from gatecheck.assignment.wrong.together import together
from gatecheck.calculus.backward import derive
from gatecheck.cells import load


def merged(role):
    cell = load("lstm")
    return list(together(wrong_programs(cell, compiled(derive(cell, cell.outputs)), ("h",), role)))


@pytest.mark.parametrize(
    ("role", "title"),
    [
        ("step", "A term is missing from the equations of f, i, g and o: b_f, b_i and 2 more"),
        ("step", "A term is missing from the equations of f, i and o: b_f, b_i and 1 more"),
        ("step", "x counts twice in the equations of f, i, g and o"),
        ("step_backward", "The activation's derivative is missing in the gradients of o, g, i and f"),
        ("step_backward", "The activation's derivative is missing in the gradients of o, i and f"),
        ("step_backward", "The gradients of W_f, U_f, b_f, W_i and 8 more are means over the batch, not sums"),
        ("step_backward", "tanh³(c) and g³ stand for tanh²(c) and g² in the gradients of c and a_g"),
        ("backward", "The gradients of W_f, U_f, b_f, W_i and 8 more are overwritten at every step"),
    ],
)
def test_what_a_shared_helper_gets_wrong_is_told_once(role, title):
    assert title in {w.words.title for w in merged(role)}


def test_merged_mistakes_change_every_place_and_no_place_twice():
    for wrong in merged("step_backward"):
        entries = [*wrong.change.gradients, *wrong.change.parameters, *wrong.change.results]
        assert len(entries) == len(set(entries)) > 1 or wrong.change.renamed
