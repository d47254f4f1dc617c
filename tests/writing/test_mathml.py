"""Formulas in MathML: of MathML Core, and saying what the LaTeX says."""

from pathlib import Path

import mathematics
import pytest
from hypothesis import HealthCheck, assume, given, settings
from random_cells import sources

from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load, read
from gatecheck.errors import CellError
from gatecheck.writing.equations import all_formulas, equation
from gatecheck.writing.formats import Latex
from gatecheck.writing.mathml import MathML

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
#: Characters that the font of every page has (templates/html/font/characters.txt).
FONT = Path(__file__).parent.parent.parent / "templates" / "html" / "font"


def check(cell):
    for markup, latex in zip(mathematics.pieces(MathML, cell), mathematics.pieces(Latex, cell), strict=True):
        assert mathematics.latex(mathematics.parse(markup)) == mathematics.spelled(latex)


@pytest.mark.parametrize("name", CELLS)
def test_a_formula_in_mathml_says_what_it_says_in_latex(name):
    check(CELLS[name])


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sources())
def test_the_formulas_of_random_cells_say_the_same_in_mathml_and_in_latex(source):
    cell = read(source)
    try:
        check(cell)
    except CellError:
        assume(False)


def test_a_difference_would_be_found():
    tree = mathematics.parse("<msub><mi>h</mi><mi>t</mi></msub>")
    assert mathematics.latex(tree) != mathematics.spelled("h_{t-1}")
    for wrong in (
        "<mrow><mo>(</mo><mi>a</mi></mrow>", "<mi>a</mi><mo>)</mo>", "<mfrac><mi>a</mi></mfrac>", "<mtable/>",
        '<mi href="x">a</mi>', "<mrow>a</mrow>", "<mi></mi>", "<mrow><mi>a</mi></mrow>",
    ):  # fmt: skip
        with pytest.raises((AssertionError, KeyError)):
            mathematics.latex(mathematics.parse(wrong))


def formulas(source):
    backward = derive(read(source))
    writer = MathML(backward.system)
    found = [*(equation(writer, line) for line in backward.system.lines), *all_formulas(writer, backward)]
    return {mathematics.latex(mathematics.parse(f.left)): f for f in found}


def test_matrices_have_a_class_and_vectors_of_parameters_have_none():
    found = formulas("x: D\nh: H\nh[t] = tanh(W_x @ x[t] + U @ h[t-1] + b)\n")
    first, second, third = (term for _, term in found["a_{h,t}"].addends)
    assert first.startswith('<msub class="matrix"><mi>W</mi><mi>x</mi></msub>')
    assert second.startswith('<mi class="matrix">U</mi>')
    assert third == "<mi>b</mi>"
    assert '<msubsup class="matrix"><mi>W</mi><mi>x</mi><mi>⊤</mi></msubsup>' in found[r"\deltax_{t}"].addends[0][1]


def test_brackets_grow_where_something_high_stands_in_them_alone():
    found = formulas("x: D\nh: H\nh[t] = (h[t-1] / k + 1) * (W @ x[t] + 1)\n")
    ((_, term),) = found["h_{t}"].addends
    grows = ["stretchy" not in mo.attrib for mo in mathematics.parse(term).iter("mo") if mo.text == "("]
    assert grows == [True, False]


def test_the_font_has_every_character_that_formulas_are_made_of():
    held = mathematics.characters((FONT / "characters.txt").read_text("utf-8"))
    for cell in CELLS.values():
        for piece in mathematics.pieces(MathML, cell):
            assert set("".join(mathematics.parse(piece).itertext())) <= held


def test_a_number_with_an_exponent_is_a_power_of_ten():
    found = formulas("x: D\nh: H\nh[t] = sqrt(h[t-1]**2 + 1e-5) + 2.5e-7 * (W @ x[t]) - 1e-6\n")
    assert [mathematics.latex(mathematics.parse(term)) for _, term in found["h_{t}"].addends] == [
        r"\sqrt{h_{t-1}^{2}+10^{-5}}", r"2.5\times10^{-7}\left(Wx_{t}\right)", "10^{-6}",
    ]  # fmt: skip
