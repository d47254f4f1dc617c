"""A loss after a cell and an embedding before it: a few more lines of the same language."""

import re

import agreement
import numpy as np
import oracle
import pytest

from gatecheck.assignment.drawing import draw
from gatecheck.assignment.key import build
from gatecheck.assignment.wrong import wrong_programs
from gatecheck.calculus.backward import derive
from gatecheck.calculus.picking import pick
from gatecheck.calculus.proof import prove
from gatecheck.cells import FRONTS, LOSSES, joined, library, load, read
from gatecheck.conventions import conventions, layout
from gatecheck.errors import CellError, ConventionError
from gatecheck.writing import terminal
from gatecheck.writing.data import derivation as as_data
from gatecheck.writing.derivation import derive as derivation
from gatecheck.writing.equations import quantity
from gatecheck.writing.formulas import Formulas
from gatecheck.writing.reference import code

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


TEACHER = """
word: N   # one-hot
y: K      # Data: what was measured
h: H
h[t] = tanh(W @ word[t] + V @ word[t-1] + U @ h[t-1])
e[t] = sum((P @ h[t] - y[t])**2)
e: 1
"""


@pytest.mark.parametrize("convention", conventions())
def test_no_gradient_of_data_is_asked(convention):
    cell = read(TEACHER)
    assert cell.data == ("word", "y") and cell.one_hot == ("word",)
    try:
        made = layout(cell, convention)
    except ConventionError:
        return
    for signature in made.signatures:
        assert not any(slot.gradient and slot.of in cell.data for slot in (*signature.takes, *signature.gives))
    program = build(made).program
    for signature in made.signatures:
        every = wrong_programs(cell, program, made.loss, signature.role)
        assert not any(w.quantity in {"dword", "dword_prev", "dword0", "dy"} for w in every)


def test_the_code_for_a_cell_with_data_gives_the_other_gradients_and_no_others():
    cell, module = read(TEACHER), {}
    exec(code(cell), module)
    rng = np.random.default_rng(3)
    _, inputs, initial, p, upstream = oracle.draw(cell, rng)
    _, _, kept = module["forward"](inputs["word"], inputs["y"], initial["h"], initial["word"], p)
    dh0, dp = module["backward"](upstream["h"], upstream["e"], kept, p)
    wanted = oracle.gradients(cell, inputs, initial, p, upstream)
    for got, want in [(dh0, wanted["initial"]["h"]), *((dp[n], wanted["parameters"][n]) for n in p)]:
        assert oracle.far(got, want, np.abs(want).max()) < 1e-12


def test_the_gradient_of_data_is_printed_where_it_is_asked_for_by_name():
    backward = derive(read(TEACHER))
    writer = Formulas(backward.system)
    page = " ".join(terminal.unicode(derivation(writer, backward)).split())
    assert "δword" not in page and "δy" not in page and "No gradient is asked of word and y: data." in page
    assert "δword = Wᵀ δa_h + Vᵀ δa_h[t+1]" in terminal.unicode(derivation(writer, backward, ("word",)))
    assert {g["name"] for g in as_data(backward.system, backward)["gradients"]} == {"h", "a_h", "e"}
    assert "word" in {g["name"] for g in as_data(backward.system, backward, ("word",))["gradients"]}


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
    "an unknown spelling": (SMALL, "entropy cross", None, "Known: cross-entropy, squared-error."),
    "an unknown loss": (SMALL, "cross-entropi", None, "Did you mean cross-entropy?"),
    "an unknown front": (SMALL, None, "embeding", "Did you mean embedding?"),
    "no one input": ("h: H\nh[t] = tanh(U @ h[t-1])", None, "embedding", "has 0"),
}


@pytest.mark.parametrize("spelling", ["crossentropy", "cross_entropy", "CrossEntropy", "Cross Entropy"])
def test_a_piece_is_known_however_it_is_spelled(spelling):
    assert joined(read(SMALL), spelling).source == joined(read(SMALL), "cross-entropy").source
    assert joined(read(SMALL), spelling).name == "a_cross_entropy"


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
