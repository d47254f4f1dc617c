"""Typed formulas are judged as formulas: every way to write the right one is right, and no wrong one is."""

import pytest
from covering import cells
from mutants import mutants
from typing_formulas import accepted, close, everything, program, wanted, worlds

from gatecheck.assignment.typed.faults import Unreadable
from gatecheck.calculus.backward import derive
from gatecheck.calculus.levels import at_level
from gatecheck.writing.equations import parameter, quantity
from gatecheck.writing.formats import Text
from gatecheck.writing.formulas import Formulas


def formulas(backward, writer):
    """Every formula of a derivation, by what it is of."""
    for g in (*backward.quantities, *backward.inputs):
        yield f"d{g.name}", quantity(writer, g).right
    for g in backward.parameters:
        yield f"d{g.name}", parameter(writer, g).right


SHOWN = ("lstm", "joined", "functions", "scalars")


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in SHOWN else pytest.mark.slow) for n in cells()])
def test_every_formula_that_gatecheck_prints_is_right(name):
    backward = derive(cells()[name])
    for writer in (Formulas(backward.system), Text(backward.system)):
        for asked, text in formulas(backward, writer):
            assert accepted(name, asked, text), (asked, text)
    gates = at_level(backward, "gates")
    for asked, text in formulas(gates, Formulas(gates.system)):
        assert accepted(name, asked, text), (asked, text)


@pytest.mark.slow
@pytest.mark.parametrize("name", cells())
def test_a_formula_is_told_from_that_of_every_other_quantity_as_numbers_tell_them(name):
    known = [wanted(name, q) for q in everything(name)]
    # Numbers may never meet the other case of a function that has two.
    cases = any(word in repr(program(name).forward) for word in ("maximum", "relu", "absolute", "sign"))
    for one in known:
        for other in known:
            if one.shape == other.shape:
                told = worlds(name).same(one.right, other.right)
                agrees = worlds(name).agree(one.right, other.right)
                assert told == agrees or (agrees and cases), (one.quantity, other.quantity)


def mutated(name):
    """Printed formulas that were changed, and differ in print from the right one."""
    backward = derive(cells()[name])
    right = dict(formulas(backward, Formulas(backward.system)))
    for kind, of, wrong in mutants(backward):
        for asked, text in formulas(wrong, Formulas(wrong.system)):
            if asked == f"d{of}" and text != right[asked]:
                yield kind, asked, text


@pytest.mark.parametrize("name", ["rnn", "stateless", *(pytest.param(n, marks=pytest.mark.slow) for n in cells())])
def test_a_changed_formula_is_right_only_where_its_numbers_are(name):
    rejected = 0
    for kind, asked, text in mutated(name):
        try:
            right, agrees = accepted(name, asked, text), close(name, asked, text)
            # Numbers may never meet the other case of a function that has two.
            assert right == agrees or (agrees and (" > 0]" in text or "sign(" in text)), (kind, asked, text)
            rejected += not right
        except Unreadable:
            rejected += 1
    assert rejected


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("da_f", "df * (f - f**2)"),
        ("da_f", "df * sigmoid(a_f) * (1 - sigmoid(a_f))"),
        ("da_f", "δf ⊙ σ(a_f) ⊙ σ(−a_f)"),
        ("da_f", "df * np.exp(-a_f) / (1 + np.exp(-a_f))**2"),
        ("da_f", "dc * c_prev * f * (1 - f)"),
        ("da_f", "(dh * o * (1 - np.tanh(c)**2) + dc_next) * c_prev * f * (1 - f)"),
        ("da_g", "dg * (1 - np.tanh(x @ W_g.T + h_prev @ U_g.T + b_g)**2)"),
        ("da_g", "dg * (1 - np.power(g, 2))"),
        ("da_g", "4 * dg * np.exp(2*a_g) / (np.exp(2*a_g) + 1)**2"),
        ("df", "dc * c_prev"),
        ("df", "+(δc ⊙ c[t−1])"),
        ("df", "dc * (c - i*g) / f"),
        ("dc", "dc_next + dh * o * (1 - np.tanh(c)**2)"),
        ("dc", "dc + dh * o * (1 - np.tanh(c)**2)"),
        ("dc", "dh * (o - h*h/o) + dc[t+1] * f[t+1]"),
        ("dc", "dh * h / np.tanh(c) * (1 - (h/o)**2) + dc_next"),
        ("dc", "∂L_t/∂c + dh * o * (1 - np.tanh(c)**2) + dc_next"),
        ("do", "dh * np.tanh(c)"),
        ("do", "dh * h / o"),
        ("dc_prev", "dc * f"),
        ("dh_prev", "da_f @ U_f + da_i @ U_i + da_g @ U_g + da_o @ U_o"),
        ("dh_prev", "U_f.T @ da_f + U_i.T.dot(da_i) + np.dot(U_g.T, da_g) + U_oᵀ da_o"),
        ("dh", "∂L_t/∂h + (U_fᵀ δa_f + U_iᵀ δa_i + U_gᵀ δa_g + U_oᵀ δa_o)[t+1]"),
        ("dW_f", "da_f.T @ x"),
        ("dW_f", "np.outer(da_f, x)"),
        ("dW_f", "Σ_t δa_f xᵀ"),
        ("dW_f", "(x.T @ da_f).T"),
        ("dW_f", "dW_f + da_f ⊗ x"),
        ("db_f", "da_f.sum(axis=0)"),
        ("db_f", "np.sum(da_f, 0)"),
    ],
)
def test_what_is_the_same_formula_is_right(asked, text):
    assert accepted("lstm", asked, text)


def test_a_gradient_of_a_function_with_two_cases_may_be_written_with_its_output():
    assert accepted("stateless", "dq", "V.T @ ((dy - np.sum(dy * y)) * y)")
    assert accepted("functions", "da_f", "df * (f > 0)")
    assert accepted("functions", "da_f", "np.where(f > 0, df, 0)")
    assert not accepted("functions", "da_f", "df * (q > 0)")


def test_a_loss_that_the_cell_computes_has_the_gradient_1():
    assert accepted("rnn_characters", "dy", "np.exp(y) / np.exp(y).sum(axis=1, keepdims=True) - target")
    assert accepted("rnn_characters", "dy", "δL (softmax(y) − target)")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("df", "dc * c"),
        ("df", "dc * c_prev * f"),
        ("df", "dc * c_prev + 0.000001"),
        ("df", "dc * c_prev + dc * (1 - 1) ** 2 * c + 1e-12 * c"),
        ("df", "c_prev"),
        ("df", "dc * c_prev + 67072199 * dc"),
        ("dc", "dc_next"),
        ("dc", "dh * o * (1 - np.tanh(c)**2)"),
        ("dc", "∂L_t/∂h + dh * o * (1 - np.tanh(c)**2) + dc_next"),
        ("dc", "dh * o * (1 - h**2) + dc_next"),
        ("dc_prev", "dc * f[t+1]"),
        ("dW_f", "np.outer(da_f, x[t-1])"),
        ("dW_f", "2 da_f xᵀ"),
        ("dh", "da_f[t+1] @ U_f"),
        ("da_f", "df * f * (1 - f) / (c - c)"),
    ],
)
def test_what_is_not_the_same_formula_is_wrong(asked, text):
    assert not accepted("lstm", asked, text)


def test_a_world_is_the_same_for_the_same_seed():
    from gatecheck.assignment.typed.worlds import Worlds

    cell = cells()["lstm"]
    one, two = (Worlds(cell, program("lstm"), "7")._exact[0].value("dc") for _ in range(2))
    assert (one == two).all()
