"""A loss after a cell and an embedding before it: a few more lines of the same language."""

import re

import agreement
import numpy as np
import pytest

from gatecheck.assignment.drawing import draw
from gatecheck.calculus.backward import derive
from gatecheck.calculus.picking import pick
from gatecheck.calculus.proof import prove
from gatecheck.cells import FRONTS, LOSSES, joined, library, load, read
from gatecheck.errors import CellError
from gatecheck.writing.equations import quantity
from gatecheck.writing.formulas import Formulas

SMALL = "x: D\nh: H\nh[t] = tanh(W @ x[t] + U @ h[t-1])\n"


def formula(cell, name):
    backward = derive(cell, unit=True)
    return str(quantity(Formulas(backward.system), backward.gradient(name)))


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_joins_every_cell_of_the_library(loss):
    for name in (n for n in library() if not load(n).objective):
        cell = joined(load(name), loss)
        assert cell.objective == cell.output == "L"
        assert cell.name == f"{name}_{loss.replace('-', '_')}"
        assert cell.docstring == load(name).docstring


@pytest.mark.parametrize("loss", [None, *LOSSES])
@pytest.mark.parametrize("front", [None, *FRONTS])
def test_what_is_joined_is_a_cell_like_any_other(loss, front):
    cell = joined(load("gru"), loss, front)
    assert max(agreement.errors(cell).values()) <= 1e-12
    assert read(cell.source).shapes == cell.shapes


def test_cross_entropy_gives_probability_minus_target():
    cell = joined(read(SMALL), "cross-entropy")
    assert formula(cell, "L") == "δL = 1"
    assert formula(cell, "y") == "δy = softmax(y) − target"
    assert formula(cell, "h") == "δh = Vᵀ δy + Uᵀ δa_h[t+1]"


def test_the_squared_error_gives_the_difference():
    assert formula(joined(read(SMALL), "squared-error"), "h") == "δh = h − target + Uᵀ δa_h[t+1]"


def test_an_embedding_maps_a_word_to_the_input():
    cell = joined(read(SMALL), front="embedding")
    assert cell.inputs == ("word",) and cell.equations[0].source == "x[t] = E @ word[t]"
    assert formula(cell, "word") == "δword = Eᵀ δx"


@pytest.mark.parametrize(
    "loss", ["sum(h[t] + k)", "sum(U @ h[t])", "sum(concat(h[t], x[t]))", "mean(h[t])", "k * sum(h[t])"]
)
def test_a_loss_that_is_a_bare_sum_has_as_many_ones_as_it_has_elements(loss):
    """Where the gradient that arrives is the number 1, a sum still repeats it."""
    prove(read(f"L: 1\nk: 1\n{SMALL}L[t] = {loss} + k"))


def test_names_that_the_cell_has_already_are_told_apart():
    cell = joined(read(SMALL.replace("U", "V").replace("D", "K")), "cross-entropy")
    assert [e.source for e in cell.equations[1:]] == [
        "y[t] = V_out @ h[t] + b_y",
        "L[t] = logsumexp(y[t]) - sum(target[t] * y[t])",
    ]
    assert [str(s) for s in cell.shapes["V_out"]] == ["K_out", "H"]


def test_a_loss_given_from_outside_keeps_its_gradient_as_a_name():
    backward = derive(joined(read(SMALL), "squared-error"))
    assert str(quantity(Formulas(backward.system), backward.gradient("L"))) == "δL = ∂L_t/∂L"


REFUSED = {
    "a loss taken": (f"{SMALL}L: 1\nL[t] = sum(h[t]**2)", "squared-error", None, "has a loss already: L"),
    "the name of the loss taken": (SMALL.replace("U", "L"), "squared-error", None, "has an L of its own"),
    "an unknown loss": (SMALL, "cross-entropi", None, "Did you mean cross-entropy?"),
    "an unknown front": (SMALL, None, "embeding", "Did you mean embedding?"),
    "no one input": ("h: H\nh[t] = tanh(U @ h[t-1])", None, "embedding", "has 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_joined_is_refused_with_a_reason(case):
    text, loss, front, words = REFUSED[case]
    with pytest.raises(CellError, match=re.escape(words)):
        joined(read(text), loss, front)


def test_words_and_targets_are_drawn_one_hot():
    cell = joined(load("rnn"), "cross-entropy", "embedding")
    assert cell.one_hot == ("word", "target")
    data = draw(cell, np.random.default_rng(1), {"D": 3, "H": 4, "K": 5, "N": 6, "B": 7, "T": 2})
    picked = pick(derive(cell, unit=True), 2)
    for inputs in (data.inputs, picked.inputs):
        for name in cell.one_hot:
            assert set(np.unique(inputs[name])) == {0.0, 1.0}
            assert (inputs[name].sum(axis=-1) == 1).all()
    plain = draw(load("rnn"), np.random.default_rng(1), {"D": 3, "H": 4, "B": 1, "T": 1})
    assert not np.isin(plain.inputs["x"], (0, 1)).any()
