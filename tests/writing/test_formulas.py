"""Formulas as they are printed: the textbook's lines, the rules of order, and what every format must keep to."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import written
from covering import covering
from hypothesis import HealthCheck, assume, given, settings
from random_cells import sources

from gatecheck.calculus.backward import derive
from gatecheck.calculus.paths import paths
from gatecheck.calculus.system import system
from gatecheck.cells import library, load, read
from gatecheck.errors import CellError
from gatecheck.writing import fragments
from gatecheck.writing.derivation import whole_equations
from gatecheck.writing.equations import all_formulas, equation
from gatecheck.writing.formats import FORMATS, Latex, Text
from gatecheck.writing.formulas import Formulas
from gatecheck.writing.routes import jacobian

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}


def printed(cell, writer=Formulas):
    """Every formula of a cell, forward and backward, by its left side."""
    backward = derive(cell)
    made = writer(backward.system)
    found = [*(equation(made, line) for line in backward.system.lines), *all_formulas(made, backward)]
    return {f.left: f.right for f in found}


def h(right, before="", more=""):
    return printed(read(f"x: D\nh: H\n{more}{before}h[t] = {right}"))


# The textbook's lines.


LSTM = """
δh = ∂L_t/∂h + U_fᵀ δa_f[t+1] + U_iᵀ δa_i[t+1] + U_gᵀ δa_g[t+1] + U_oᵀ δa_o[t+1]
δc = δh ⊙ o ⊙ (1 − tanh²(c)) + δc[t+1] ⊙ f[t+1]
δo = δh ⊙ tanh(c)
δa_o = δo ⊙ o ⊙ (1 − o)
δg = δc ⊙ i
δa_g = δg ⊙ (1 − g²)
δi = δc ⊙ g
δf = δc ⊙ c[t−1]
δa_f = δf ⊙ f ⊙ (1 − f)
δx = W_fᵀ δa_f + W_iᵀ δa_i + W_gᵀ δa_g + W_oᵀ δa_o
∂L/∂W_f = Σ_t δa_f xᵀ
∂L/∂U_f = Σ_t δa_f h[t−1]ᵀ
∂L/∂b_f = Σ_t δa_f
a_f = W_f x + U_f h[t−1] + b_f
f = σ(a_f)
c = f ⊙ c[t−1] + i ⊙ g
h = o ⊙ tanh(c)
"""
LSTM_LATEX = r"""
\delta h_t = \frac{\partial L_t}{\partial h_t} + U_f^{\top} \delta a_{f,t+1} + U_i^{\top} \delta a_{i,t+1} + …
\delta c_t = \delta h_t \odot o_t \odot \left(1 - \tanh^{2}\left(c_t\right)\right) + \delta c_{t+1} \odot f_{t+1}
\delta f_t = \delta c_t \odot c_{t-1}
\delta a_{f,t} = \delta f_t \odot f_t \odot \left(1 - f_t\right)
\frac{\partial L}{\partial W_f} = \sum_t \delta a_{f,t} \, x_t^{\top}
\frac{\partial L}{\partial U_f} = \sum_t \delta a_{f,t} \, h_{t-1}^{\top}
c_t = f_t \odot c_{t-1} + i_t \odot g_t
h_t = o_t \odot \tanh\left(c_t\right)
"""
GRU = """
δh = ∂L_t/∂h + U_zᵀ δa_z[t+1] + U_rᵀ δa_r[t+1] + (U_nᵀ δa_n[t+1]) ⊙ r[t+1] + δh[t+1] ⊙ z[t+1]
δz = δh ⊙ (h[t−1] − n)
δn = δh ⊙ (1 − z)
δr = (U_nᵀ δa_n) ⊙ h[t−1]
∂L/∂U_n = Σ_t δa_n (r ⊙ h[t−1])ᵀ
h = z ⊙ h[t−1] + (1 − z) ⊙ n
a_n = W_n x + U_n (r ⊙ h[t−1]) + b_n
"""


@pytest.mark.parametrize(
    ("cell", "writer", "lines"),
    [("lstm", Formulas, LSTM), ("lstm", Latex, LSTM_LATEX), ("gru", Formulas, GRU)],
    ids=["lstm", "lstm in LaTeX", "gru"],
)
def test_the_lines_are_those_of_a_textbook(cell, writer, lines):
    found = printed(load(cell), writer)
    for line in lines.strip().splitlines():
        left, right = line.split(" = ", 1)
        assert found[left] == right or (right.endswith("…") and found[left].startswith(right[:-1]))


def test_the_other_gru_exchanges_the_gate_s_terms():
    assert printed(load("gru_writes"))["δz"] == "δh ⊙ (n − h[t−1])"
    assert printed(load("gru_reset_after"))["δr"] == "δa_n ⊙ (U_n h[t−1] + b_u)"


# Order.


@pytest.mark.parametrize(
    ("right", "left", "formula"),
    [
        ("h[t-1] - W @ x[t]", "h", "h[t−1] − W x"),
        ("-(W @ x[t]) + h[t-1]", "h", "h[t−1] − W x"),
        ("tanh(h[t-1]) * (W @ x[t])", "h", "tanh(h[t−1]) ⊙ (W x)"),
        ("(W @ x[t]) * tanh(h[t-1])", "h", "(W x) ⊙ tanh(h[t−1])"),
        ("(W @ x[t]) * h[t-1] * 3 * k", "h", "3 k (W x) ⊙ h[t−1]"),
        ("h[t-1] * (W @ x[t]) / 3", "δx", "Wᵀ (δh ⊙ h[t−1]) / 3"),
        ("h[t-1] * k * (W @ x[t])", "δx", "Wᵀ (k δh ⊙ h[t−1])"),
        ("sigmoid(h[t-1]) * (W @ x[t])", "δh", "∂L_t/∂h + δh[t+1] ⊙ σ(h) ⊙ (1 − σ(h)) ⊙ (W x[t+1])"),
        ("b_h * h[t-1] + h[t-1]**2 - W @ x[t]", "δh", "∂L_t/∂h + δh[t+1] ⊙ (b_h + 2 h)"),
    ],
)
def test_terms_and_factors_stand_where_the_author_put_them(right, left, formula):
    assert h(right, more="k: 1\n" if "k" in right else "")[left] == formula


def test_a_scalar_stands_first_and_without_the_elementwise_sign():
    found = h("W @ x[t] * s[t] + s[t] * s[t-1] * h[t-1]", "s[t] = mean(h[t-1]) * s[t-1]\n", "s: 1\n")
    assert found["h"] == "s (W x) + s s[t−1] h[t−1]"
    assert found["s"] == "mean(h[t−1]) s[t−1]"
    assert found["δs"].startswith("Σ(δh ⊙ (W x + s[t−1] h[t−1])) + ")


def test_the_loss_s_term_stands_first_then_those_of_the_same_step_then_those_of_the_next():
    before = "q[t] = q[t-1] * h[t-1] + W @ x[t]\nr[t] = tanh(V @ q[t])\n"
    found = h("r[t] * q[t]", before, "q: H\n")
    assert found["δq"] == "Vᵀ δa_r + δh ⊙ r + δq[t+1] ⊙ h"
    assert found["δh"] == "∂L_t/∂h + δq[t+1] ⊙ q"


def test_a_quantity_that_nothing_reads_has_a_gradient_of_zero():
    assert printed(read("x: D\nh: H\nh[t] = sign(W @ x[t]) + h[t-1]"))["δx"] == "0"


# Brackets.


@pytest.mark.parametrize(
    ("right", "left", "formula"),
    [
        ("W @ x[t] - (h[t-1] - b)", "h", "W x − (h[t−1] − b)"),
        ("1 - (2 - (3 - h[t-1] * (W @ x[t])))", "h", "1 − (2 − (3 − h[t−1] ⊙ (W x)))"),
        ("(h[t-1] - b) * (W @ x[t] - h[t-1])", "δh", "∂L_t/∂h + δh[t+1] ⊙ (W x[t+1] − h − (h − b))"),
        ("(W @ x[t])**2 + h[t-1]", "h", "(W x)² + h[t−1]"),
        ("U @ h[t-1]**2 + W @ x[t]", "∂L/∂U", "Σ_t δh (h[t−1]²)ᵀ"),
        ("2 * (h[t-1] + W @ x[t])", "h", "2 (h[t−1] + W x)"),
        ("U @ (h[t-1] + V @ x[t])", "h", "U (h[t−1] + V x)"),
        ("U @ (h[t-1] * (V @ x[t]))", "∂L/∂V", "Σ_t ((Uᵀ δh) ⊙ h[t−1]) xᵀ"),
        ("(W @ x[t]) / (h[t-1]**2 + 1) / 2", "h", "W x / (2 (h[t−1]² + 1))"),
        ("W @ x[t] + sqrt(h[t-1]**2 + 1e-5)", "h", "W x + √(h[t−1]² + 10⁻⁵)"),
        ("tanh(h[t-1] + W @ x[t])**2", "h", "tanh²(h[t−1] + W x)"),
        ("abs(h[t-1] - W @ x[t])", "h", "|a_h|"),
        ("W @ x[t] + tanh(h[t-1])**1.5", "h", "W x + tanh^(3/2)(h[t−1])"),
        ("W @ x[t] + sqrt(h[t-1]**2 + 1)", "h", "W x + √(h[t−1]² + 1)"),
        ("exp(W @ x[t]) * exp(h[t-1])", "h", "exp(W x) ⊙ exp(h[t−1])"),
        ("exp(log(h[t-1])) + W @ x[t]", "h", "exp(log(h[t−1])) + W x"),
        ("W @ x[t] + relu(h[t-1] - 1)", "δh", "∂L_t/∂h + δh[t+1] ⊙ [h − 1 > 0]"),
    ],
)
def test_brackets_stand_where_the_meaning_needs_them(right, left, formula):
    assert h(right)[left] == formula


@pytest.mark.parametrize(
    ("parts", "formula"),
    [
        ("h[t-1], x[t]", "∂L_t/∂h + [Wᵀ δa_h[t+1]]_h"),
        ("x[t], h[t-1] * h[t-1]", "∂L_t/∂h + 2 [Wᵀ δa_h[t+1]]_2 ⊙ h"),
        ("h[t-1], x[t], h[t-1]", "∂L_t/∂h + [Wᵀ δa_h[t+1]]_1 + [Wᵀ δa_h[t+1]]_3"),
    ],
)
def test_a_part_is_called_by_its_name_or_where_that_does_not_tell_by_its_number(parts, formula):
    assert h(f"tanh(W @ concat({parts}))")["δh"] == formula


# Every format, every cell.


@pytest.mark.parametrize("name", CELLS)
def test_a_formula_in_the_text_format_gives_the_numbers_of_what_it_says(name):
    assert not written.ambiguous(CELLS[name])
    found = written.errors(CELLS[name])
    assert max(found.values()) < 1e-11, found


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sources())
def test_the_formulas_of_random_cells_give_the_numbers_of_what_they_say(source):
    cell = read(source)
    assume(not written.ambiguous(cell))
    try:
        found = written.errors(cell)
    except CellError:
        assume(False)
    assert max(found.values()) < 1e-11, found


@pytest.mark.parametrize("name", CELLS)
def test_the_text_format_is_ascii(name):
    assert all((left + right).isascii() for left, right in printed(CELLS[name], Text).items())


@pytest.mark.parametrize("name", CELLS)
def test_latex_is_balanced_and_has_no_double_scripts(name):
    for left, right in printed(CELLS[name], Latex).items():
        check_latex(f"{left} = {right}")


def check_latex(text):
    assert text.isascii()
    assert len(re.findall(r"\\left\b", text)) == len(re.findall(r"\\right\b", text))
    bare = re.sub(r"\\(left|right)[\[\]()|.]", "!", text)
    assert bare.count("(") == bare.count(")") == 0, "a bracket that does not grow"
    while (shorter := re.sub(r"\{[^{}]*\}", "#", bare)) != bare:
        # Inside the innermost braces first: a script on a script stops TeX.
        assert not re.search(r"(\^(#|\w|\\\w+)){2}|(_(#|\w)){2}", shorter), text
        bare = shorter
    assert "{" not in bare and "}" not in bare


def test_the_check_of_latex_finds_what_stops_tex():
    for wrong in ("h^{2}^{\\top}", "h_{t}_{2}", r"\left(a", "{a", "(a)"):
        with pytest.raises(AssertionError):
            check_latex(wrong)


EVERYTHING = """
import json, sys
from gatecheck.assignment.compiling import compiled
from gatecheck.calculus.backward import derive
from gatecheck.calculus.paths import paths
from gatecheck.calculus.system import system
from gatecheck.cells import load
from gatecheck.writing.equations import all_formulas, equation
from gatecheck.writing.formats import FORMATS
from gatecheck.writing.data import paths as as_data
from gatecheck.writing.reference import code
for name in sys.argv[1:]:
    cell = load(name)
    backward = derive(cell)
    for writer in FORMATS.values():
        made = writer(backward.system)
        print(*(equation(made, line) for line in backward.system.lines), sep="\\n")
        print(*all_formulas(made, backward), sep="\\n")
    print(json.dumps(compiled(backward).to_data()))
    print(code(cell))
    if name == "lstm_peephole":
        print(json.dumps(as_data(paths(cell))))
"""


SOME = (*covering()[:2], "lagged_input", "lstm_peephole")


@pytest.mark.parametrize("several", [SOME, pytest.param(CELLS, marks=pytest.mark.slow)], ids=["some", "all"])
def test_the_output_is_the_same_for_every_hash_seed(several):
    places = {path.stem: str(path) for path in ODD}
    command = [sys.executable, "-c", EVERYTHING, *(places.get(name, name) for name in several)]
    outputs = set()
    for seed in ("0", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        outputs.add(subprocess.run(command, capture_output=True, env=environment, check=True).stdout)
    assert len(outputs) == 1 and len(outputs.pop()) > 10_000


@pytest.mark.parametrize("name", CELLS)
def test_the_latex_of_jacobians_is_balanced(name):
    cell = CELLS[name]
    for state in cell.states:
        found = paths(cell, state, state)
        check_latex(fragments.paths(found).split("\n", 1)[1].rsplit("\n", 1)[0].replace("quad", ""))


def test_a_jacobian_is_written_in_the_letters_of_its_format():
    source = "x: D\nh: H\nmixed: H\nmixed[t] = softmax(h[t-1])\nh[t] = mixed[t] * (W @ x[t])"
    found = paths(read(source), "h", "h")
    jacobians = [jacobian(writer(found.system), found.paths[0]) for writer in (Formulas, Text, Latex)]
    assert jacobians == [
        "diag(W x) (diag(mixed) − mixed mixedᵀ)",
        "diag(W @ x) (diag(mixed) - mixed mixed.T)",
        r"\operatorname{diag}\left(W x_t\right) \, \left(\operatorname{diag}\left(\mathit{mixed}_t\right) - "
        r"\mathit{mixed}_t \, \mathit{mixed}_t^{\top}\right)",
    ]
    routes = [writer(found.system).route(found.paths[0].names) for writer in (Formulas, Text, Latex)]
    assert routes == ["h → mixed → h", "h -> mixed -> h", r"h \to \mathit{mixed} \to h"]


def test_every_format_is_known_by_a_name():
    assert list(FORMATS) == ["unicode", "text", "markdown", "latex", "html", "typst", "pdf"]


def test_greek_letters_are_letters_in_every_format_and_words_in_ascii():
    lines = system(read("x: D\nh: H\nbeta_f: H\nh[t] = tanh(gamma * (W @ x[t]) + beta_f * h[t-1] + sigma_mu)"))
    unicode, ascii, latex, mathml, typst = (
        str(whole_equations(kind(lines))[0]) for kind in (Formulas, Text, Latex, FORMATS["html"], FORMATS["typst"])
    )
    assert "γ" in unicode and "β_f ⊙ h[t−1] + sigma_μ" in unicode
    assert "gamma" in ascii and "beta_f * h[t-1] + sigma_mu" in ascii
    assert r"\gamma" in latex and r"\beta_f" in latex and r"\mathit{sigma}_{\mu}" in latex
    assert "<mi>γ</mi>" in mathml and "<msub><mi>β</mi>" in mathml
    assert "γ" in typst and "β_f" in typst


def test_a_sum_that_is_raised_stands_in_brackets():
    lines = system(read("x: D\nh: H\nh[t] = tanh(W @ x[t]) * sum(h[t-1])**2 + mean(h[t-1])**2"))
    written = str(whole_equations(Formulas(lines))[0])
    assert "(Σ(h[t−1]))²" in written and "mean(h[t−1])²" in written
