"""Formulas in Typst: they say what the LaTeX says, they compile, and no name of an author's means anything to Typst."""

from pathlib import Path

import mathematics
import pytest
import typesetting
from hypothesis import HealthCheck, assume, given, settings
from random_cells import sources

from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load, read
from gatecheck.errors import CellError
from gatecheck.writing.equations import equation
from gatecheck.writing.formats import Latex
from gatecheck.writing.notation import GREEK
from gatecheck.writing.typst import Typst

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
#: Every name and index is a word that Typst knows in formulas, or that would break out of a string.
HOSTILE = """
x: D
alpha: H
dot: H
frac[t] = sigmoid(op_top @ x[t] + bold_dot_thin @ alpha[t-1] + pi_in)
oo[t] = frac[t] * dot[t-1] + tanh(sqrt_frac_2 @ alpha[t-1])
dot[t] = oo[t] * med_quad + dot[t-1] * lr_abs
alpha[t] = tanh(dot[t]) * arrow_r + thin12 * x_0_0[t-1] * none_auto + upright_RR @ (italic_text * alpha[t-1])
x_0_0[t] = alpha[t] * sym_RR_t
"""


def check(cell):
    for typst, latex in zip(mathematics.pieces(Typst, cell), mathematics.pieces(Latex, cell), strict=True):
        assert typesetting.latex(typst) == mathematics.spelled(latex), typst


@pytest.mark.parametrize("name", CELLS)
def test_a_formula_in_typst_says_what_it_says_in_latex(name):
    check(CELLS[name])


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sources())
def test_the_formulas_of_random_cells_say_the_same_in_typst_and_in_latex(source):
    cell = read(source)
    try:
        check(cell)
    except CellError:
        assume(False)


def test_names_that_mean_something_to_typst_are_names():
    cell = read(HOSTILE)
    check(cell)
    words = {w for name in cell.shapes for w in name.split("_") if len(w) > 1 and not w.isdigit()}
    assert len(words) > 15
    for piece in mathematics.pieces(Typst, cell):
        assert not any(f" {word} " in f" {piece} " for word in words - {"thin"} - GREEK.keys())


def test_every_formula_compiles():
    cells = [*CELLS.values(), read(HOSTILE)]
    formulas = [piece for cell in cells for piece in mathematics.pieces(Typst, cell)]
    assert len(formulas) > 3000
    typesetting.pdf("\n".join(f"$ {formula} $" for formula in formulas))


@pytest.mark.parametrize("wrong", ["alpha_t", "f(x)", "tanh(x)", "[a", "frac(a, b", "h_(t", "a)", "dot.op"])
def test_what_typst_would_read_otherwise_is_found(wrong):
    with pytest.raises((AssertionError, KeyError)):
        typesetting.latex(wrong)


def test_a_difference_would_be_found():
    assert typesetting.latex("h_t") != mathematics.spelled("h_{t-1}")
    assert typesetting.latex("(a + b) c") != mathematics.spelled(r"a + b c")


def test_an_index_is_in_brackets_only_where_it_must_be():
    backward = derive(load("lstm_peephole"))
    writer = Typst(backward.system)
    written = {f.left: f.right for f in (equation(writer, line) for line in backward.system.lines)}
    assert written["a_(f,t)"] == "W_f x_t + U_f h_(t-1) + p_f ⊙ c_(t-1) + b_f"
    assert written["h_t"] == "o_t ⊙ tanh (c_t)"
