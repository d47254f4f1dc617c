"""Every level says the same numbers; what it does not name is written out."""

import re
from pathlib import Path

import numpy as np
import oracle
import pytest

from gatecheck.assignment.compiling import expression
from gatecheck.assignment.operations import evaluate
from gatecheck.assignment.program import previous
from gatecheck.calculus.backward import derive
from gatecheck.calculus.levels import LEVELS, at_level, collected, merged
from gatecheck.calculus.symbols import gradient, label, value
from gatecheck.cells import library, load, read
from gatecheck.errors import CellError
from gatecheck.writing.equations import all_formulas, quantity
from gatecheck.writing.formulas import Formulas

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}


def formulas(cell, level):
    backward = at_level(derive(cell), level)
    return [str(f) for f in all_formulas(Formulas(backward.system), backward)]


@pytest.mark.parametrize("name", CELLS)
def test_what_is_written_out_has_the_same_value(name):
    """Every contribution of every level, evaluated at random numbers: the sums agree with those of named."""
    cell = CELLS[name]
    named = derive(cell)
    values = _values(named)
    for level in LEVELS[1:]:
        found = at_level(named, level)
        for g in (*found.quantities, *found.inputs, *found.parameters):
            mine, want = (_sums(x.gradient(g.name), values) for x in (found, named))
            assert mine.keys() == want.keys(), g.name
            for key in want:
                assert oracle.far(mine[key], want[key], 1e-6) <= 1e-9, (level, g.name)


def _values(backward):
    """Numbers for every name of one step that are consistent: forward values by the equations, δ by the derivation."""
    cell = backward.cell
    rng = np.random.default_rng(5)
    sizes, inputs, initial, parameters, _ = oracle.draw(cell, rng, T=1, B=2)
    values = {f"#{n}": v for n, v in sizes.items()} | dict(parameters)
    values |= {n: v[0] for n, v in inputs.items()} | {previous(n): v for n, v in initial.items()}
    with np.errstate(all="ignore"):
        for line in backward.system.lines:
            values[line.name] = np.broadcast_to(
                evaluate(expression(line.expression), values), (2, backward.system.sizes[line.name].value(sizes))
            )
        for g in backward.quantities:
            # What arrives from t+1 is as arbitrary as what the loss sends, for the names that keep their δ.
            free = g.later or g.loss or g.name in cell.outputs
            total = rng.normal(size=values[g.name].shape) if free else np.zeros(values[g.name].shape)
            for term in g.terms if not free else ():
                total = total + evaluate(expression(term.expression), values)
            values[f"d{g.name}"] = total
    return values


def _sums(found, values):
    """The sum of a gradient's contributions: of this step, of the next, and by operand for a parameter."""
    sums = {}
    for lag, terms in enumerate((found.now, found.later)):
        groups = {}
        for term in terms:
            groups.setdefault(str(term.edge.operand), []).append(term)
        for operand, group in groups.items():
            parts = merged(group) if operand == "None" else ((t.expression, {}) for t in group)
            total = 0.0
            for e, _ in parts:
                total = total + evaluate(expression(e), values)
            if np.any(total):
                sums[lag, operand] = np.asarray(total) * np.ones((2, 1))
    return sums


@pytest.mark.parametrize("name", library())
def test_gates_names_no_preactivation_and_full_no_gate(name):
    cell = load(name)
    for text in formulas(cell, "gates"):
        assert not any(f"a_{n}" in re.findall(r"\w+", text) for n in cell.assigned), text
    kept = {f"δ{n}" for n in (*cell.outputs, *cell.inputs)}
    for text in formulas(cell, "full"):
        assert set(re.findall(r"δ\w+", text)) <= kept, text


def test_the_written_out_lstm_is_the_textbook_one():
    assert formulas(load("lstm"), "gates")[0] == (
        "δh = ∂L_t/∂h + U_fᵀ (δf[t+1] ⊙ f[t+1] ⊙ (1 − f[t+1])) + U_iᵀ (δi[t+1] ⊙ i[t+1] ⊙ (1 − i[t+1]))"
        " + U_gᵀ (δg[t+1] ⊙ (1 − g[t+1]²)) + U_oᵀ (δo[t+1] ⊙ o[t+1] ⊙ (1 − o[t+1]))"
    )
    assert "∂L/∂W_f = Σ_t (δc ⊙ c[t−1] ⊙ f ⊙ (1 − f)) xᵀ" in formulas(load("lstm"), "full")


def test_common_factors_are_collected():
    a, b, c, d, e = (value(n, 0) for n in "abcde")
    dh, dc = gradient("h"), gradient("c")
    assert collected(dh * a * b + dh * a * c) == dh * a * (b + c)
    assert collected(dh * a + dc * a) == a * (dh + dc)
    assert collected(dh * a + dh * b + dc * d + dc * e) == dh * (a + b) + dc * (d + e)
    assert collected(a + b) == a + b


def test_contributions_through_one_matrix_are_one_product():
    cell = read("h: H\nq: H\nr: H\nq[t] = x2[t] * (U @ h[t-1])\nr[t] = U @ h[t-1]\nh[t] = q[t] + r[t]\nx2: H")
    backward = derive(cell)
    assert str(quantity(Formulas(backward.system), backward.gradient("h"))).endswith("Uᵀ (δq[t+1] ⊙ x2[t+1] + δr[t+1])")


def test_what_nobody_can_read_is_refused_with_the_way_out():
    lines = "\n".join(f"q{k}[t] = tanh(q{k - 1}[t] * q{k - 1}[t] + V @ q{k - 1}[t])" for k in range(1, 12))
    cell = read(f"x: H\nh: H\nq0: H\nq0[t] = tanh(U @ h[t-1] + x[t])\n{lines}\nh[t] = q11[t] + q11[t]**2")
    assert at_level(derive(cell), "gates")
    with pytest.raises(CellError, match="--level gates or --level named"):
        at_level(derive(cell), "full")


def test_labels_stay_those_of_the_derivation():
    backward = at_level(derive(load("gru")), "full")
    kinds = {label(s).kind for g in backward.quantities for t in g.terms for s in t.expression.free_symbols}
    assert kinds <= {"value", "gradient"}
