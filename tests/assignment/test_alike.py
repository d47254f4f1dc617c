"""The same mistake in several places: a helper that gates share is one mistake."""

from functools import cache

import pytest

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.wrong import wrong_programs
from gatecheck.assignment.wrong.together import together
from gatecheck.calculus.backward import derive
from gatecheck.cells import load


@cache
def merged(role):
    cell = load("lstm")
    program = compiled(derive(cell, cell.outputs))
    return list(together(wrong_programs(cell, program, ("h",), role), program))


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
    cell = load("lstm")
    usual = compiled(derive(cell, cell.outputs)).gradients
    for wrong in merged("step_backward"):
        terms = [(n, k) for n, e in wrong.change.gradients.items() for k, t in enumerate(usual[n]) if t not in e]
        places = [*terms, *wrong.change.parameters, *wrong.change.results]
        assert len(places) == len(set(places)) > 1 or wrong.change.renamed or len(wrong.quantities) > 1


def test_the_same_slip_in_all_terms_of_one_gradient_is_told_once_with_the_whole_formula():
    told = "U_f δa_f[t+1], U_i δa_i[t+1] and 2 more stand for"
    words = next(w.words for w in merged("step_backward") if w.words.title.startswith(told))
    assert "U_iᵀ" not in words.wrong and "U_i δa_i[t+1] + " in words.wrong
    assert "U_iᵀ δa_i[t+1]" in words.right
