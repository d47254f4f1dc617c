"""show and derive as documents and as data: levels, reasons, losses."""

import re
from pathlib import Path

import pytest

from gatecheck.calculus.backward import derive
from gatecheck.calculus.levels import LEVELS, at_level
from gatecheck.calculus.system import system
from gatecheck.cells import joined, library, load
from gatecheck.writing import data, derivation, terminal
from gatecheck.writing.formats import Text
from gatecheck.writing.formulas import Formulas

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}


def page(cell, level="named", wrt=(), why=False, writer=Formulas):
    backward = at_level(derive(cell, unit=True), level)
    return terminal.unicode(derivation.derive(writer(backward.system), backward, wrt, why, level != "named"))


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_has_every_page(name):
    cell = CELLS[name]
    assert cell.title in " ".join(terminal.unicode(derivation.show(Formulas(system(cell)))).split())
    for level in LEVELS:
        for why in (False, True):
            assert page(cell, level, why=why, writer=Text).isascii()
    for name in cell.parameters:
        assert f"∂L/∂{name}" in page(cell, wrt=(name,))


def test_equations_are_written_whole_where_preactivations_have_no_name():
    assert "f = σ(W_f x + U_f h[t−1] + b_f)\n" in page(load("lstm"), "gates")
    assert "a_f" not in page(load("lstm"), "gates")
    assert "f = σ(a_f)    i = σ(a_i)" in page(load("lstm"))


def test_why_names_the_readers_and_what_each_contributes():
    lines = page(load("lstm"), wrt=("c", "W_f"), why=True).splitlines()
    assert lines[2] == "  h = o ⊙ tanh(c)          ∂h/∂c = diag(o ⊙ (1 − tanh²(c)))   elementwise"
    assert lines[3] == "  c = f ⊙ c[t−1] + i ⊙ g   ∂c[t+1]/∂c = diag(f[t+1])          elementwise"
    assert lines[-1] == "  a_f = W_f x + U_f h[t−1] + b_f   W_f multiplies x   outer product"


def test_why_says_what_the_loss_adds_and_by_what_rule():
    text = page(load("lstm"), why=True)
    assert re.search(r"\n  the loss +∂L_t/∂h +direct\n", text)
    assert "By the chain rule" in text and "By the chain rule" not in page(load("lstm"))


def test_a_name_with_several_readers_says_so():
    assert "read by h, c[t+1]" in page(load("lstm"))
    assert "read by the loss, f[t+1], i[t+1], g[t+1], o[t+1]" in page(load("lstm"))


def test_a_loss_of_its_own_begins_with_one():
    text = page(joined(load("rnn"), "cross-entropy"))
    assert "δL = 1" in text and "L is the loss itself." in text
    assert "δy = softmax(y) − target" in text and "δtarget" not in text


def test_the_data_say_why():
    backward = derive(load("lstm"))
    found = data.derivation(backward.system, backward, ("c", "W_f"))
    (c,) = found["gradients"]
    assert [(b["reader"], b["steps_later"], b["kind"]) for b in c["because"]] == [
        ("h", 0, "elementwise"),
        ("c", 1, "elementwise"),
    ]
    assert c["because"][1]["derivative"] == "diag(f[t+1])"
    assert found["parameter_gradients"][0]["because"][0]["kind"] == "outer product"
