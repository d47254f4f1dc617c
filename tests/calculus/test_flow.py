"""How much of a state is left after k steps: what the field knows, and what cannot be drawn."""

import numpy as np
import pytest

from gatecheck.calculus.flow import flow
from gatecheck.calculus.networks import Draw, forward, opened, parameters
from gatecheck.calculus.symbols import value
from gatecheck.calculus.system import system
from gatecheck.cells import load, read
from gatecheck.errors import BadInput, CellError

DRAW = Draw(networks=9, size=16, steps=30)


def left(cell, bias=0.0, draw=DRAW):
    return flow(system(load(cell)), draw, bias)


def test_an_rnn_vanishes_and_an_lstm_with_a_forget_bias_of_1_far_less():
    rnn, closed, opened = left("rnn"), left("lstm"), left("lstm", 1.0)
    assert rnn.total[29] < 1e-3 * rnn.total[0]
    assert opened.total[29] > 100 * max(rnn.total[29], closed.total[29])
    assert all(rnn.total[k] > rnn.total[k + 5] for k in range(0, 25, 5))


def test_the_states_and_biases_are_those_that_the_equations_protect():
    assert (left("lstm").state, left("gru").state, left("rnn").state) == ("c", "h", "h")
    assert (left("lstm", 1.0).bias, left("rnn", 1.0).bias) == (1.0, None)
    assert [k.bias for k in left("gru_writes").keepers] == ["b_z"]


def test_a_path_that_a_cell_does_not_have_has_no_norms():
    rnn = left("rnn")
    assert (rnn.elementwise, rnn.others) == (None, rnn.total)
    gated = read("x: D\nh: H\nf[t] = sigmoid(W @ x[t] + b)\nh[t] = f[t] * h[t-1] + V @ x[t]")
    found = flow(system(gated), DRAW)
    assert (found.elementwise, found.others) == (found.total, None)


def test_the_elementwise_path_of_an_lstm_is_the_product_of_its_forget_gates():
    equations = system(load("lstm"))
    values = forward(equations, DRAW, opened(parameters(equations, DRAW), left("lstm").keepers, 1.0))
    gates = values[value("f", 0)]
    found = left("lstm", 1.0)
    for lag in (1, 2, 30):
        products = gates[DRAW.steps + 1 - lag :].prod(axis=0).max(axis=-1)
        assert found.elementwise[lag - 1] == pytest.approx(np.median(products), rel=1e-12)


def test_the_same_gate_with_the_other_polarity_keeps_as_much():
    keeps, writes = left("gru", 1.0), left("gru_writes", 1.0)
    assert keeps.total[29] / writes.total[29] == pytest.approx(1, abs=0.5)
    assert left("gru_writes").total[29] < writes.total[29] / 10


def test_the_seed_decides_and_the_networks_of_all_biases_are_the_same():
    assert left("gru", 1.0).total == left("gru", 1.0).total
    assert left("gru").total != left("gru", draw=Draw(9, 16, 30, seed=1)).total
    equations = system(load("lstm"))
    first = parameters(equations, DRAW)
    second = opened(first, left("lstm").keepers, 2.0)
    assert [n for n in first if not np.array_equal(first[n], second[n])] == ["b_f"]
    assert np.all(second["b_f"] == 2.0)


def test_matrices_are_glorot_uniform_vectors_that_multiply_are_not_0_and_biases_are():
    equations = system(load("lstm_peephole"))
    drawn = parameters(equations, Draw(networks=200, size=20, scale=2.0))
    assert drawn["U_f"].shape == (200, 20, 20) and drawn["W_f"].shape == (200, 20, 10)
    assert np.abs(drawn["W_f"]).max() == pytest.approx(2 * np.sqrt(6 / 30), rel=1e-3)
    assert drawn["W_f"].mean() == pytest.approx(0, abs=0.01)
    assert np.abs(drawn["p_f"]).max() == pytest.approx(2, rel=1e-2)
    assert not drawn["b_f"].any() and not parameters(system(load("gru_reset_after")), DRAW)["b_u"].any()


def test_what_explodes_beyond_all_floats_is_infinite_and_what_dies_is_0():
    # Nothing enters, so every value stays 0 and finite, whatever the derivative does.
    explodes = flow(system(read("h: H\nh[t] = 1e9 * (U @ h[t-1])")), Draw(3, 4, 50)).total
    assert (explodes[0] > 1e8, explodes[-1]) == (True, np.inf)
    assert explodes == tuple(sorted(explodes))
    gated = flow(system(read("x: D\nh: D\nh[t] = 1e9 * h[t-1] * relu(x[t] + 2)")), Draw(3, 20, 90))
    assert gated.elementwise[-1] == gated.total[-1] == np.inf, "infinity times 0 is no number, and not shown as one"
    dies = system(read("x: D\nh: H\nh[t] = relu(h[t-1] - 9) + sign(W @ x[t])"))
    assert flow(dies, Draw(3, 4, 5)).total == (0.0,) * 5
    linear = system(read("x: D\nh: H\nh[t] = W @ x[t] + U @ h[t-1]"))
    with pytest.raises(BadInput, match=r"are all numbers finite\n.*--scale"):
        flow(linear, Draw(3, 4, 200, scale=1e9))


def test_networks_that_are_not_finite_are_left_out_and_counted():
    rooted = system(read("x: D\nh: H\nh[t] = 0.5 * h[t-1] + log(12 + 4 * (W @ x[t]))"))
    found = flow(rooted, Draw(networks=60, size=2, steps=10))
    assert 0 < found.left_out < 60
    assert found.total == pytest.approx([0.5**k for k in range(1, 11)])


def test_a_cell_without_a_state_and_too_much_work_are_refused():
    with pytest.raises(CellError, match="gate has no state"):
        left("gate")
    with pytest.raises(BadInput, match=r"multiplications, more than 1e\+12\n.*--size"):
        left("lstm", draw=Draw(size=4096))
    with pytest.raises(BadInput, match=r"bytes, more than 2e\+09"):
        left("lstm", draw=Draw(size=2, steps=10**7, networks=1))


def test_every_lag_is_told():
    heard = []
    flow(system(load("rnn")), DRAW, told=heard.append)
    assert heard == list(range(1, 31))
