"""The exact arithmetic of proofs against numbers: whatever its normal form, a polynomial keeps its value."""

import math
from pathlib import Path

import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, assume, given, settings
from random_cells import sources

from gatecheck.calculus.proof.forward import SLOPES, forward
from gatecheck.calculus.proof.naming import Names
from gatecheck.calculus.proof.polynomials import TooLarge
from gatecheck.calculus.proof.spelling import spelled
from gatecheck.calculus.system import System, system
from gatecheck.cells import library, load, read
from gatecheck.cells import tree as t
from gatecheck.errors import CellError

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}


class Numbers:
    """Evaluates polynomials: names and their tangents are arrays, a matrix's tangent is an outer product."""

    def __init__(self, cell, rng):
        self.cell, self.sizes = cell, {letter: 2 + k for k, letter in enumerate(cell.sizes)}
        self.rng, self.drawn = rng, {}

    def of(self, *key):
        if key not in self.drawn:
            name, *side = str(key[1]).split(" ")
            shape = self.cell.shapes[name]
            picked = shape if not side else shape[:1] if side == ["rows"] else shape[1:]
            self.drawn[key] = self.rng.uniform(0.3, 1.2, tuple(s.value(self.sizes) for s in picked))
        return self.drawn[key]

    def value(self, ring, key):
        return sum(float(c) * self.product(ring, m) for m, c in key)

    def product(self, ring, monomial):
        return math.prod((self.generator(ring, g) ** float(e) for g, e in monomial), start=np.ones(1))

    def generator(self, ring, g):
        kind, parts, *_ = ring.generators[g]
        match kind, parts:
            case (("value" | "gradient" | "tangent"), (name, lag)):
                return self.of(kind, name, lag).ravel()
            case "size", (letter, _):
                return np.array([float(self.sizes[letter])])
            case "place", (sizes, k):
                return self.place(sizes, k)[:, 0]
            case (("sum" | "root"), (key,)):
                return self.value(ring, key)
            case "function", (name, *keys):
                if name == "step":
                    return 1.0 * (self.value(ring, keys[0]) > 0)
                return oracle.APPLY[name](*(self.value(ring, k) + 0j for k in keys)).real
            case "whole", (name, size, key):
                argument = np.broadcast_to(self.value(ring, key), size.value(self.sizes)) + 0j
                return (oracle._softmax if name == "softmax" else oracle._logsumexp)(argument).real
            case "image", ((of, *which), transposed, inner):
                w = self.of("value", *which, None) if of == "value" else self.place(*which)
                w = w.T if transposed else w
                return w @ np.broadcast_to(self.product(ring, inner), w.shape[1])
            case "total", (root,):
                return self.product(ring, root).sum(keepdims=True)
        return np.array([math.pi])

    def place(self, sizes, k):
        widths = [s.value(self.sizes) for s in sizes]
        return np.eye(sum(widths))[:, sum(widths[:k]) : sum(widths[: k + 1])]


def disagreement(cell, seed=0):
    """How far values and tangents in normal form are from the oracle's, over all equations of a cell."""
    worst, rng = 0.0, np.random.default_rng(seed)
    for equation in cell.equations:
        names, numbers = Names(system(cell)), Numbers(cell, rng)
        ring, reads = names.ring, sorted(set(equation.reads()), key=str)
        found = forward(equation.expression, names, ring)
        values = {}
        for r in reads:
            value = numbers.of("value", r.name, r.lag)
            if len(cell.shapes[r.name]) == 2:
                sides = [numbers.of("tangent", f"{r.name} {side}", None) for side in ("rows", "columns")]
                values[r.name, r.lag] = value + 1j * oracle.TINY * np.outer(*sides)
            else:
                values[r.name, r.lag] = (value + 1j * oracle.TINY * numbers.of("tangent", r.name, r.lag))[None]
        wanted = oracle.evaluate(equation.expression, values)[0]
        got = np.broadcast_to(numbers.value(ring, found.value.key()), wanted.shape)
        delta = names.delta(equation.name)
        moved = ring.total(delta * found.tangent).key() if found.tangent is not None else ()
        change = (wanted.imag / oracle.TINY * numbers.of("gradient", equation.name, 0)).sum(keepdims=True)
        worst = max(worst, oracle.far(got, wanted.real, 1.0))
        worst = max(worst, oracle.far(numbers.value(ring, moved) + np.zeros(1), change, 1.0))
    return worst


@pytest.mark.parametrize("name", CELLS)
def test_values_and_tangents_in_normal_form_are_those_of_the_equations(name):
    assert disagreement(CELLS[name]) <= 1e-9


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(sources())
def test_values_and_tangents_of_random_cells_survive_the_normal_form(source):
    cell = read(source)
    try:
        system(cell)
    except CellError:
        assume(False)
    assert disagreement(cell) <= 1e-8


def test_every_function_of_cell_files_has_a_slope():
    assert set(SLOPES) | {"sqrt"} == set(t.ELEMENTWISE)


# The normal form.

FREE = "x: D\nv: D\nk: 1\nW: (D, D)\nh: D\nh[t] = {} + 0 * (x[t] + v[t] + k[t] + W @ h[t-1])\n"
SAME = (
    ("x[t] / (x[t] + v[t]) + v[t] / (x[t] + v[t])", "1"),
    ("(x[t] + v[t])**2 / (x[t] + v[t])", "x[t] + v[t]"),
    ("1 / (2 * x[t] + 4 * v[t])", "0.5 * (x[t] + 2 * v[t])**-1"),
    ("1 / (x[t] * v[t] + x[t] * k[t])", "1 / x[t] / (v[t] + k[t])"),
    ("(-x[t] - v[t])**-1", "-(x[t] + v[t])**-1"),
    ("sqrt(8 * x[t] + 8)", "2 * sqrt(2 * (x[t] + 1))"),
    ("sqrt(x[t] + 1) * sqrt(1 + x[t])", "x[t] + 1"),
    ("(x[t] + 1)**1.5", "sqrt(x[t] + 1) * (x[t] + 1)"),
    ("x[t] / sqrt(x[t] + 1) + (x[t] + 1)**-0.5", "sqrt(1 + x[t])"),
    ("v[t] / sqrt(x[t] * v[t])", "sqrt(x[t] * v[t]) / x[t]"),
    ("sqrt(12 * x[t])", "2 * sqrt(3 * x[t])"),
    ("x[t] * (x[t] * (v[t] + k[t]))**-0.5", "sqrt(x[t] * (v[t] + k[t])) / (v[t] + k[t])"),
    ("(x[t] + k[t]) / sqrt((x[t] + k[t]) * (v[t] + 1))", "sqrt((x[t] + k[t]) * (1 + v[t])) / (v[t] + 1)"),
    ("x[t] * (x[t] - x[t]**2)**-1.5", "sqrt(x[t] - x[t]**2) / (x[t] - 1)**2 / x[t]"),
    ("1 / (x[t] * v[t] + x[t] + k[t] * v[t] + k[t])", "1 / (x[t] + k[t]) / (v[t] + 1)"),
    ("sqrt(1 / (x[t] + v[t]))", "sqrt(x[t] + v[t]) / (v[t] + x[t])"),
    ("tanh(x[t] / sqrt(x[t] * v[t] + x[t]))", "tanh(sqrt(x[t] * (v[t] + 1)) / (v[t] + 1))"),
    ("(x[t] - v[t]) / (sqrt(x[t]) - sqrt(v[t]))", "sqrt(v[t]) + sqrt(x[t])"),
    ("x[t] / (x[t] + v[t]) / (x[t] + k[t])", "x[t] / (x[t] + k[t]) / (x[t] + v[t])"),
    ("sqrt(sqrt(x[t]))", "x[t]**0.25"),
    ("tanh(x[t] * v[t] - v[t])", "tanh((x[t] - 1) * v[t])"),
    ("sum(x[t] * (W @ v[t]))", "sum(v[t] * (W.T @ x[t]))"),
    ("sum(W @ (x[t] * (W @ v[t])))", "sum((W.T @ x[t]**0) * x[t] * (W @ v[t]))"),
    ("sum((W @ x[t]) * (W @ v[t]))", "sum(x[t] * (W.T @ (W @ v[t])))"),
    ("mean(x[t] + k[t])", "mean(x[t]) + k[t]"),
    ("W @ (k[t] * x[t] - 2 * v[t])", "k[t] * (W @ x[t]) - 2 * (W @ v[t])"),
    ("softmax(x[t] + v[t] - x[t])", "softmax(v[t])"),
    ("maximum(x[t] + 1, x[t]) * 0", "x[t] - x[t]"),
)
DIFFERENT = (
    ("sqrt(x[t]**2)", "x[t]"),
    ("sqrt(x[t] * (v[t] + 1))", "sqrt(x[t]) * sqrt(v[t] + 1)"),
    ("sqrt((x[t] + 1)**2)", "x[t] + 1"),
    ("sum(x[t] * (W @ v[t]))", "sum(v[t] * (W @ x[t]))"),
    ("sum(x[t] * v[t])", "sum(x[t]) * sum(v[t])"),
    ("sum(x[t] + k[t])", "sum(x[t]) + k[t]"),
    ("W @ (W.T @ x[t])", "W.T @ (W @ x[t])"),
    ("concat(k[t], k[t] + 1)", "concat(k[t] + 1, k[t])"),
    ("tanh(x[t])", "tanh(-x[t])"),
    ("maximum(x[t], v[t])", "maximum(v[t], x[t])"),
)


def normal(*expressions):
    """Expressions of a cell file in one exact arithmetic."""
    names = None
    for expression in expressions:
        cell = read(FREE.format(f"sum({expression})" if "concat" in expression else expression))
        names = names or Names(System(cell, (), {}))
        node = cell.equations[0].expression.left
        yield forward(node.argument if "concat" in expression else node, names, names.ring).value


@pytest.mark.parametrize("pair", SAME, ids=str)
def test_expressions_that_are_equal_have_one_normal_form(pair):
    a, b = normal(*pair)
    assert (a - b).terms == {}


@pytest.mark.parametrize("pair", DIFFERENT, ids=str)
def test_expressions_that_differ_have_two(pair):
    a, b = normal(*pair)
    assert (a - b).terms != {}


def test_a_normal_form_is_written_for_a_person():
    (found,) = normal("2 * x[t] * tanh(v[t] - 1)**2 - sum(x[t] * (W.T @ v[t])) / (x[t] + 1)")
    assert spelled(found) == "2 * x * tanh(-1 + v)**2 - sum(x * (W.T @ v)) * (1 + x)**(-1)"


def test_what_would_take_too_long_is_given_up():
    sums = " * ".join(f"(tanh({k} + x[t]) + tanh({k} * v[t] - 1) + k[t])" for k in range(12))
    with pytest.raises(TooLarge):
        list(normal(sums))


def test_a_root_of_a_large_number_is_taken_as_far_as_its_factors_are_small():
    large = 2**61 - 1
    a, b = normal(f"sqrt({12 * large} * x[t])", f"2 * sqrt({3 * large} * x[t])")
    assert (a - b).terms == {}
