"""What a step keeps for the backward pass: exactly what the printed formulas read of the forward pass."""

import re
from pathlib import Path

import pytest

from gatecheck.calculus.backward import derive
from gatecheck.calculus.levels import LEVELS, at_level
from gatecheck.cells import library, load
from gatecheck.writing.equations import all_formulas
from gatecheck.writing.formats import Text
from gatecheck.writing.kept import kept_values

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}


class Sorted(Text):
    """Writes a value in one way, wherever it stands."""

    def _place(self, expression):
        return 0


def found(cell, level):
    """(what is kept, the right sides of the formulas, terms of the next step as that step has them), as text."""
    backward = at_level(derive(cell), level)
    writer = Sorted(backward.system)
    addends = [a for formula in all_formulas(writer, backward) for _, a in formula.addends]
    addends = [re.sub(r"\[(?!t[+-]1\])\w+\]", "", a) for a in addends]  # what part of a vector is meant
    return [writer.write(e) for e in kept_values(backward)], [own(cell, a) for a in addends]


def own(cell, addend):
    """A term as the step has it that it belongs to: d_c[t+1] * f[t+1] * c is d_c * f * c[t-1]."""
    if "[t+1]" not in addend:
        return addend
    later = re.sub(rf"\b({'|'.join(cell.shapes)})\b(?!\[)", r"\1[t-1]", addend)
    later = re.sub(rf"\b({'|'.join(cell.parameters)})\[t-1\]", r"\1", later) if cell.parameters else later
    return later.replace("[t+1]", "")


def values(cell, text):
    """The forward values that are named in a text."""
    named = re.findall(r"(?<![\w/])(\w+)(\[t-1\])?(?![\w(])", text)
    vectors = {*cell.assigned, *cell.inputs, *(f"a_{name}" for name in cell.assigned)}
    return {name + step for name, step in named if name in vectors}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", CELLS)
def test_what_is_kept_is_what_the_formulas_read(name, level):
    cell = CELLS[name]
    kept, read = found(cell, level)
    wholes = sorted((k for k in kept if not re.fullmatch(r"\w+(\[t-1\])?", k)), key=len, reverse=True)
    for whole in wholes:
        assert any(whole in term for term in read), whole
        read = [term.replace(whole, "()") for term in read]
    assert set().union(*(values(cell, term) for term in read)) == {*kept} - {*wholes}


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_kept_of_the_common_cells(level):
    assert found(load("lstm"), level)[0] == ["x", "h[t-1]", "c[t-1]", "f", "i", "g", "o", "tanh(c)"]
    assert found(load("gru"), level)[0] == ["x", "h[t-1]", "z", "r", "n"]
    assert found(load("rnn"), level)[0] == ["x", "h[t-1]", "h"]


def test_what_is_kept_is_written_as_in_the_formulas():
    backward = derive(load("lstm_layernorm"))
    *_, (whole, places) = kept_values(backward).items()
    assert Text(backward.system).write(whole, places) == "tanh(p_c * (c - m_c) / s_c + b_c)"
