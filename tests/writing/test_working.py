"""Calculations as they are printed: worked out by Python's own rules, they give the number that stands beside them."""

import math
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gatecheck.calculus.backward import derive
from gatecheck.calculus.picking import pick
from gatecheck.calculus.symbols import gradient
from gatecheck.calculus.worked import Given, worked
from gatecheck.cells import library, load, read
from gatecheck.writing.formats import FORMATS
from gatecheck.writing.rounding import rounded, shortest
from gatecheck.writing.worked import Rows
from gatecheck.writing.working import numbers_in

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
SPACE = {
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)), "tanh": math.tanh, "exp": math.exp, "log": math.log,
    "sqrt": math.sqrt, "erf": math.erf, "abs": abs, "maximum": max, "relu": lambda a: max(a, 0),
    "softplus": lambda a: math.log1p(math.exp(a)), "sign": lambda a: math.copysign(1, a), "pi": math.pi,
}  # fmt: skip


@cache
def found(name):
    cell = CELLS[name]
    backward = derive(cell, unit=True)
    return worked(backward, pick(backward, 2 if cell.inputs else 1))


@pytest.mark.parametrize("name", CELLS)
def test_every_calculation_gives_the_number_beside_it(name):
    work = found(name)
    rows = Rows(FORMATS["text"], work, 14)
    told = [row for t in range(len(work.at)) for row in (*rows.forward(t), *rows.backward(t))]
    told += [*rows.initial(), *rows.parameters()]
    checked = 0
    for row in told:
        assert not re.search(r"[-+*/] -", row.calculation.right), "two signs in a row"
        if "..." not in row.calculation.right:  # a long sum is shortened
            wanted = float(row.numbers.flat[0])
            value = float(eval(row.calculation.right, {"__builtins__": {}}, SPACE))
            assert value == pytest.approx(wanted, rel=1e-7, abs=1e-9), (row.formula.left, row.calculation.right)
            checked += 1
    assert checked > len(told) / 2


@pytest.mark.parametrize("unit", [0, 1])
def test_the_calculation_of_another_unit_gives_its_number(unit):
    work = found("gru")
    rows = Rows(FORMATS["text"], work, 14)
    for g in work.backward.quantities:
        value = eval(rows.gradient(g, 0, unit).right, {"__builtins__": {}}, SPACE)
        assert value == pytest.approx(work.at[0][gradient(g.name)][unit], rel=1e-9)
    for g in work.backward.parameters:
        numbers = work.parameters[g.name]
        value = eval(rows.parameter(g, (unit,) if numbers.ndim == 1 else (unit, 0)).right, {"__builtins__": {}}, SPACE)
        assert value == pytest.approx(numbers[unit] if numbers.ndim == 1 else numbers[unit, 0], rel=1e-9)


def calculations(source, values, style="unicode", digits=4):
    backward = derive(read(source))
    work = worked(backward, values)
    return [row.calculation.right for row in Rows(FORMATS[style], work, digits).forward(0)]


SIZES = {"D": 2}


def given(**vectors):
    arrays = {n: np.array(v, float) for n, v in vectors.items()}
    return Given(
        SIZES,
        1,
        {n: a[None] for n, a in arrays.items() if n in ("x", "v", "z")},
        {n.removesuffix("_prev"): a for n, a in arrays.items() if n.endswith("_prev")},
        {n: a for n, a in arrays.items() if n.isupper() or n == "b"},
    )


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("W @ x[t] + b", "1·0.5 − 2·(−1.5) + 0.25"),
        ("-(W @ x[t]) - b", "−1·0.5 + 2·(−1.5) − 0.25"),
        ("v[t] * x[t] * b", "−3·0.5·0.25"),
        ("x[t] * v[t]", "0.5·(−3)"),
        ("x[t] - v[t]", "0.5 + 3"),
        ("v[t] * (1 - v[t])", "−3·(1 + 3)"),
        ("v[t]**2", "(−3)²"),
        ("x[t] / v[t]", "0.5 / (−3)"),
        ("sigmoid(x[t])", "1 / (1 + exp(−0.5))"),
        ("sigmoid(v[t])", "1 / (1 + exp(3))"),
        ("tanh(v[t]) / 3", "tanh(−3) / 3"),
        ("v[t] / 3 + x[t]", "−3 / 3 + 0.5"),
        ("2 * v[t] + x[t]", "2·(−3) + 0.5"),
        ("W @ (v[t] * x[t]) + b", "1·(−3)·0.5 − 2·1·(−1.5) + 0.25"),
        ("W.T @ v[t]", "1·(−3) + 0.5·1"),
        ("W @ tanh(x[t])", "1·tanh(0.5) − 2·tanh(−1.5)"),
        ("sum(v[t]) * x[t]", "(−3 + 1)·0.5"),
        ("mean(v[t]) + x[t]", "(−3 + 1) / 2 + 0.5"),
        ("x[t] + softmax(v[t])", "0.5 + exp(−3) / (exp(−3) + exp(1))"),
        ("x[t] * (W @ v[t])", "0.5·(1·(−3) − 2·1)"),
        ("tanh(W @ v[t]) + x[t]", "tanh(1·(−3) − 2·1) + 0.5"),
        ("v[t] / x[t]", "−3 / 0.5"),
        ("sigmoid(x[t] * z[t]) - z[t]", "σ(0.5·0) − 0"),
        ("sigmoid(z[t])", "1 / (1 + exp(0))"),
        ("-z[t] * x[t] - z[t] * v[t]", "0·(−3) − 0·0.5"),
        ("x[t] + logsumexp(v[t])", "0.5 + log(exp(−3) + exp(1))"),
    ],
)
def test_signs_and_brackets_are_a_person_s(expression, wanted):
    names = {"W": [[1, -2], [0.5, 1]], "b": [0.25, 1], "v": [-3, 1], "x": [0.5, -1.5], "z": [0, 1]}
    names = {n: v for n, v in names.items() if re.search(rf"\b{n}\b", expression)}
    declared = "".join(f"{n}: D\n" for n in ("x", "v", "z", "h") if n in (*names, "h"))
    assert calculations(f"{declared}h[t] = {expression}\n", given(**names))[-1] == wanted


def test_a_long_row_is_shortened_the_same_way_in_every_format():
    source = "x: D\nh: H\nh[t] = W @ x[t]\n"
    values = Given({"D": 9, "H": 1}, 1, {"x": np.ones((1, 9))}, {}, {"W": np.arange(9.0)[None]})
    assert calculations(source, values) == ["0·1 + 1·1 + … + 8·1"]
    assert calculations(source, values, "text") == ["0 * 1 + 1 * 1 + ... + 8 * 1"]
    assert calculations(source, values, "latex") == [r"0 \cdot 1 + 1 \cdot 1 + \cdots + 8 \cdot 1"]


@pytest.mark.parametrize(
    ("number", "digits", "long", "short"),
    [
        (0.97313, 4, "0.9731", "0.9731"),
        (3.59, 4, "3.5900", "3.59"),
        (0.52498, 4, "0.5250", "0.5250"),
        (2.0, 4, "2.0000", "2"),
        (-0.00001, 4, "-1.0000e-05", "-1.0000e-05"),
        (-0.0, 2, "0.00", "0"),
        (1e-17, 4, "0.0000", "0"),
        (123456789.0, 2, "1.23e+08", "1.23e+08"),
        (40.0, 1, "40.0", "40"),
    ],
)
def test_numbers_are_rounded_as_one_writes_them(number, digits, long, short):
    assert (rounded(number, digits), shortest(number, digits)) == (long, short)


def test_powers_of_ten_are_written_in_the_format_s_notation():
    system = found("rnn").backward.system
    told = [numbers_in(FORMATS[f])(system, {}, 4).figure(-0.000012) for f in ("unicode", "text", "latex")]
    assert told == ["−1.2000·10⁻⁵", "-1.2000 * 10**-5", r"-1.2000 \cdot 10^{-5}"]
