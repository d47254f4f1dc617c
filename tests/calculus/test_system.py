"""Cell -> System: lines, named pre-activations, and equations that say less than they seem to."""

import pytest

from gatecheck.calculus.backward import derive
from gatecheck.calculus.symbols import Times, value
from gatecheck.calculus.system import preactivation, system
from gatecheck.cells import SCALAR, Size, library, load, read
from gatecheck.errors import CellError, Fault
from gatecheck.writing.equations import equation, quantity
from gatecheck.writing.formulas import Formulas


def h(right, before=""):
    """A cell with an input, a state, and that right-hand side for h."""
    return read(f"x: D\nh: H\n{before}h[t] = {right}")


@pytest.mark.parametrize(
    ("right", "gone"),
    [
        ("V @ h[t-1] - V @ h[t-1] + W @ x[t]", "V"),
        ("0 * h[t-1] + W @ x[t]", "h[t-1]"),
        ("h[t-1] / h[t-1] + W @ x[t]", "h[t-1]"),
        ("h[t-1]**0 + W @ x[t]", "h[t-1]"),
        ("W @ x[t] + b - b", "b"),
        ("W @ x[t] + (2 * b - b * 2) * h[t-1]", "b"),
        ("W @ x[t] + 0 * mean(h[t-1])", "h[t-1]"),
        ("W @ (x[t] - x[t]) + h[t-1]", "W"),
    ],
)
def test_a_name_that_cancels_out_of_its_equation_is_refused(right, gone):
    with pytest.raises(CellError) as error:
        system(h(right))
    (problem,) = error.value.problems
    assert problem.message == f"{gone} cancels out of the equation of h"
    assert problem.place.text[problem.place.column - 1 :].startswith(gone)
    assert "mend the equation" in problem.advice


@pytest.mark.parametrize(
    "inside",
    ["relu(q[t] - q[t])", "U @ (q[t] - q[t] + b)", "sum(q[t] - q[t] + 3) * b", "U @ concat(q[t], 2 * q[t] - q[t] * 2)"],
)
def test_a_function_whose_argument_cancels_out_is_refused(inside):
    cell = h(f"q[t] + h[t-1] + {inside}", "q[t] = W @ x[t] + h[t-1]\n" + ("U: (H, H)\n" if "U @ (" in inside else ""))
    with pytest.raises(CellError, match="the argument of a function or a product cancels out"):
        system(cell)


@pytest.mark.parametrize(
    "right",
    [
        "W @ x[t] + h[t-1] / 0",
        "W @ x[t] + h[t-1] / (1 - 1)",
        "W @ x[t] + h[t-1] / (2 - 4 / 2)",
        "W @ x[t] + h[t-1] * 1e99 * 1e99",
        "W @ x[t] + h[t-1] * (0 - b / b * 4)**0.5",
        "W @ x[t] + h[t-1] / 1e99 / 1e99",
        "W @ x[t] + (1e9 * h[t-1])**40",
        "W @ x[t] + 1 / (h[t-1] - h[t-1])",
    ],
)
def test_an_equation_without_a_finite_value_is_refused(right):
    with pytest.raises(CellError, match="the equation of h has no finite value") as error:
        system(h(right))
    assert error.value.problems[0].place.line == 3
    assert "divide by zero" in error.value.problems[0].advice


@pytest.mark.parametrize(
    "right",
    [
        "exp(1e9 * log(2 * h[t-1] * (W @ x[t])))",
        "((2 * h[t-1])**8 + W @ x[t])**8",
        "erf(1 - (b + h[t-1]) + 1 - (W @ x[t]))",
        "erf(-(1 - (b + h[t-1])) - (1 - (W @ x[t]) * (-1)))",
        " + ".join(["tanh(h[t-1] + W @ x[t])"] * 100),
        "tanh(" * 55 + "h[t-1] + W @ x[t]" + ")" * 55,
        "1 / (1 + " * 25 + "h[t-1] + W @ x[t]" + ")" * 25,
        "(" * 25 + "h[t-1] + W @ x[t]" + " + 1) * h[t-1]" * 25,
    ],
    ids=["exp of log", "powers", "sums in erf", "signs in erf", "long sum", "tower", "fractions", "polynomial"],
)
def test_towers_and_long_sums_are_derived_without_being_multiplied_out(right):
    assert derive(h(right)).gradient("W").terms


def test_a_pre_activation_has_a_name():
    lines = {line.name: line for line in system(load("lstm")).lines}
    assert list(lines) == ["a_f", "f", "a_i", "i", "a_g", "g", "a_o", "o", "c", "h"]
    assert lines["f"].activation and not lines["c"].activation
    assert lines["a_f"].of is lines["f"].of


@pytest.mark.parametrize(
    ("right", "names"),
    [
        ("tanh(W @ x[t] + h[t-1])", ["a_h", "h"]),
        ("sqrt(1 + (W @ x[t] + h[t-1])**2)", ["a_h", "h"]),
        ("tanh(h[t-1]) * (W @ x[t])", ["h"]),
        ("tanh(h[t-1]) * tanh(W @ x[t])", ["h"]),
        ("-tanh(W @ x[t] + h[t-1])", ["h"]),
        ("maximum(W @ x[t], h[t-1])", ["h"]),
        ("softmax(W @ x[t] + h[t-1])", ["h"]),
        ("(W @ x[t] + h[t-1])**2", ["h"]),
    ],
)
def test_only_the_argument_of_one_function_is_a_pre_activation(right, names):
    assert [line.name for line in system(h(right)).lines] == names


def test_a_function_of_a_name_needs_no_pre_activation():
    found = system(read("x: D\ny: H\nq[t] = W @ x[t]\ny[t] = tanh(q[t])"))
    assert [line.name for line in found.lines] == ["q", "y"]


@pytest.mark.parametrize(
    ("right", "name", "formula"),
    [
        ("tanh(W @ x[t] + h[t-1])", "a_h", "δa_h = δh ⊙ (1 − h²)"),
        ("sigmoid(W @ x[t] + h[t-1])", "a_h", "δa_h = δh ⊙ h ⊙ (1 − h)"),
        ("exp(W @ x[t] + h[t-1])", "a_h", "δa_h = δh ⊙ h"),
        ("sqrt(W @ x[t] + h[t-1])", "a_h", "δa_h = δh / (2 h)"),
        ("o[t] * tanh(c[t])", "c", "δc = δh ⊙ o ⊙ (1 − tanh²(c))"),
        ("tanh(c[t]) + o[t]", "c", "δc = δh ⊙ (1 − tanh²(c))"),
        ("1 - o[t] - 2 * tanh(c[t])", "c", "δc = −2 δh ⊙ (1 − tanh²(c))"),
    ],
)
def test_a_derivative_is_written_by_its_outputs_name_only_at_the_root(right, name, formula):
    cell = h(right, "c[t] = W @ x[t] + h[t-1]\no[t] = h[t-1] + V @ x[t]\n" if "c[t]" in right else "")
    backward = derive(cell)
    assert str(quantity(Formulas(backward.system), backward.gradient(name))) == formula


def test_sizes_are_those_of_vectors():
    found = system(load("lstm_concat"))
    line = found.line("a_f")
    (product,) = (a for a in line.expression.args if isinstance(a, Times))
    assert found.size(product) == Size.of("H")
    assert found.size(product.args[1]) == Size.of("H", "D")
    assert found.size_of_name("a_f") == found.size_of_name("f") == Size.of("H")
    scalar = system(read("x: D\ns[t] = sum(x[t])\ny: D\ny[t] = s[t] * x[t]"))
    assert scalar.size(scalar.line("s").expression) == SCALAR
    assert scalar.size(scalar.line("y").expression) == Size.of("D")


def test_an_atom_is_never_differentiated_as_if_it_were_elementwise():
    with pytest.raises(Fault, match="Times was differentiated"):
        Times(value("W", None), value("x", 0)).diff(value("x", 0))


def test_names_of_pre_activations_are_never_those_of_the_cell():
    for name in library():
        cell = load(name)
        assert not {preactivation(n) for n in cell.assigned} & set(cell.shapes)


def test_every_line_prints_as_it_was_written():
    found = system(load("lstm"))
    assert [str(equation(Formulas(found), line)) for line in found.lines][-2:] == [
        "c = f ⊙ c[t−1] + i ⊙ g",
        "h = o ⊙ tanh(c)",
    ]
