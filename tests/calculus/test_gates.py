"""The gate that keeps a state, and the bias that opens it, follow from the equations."""

import pytest

from gatecheck.calculus.gates import gates, keepers, keeping
from gatecheck.calculus.system import system
from gatecheck.cells import load, read

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
