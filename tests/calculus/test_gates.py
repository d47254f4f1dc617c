"""The gate that keeps a state, and the bias that opens it, follow from the equations."""

import numpy as np
import oracle
import pytest

from gatecheck.calculus import numbers
from gatecheck.calculus.gates import gates, keepers, keeping
from gatecheck.calculus.symbols import value
from gatecheck.calculus.system import system
from gatecheck.cells import library, load, read

GATE = "sigmoid(W @ x[t] + U @ h[t-1] + b)"
KEPT = {
    "z[t] * h[t-1] + (1 - z[t]) * n[t]": [("h", "z", "b", 1)],
    "z[t] * n[t] + (1 - z[t]) * h[t-1]": [("h", "z", "b", -1)],
    "h[t-1] / (1 + z[t]) + n[t]": [("h", "z", "b", -1)],
    "tanh(z[t]) + n[t]": [],
    "h[t-1] + z[t] * n[t]": [],
}


@pytest.mark.parametrize("equation", KEPT)
def test_the_sign_says_which_way_the_gate_keeps(equation):
    cell = read(f"x: D\nh: H\nz[t] = {GATE}\nn[t] = tanh(V @ x[t])\nh[t] = {equation}")
    assert [(k.state, k.gate, k.bias, k.sign) for k in keepers(system(cell))] == KEPT[equation]


def test_a_coupled_gate_is_found_through_the_name_between():
    cell = read(f"x: D\nh: H\ni[t] = {GATE}\nf[t] = 1 - i[t]\nh[t] = f[t] * h[t-1] + i[t] * tanh(V @ x[t])")
    assert [(k.gate, k.bias, k.sign) for k in keepers(system(cell))] == [("i", "b", -1)]


def test_a_gate_without_a_bias_keeps_without_a_knob():
    cell = read("x: D\nh: H\nz[t] = sigmoid(W @ x[t])\nh[t] = z[t] * h[t-1] + tanh(V @ x[t])")
    assert keepers(system(cell)) == ()


def test_the_forget_bias_of_the_lstm_is_found_and_the_rnn_has_none():
    assert [k.bias for k in keepers(system(load("lstm")))] == ["b_f"]
    assert keepers(system(load("rnn"))) == ()


@pytest.mark.parametrize(
    ("cell", "names"),
    [("lstm", ("f", "i", "o")), ("gru", ("z", "r")), ("gru_reset_after", ("z", "r")), ("rnn", ()), ("gate", ("f",)),
     ("lstm_coupled", ("i", "o")), ("minlstm", ("f", "i")), ("lstm_fgr", ("f", "i", "o"))],
)  # fmt: skip
def test_a_gate_is_a_sigmoid_that_scales_something(cell, names):
    assert gates(system(load(cell))) == names


def test_a_sigmoid_that_scales_nothing_is_no_gate():
    cell = read("x: D\nh: H\ns[t] = sigmoid(W @ x[t])\nq[t] = sigmoid(s[t])\nh[t] = tanh(s[t] + v * q[t] + U @ h[t-1])")
    assert gates(system(cell)) == ()


def test_a_gate_without_a_bias_keeps_all_the_same():
    assert [(k.state, k.gate, k.sign, k.bias) for k in keeping(system(load("qrnn")))] == [("c", "f", 1, "")]


def stepped(cell, given, gate, at, state, change=0.0):
    """The values of a step, the gate held; the state before is changed for its own equation alone."""
    values = dict(given)
    for equation in cell.equations:
        seen = values | {(state, 1): values[state, 1] + change} if equation.name == state else values
        found = oracle.evaluate(equation.expression, seen)
        values[equation.name, 0] = np.full_like(found, at) if equation.name == gate else found
    return values


KEEPING = [(name, keeper) for name in library() for keeper in keeping(system(load(name)))]


@pytest.mark.every_cell
@pytest.mark.parametrize(("name", "keeper"), KEEPING, ids=lambda p: getattr(p, "gate", p))
def test_what_is_kept_where_a_gate_is_1_is_what_the_numbers_say(name, keeper):
    cell, state = load(name), keeper.state
    sizes, inputs, initial, parameters, _ = oracle.draw(cell, np.random.default_rng(5))
    given = {(n, None): p if p.ndim == 2 else p[None] for n, p in parameters.items()}
    given |= {(n, 0): x[1] for n, x in inputs.items()} | {(n, 1): v for n, v in initial.items()}
    opened = stepped(cell, given, keeper.gate, 1.0, state, 1e-20j)
    known = {value(n, lag): np.asarray(v).real for (n, lag), v in opened.items()}
    kept = numbers.evaluate(keeper.at_one, known, sizes)
    np.testing.assert_allclose(opened[state, 0].imag / 1e-20, kept + 0 * opened[state, 0].real, rtol=1e-12, atol=1e-15)
    empty = stepped(cell, given | {(state, 1): 0 * given[state, 1]}, keeper.gate, 0.0, state)
    assert keeper.writes == (not empty[state, 0].any())
