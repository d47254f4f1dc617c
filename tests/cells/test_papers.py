"""The library against its papers: each cell's equations written down once more, by hand, in the paper's letters.

One row at a time and columns of numbers, so that nothing is shared with cell files, oracle or generated code but NumPy.
"""

from types import SimpleNamespace

import numpy as np
import oracle
import pytest

from gatecheck.cells import load

STEPS = 4


def sigm(a):
    return 1 / (1 + np.exp(-a))


def ln(z, gain):
    """Layer normalisation without shift (Ba et al., 2016, supplementary material), with an ε below the root."""
    return (z - np.mean(z)) / np.sqrt(np.mean((z - np.mean(z)) ** 2) + 1e-5) * gain


def full_gate_recurrence(p, x, b):
    i = sigm(p.W_i @ x + p.U_i @ b.h + p.R_ii @ b.i + p.R_if @ b.f + p.R_io @ b.o + p.b_i)
    f = sigm(p.W_f @ x + p.U_f @ b.h + p.R_fi @ b.i + p.R_ff @ b.f + p.R_fo @ b.o + p.b_f)
    o = sigm(p.W_o @ x + p.U_o @ b.h + p.R_oi @ b.i + p.R_of @ b.f + p.R_oo @ b.o + p.b_o)
    z = np.tanh(p.W_g @ x + p.U_g @ b.h + p.b_g)
    c = z * i + b.c * f
    return {"h": np.tanh(c) * o, "c": c, "f": f, "i": i, "o": o}


def projected(p, x, b):
    r, c = b.h, b.c
    i, f = sigm(p.W_i @ x + p.U_i @ r + p.b_i), sigm(p.W_f @ x + p.U_f @ r + p.b_f)
    o = sigm(p.W_o @ x + p.U_o @ r + p.b_o)
    c = f * c + i * np.tanh(p.W_g @ x + p.U_g @ r + p.b_g)
    m = o * np.tanh(c)
    return {"h": p.W_r @ m, "c": c}


def layer_norm(p, x, b):
    W_x, W_h = np.vstack([p.W_f, p.W_i, p.W_o, p.W_g]), np.vstack([p.U_f, p.U_i, p.U_o, p.U_g])
    alpha_1, alpha_2 = np.hstack([p.q_f, p.q_i, p.q_o, p.q_g]), np.hstack([p.p_f, p.p_i, p.p_o, p.p_g])
    shift = np.hstack([p.b_f, p.b_i, p.b_o, p.b_g])
    f, i, o, g = np.split(ln(W_h @ b.h, alpha_1) + ln(W_x @ x, alpha_2) + shift, 4)
    c = sigm(f) * b.c + sigm(i) * np.tanh(g)
    return {"h": sigm(o) * np.tanh(ln(c, p.p_c) + p.b_c), "c": c}


def multiplicative(p, x, b):
    m = (p.W_q @ x) * (p.U_q @ b.h)
    h_hat, i, o, f = p.W_g @ x + p.U_g @ m, p.W_i @ x + p.U_i @ m, p.W_o @ x + p.U_o @ m, p.W_f @ x + p.U_f @ m
    c = sigm(f + p.b_f) * b.c + sigm(i + p.b_i) * np.tanh(h_hat + p.b_g)
    return {"h": np.tanh(c) * sigm(o + p.b_o), "c": c}


def minimal_gate(p, x, b):
    f = sigm(np.hstack([p.U_f, p.W_f]) @ np.hstack([b.h, x]) + p.b_f)
    candidate = np.tanh(np.hstack([p.U_n, p.W_n]) @ np.hstack([f * b.h, x]) + p.b_n)
    return {"h": (1 - f) * b.h + f * candidate}


def first_mutant(p, x, b):
    z = sigm(p.W_z @ x + p.b_z)
    r = sigm(p.W_r @ x + p.U_r @ b.h + p.b_r)
    return {"h": np.tanh(p.U_n @ (r * b.h) + np.tanh(x) + p.b_n) * z + b.h * (1 - z)}


def second_mutant(p, x, b):
    z = sigm(p.W_z @ x + p.U_z @ b.h + p.b_z)
    r = sigm(x + p.U_r @ b.h + p.b_r)
    return {"h": np.tanh(p.U_n @ (r * b.h) + p.W_n @ x + p.b_n) * z + b.h * (1 - z)}


def third_mutant(p, x, b):
    z = sigm(p.W_z @ x + p.U_z @ np.tanh(b.h) + p.b_z)
    r = sigm(p.W_r @ x + p.U_r @ b.h + p.b_r)
    return {"h": np.tanh(p.U_n @ (r * b.h) + p.W_n @ x + p.b_n) * z + b.h * (1 - z)}


def update_gate(p, x, b):
    c = np.tanh(p.U_n @ b.h + p.W_n @ x + p.b_n)
    g = sigm(p.U_z @ b.h + p.W_z @ x + p.b_z)
    return {"h": g * b.h + (1 - g) * c}


def simple_recurrent(p, x, b):
    f, r = sigm(p.W_f @ x + p.p_f * b.c + p.b_f), sigm(p.W_r @ x + p.p_r * b.c + p.b_r)
    c = f * b.c + (1 - f) * (p.W @ x)
    return {"c": c, "h": r * c + (1 - r) * x}


def quasi_recurrent(p, x, b):
    z = np.tanh(p.V_z @ b.x + p.W_z @ x)
    f, o = sigm(p.V_f @ b.x + p.W_f @ x), sigm(p.V_o @ b.x + p.W_o @ x)
    c = f * b.c + (1 - f) * z
    return {"c": c, "h": o * c}


def independent(p, x, b):
    return {"h": np.clip(p.W @ x + np.diag(p.u) @ b.h + p.b, 0, None)}


def minimal_gru(p, x, b):
    z, candidate = sigm(p.W_z @ x + p.b_z), p.W_n @ x + p.b_n
    return {"h": (1 - z) * b.h + z * candidate}


def minimal_lstm(p, x, b):
    f, i, candidate = sigm(p.W_f @ x + p.b_f), sigm(p.W_i @ x + p.b_i), p.W_n @ x + p.b_n
    f_, i_ = f / (f + i), i / (f + i)
    return {"h": f_ * b.h + i_ * candidate}


def exponential(p, x, b):
    """The paper's form without a stabiliser; c and n are what the stabilised ones stand for, times exp(m)."""
    z, o = np.tanh(p.W_z @ x + p.U_z @ b.h + p.b_z), sigm(p.W_o @ x + p.U_o @ b.h + p.b_o)
    i, f = np.exp(p.W_i @ x + p.U_i @ b.h + p.b_i), sigm(p.W_f @ x + p.U_f @ b.h + p.b_f)
    c, n = f * b.c * np.exp(b.m) + i * z, f * b.n * np.exp(b.m) + i
    m = np.maximum(np.log(f) + b.m, np.log(i))
    return {"h": o * (c / n), "c": c / np.exp(m), "n": n / np.exp(m), "m": m}


PAPERS = {
    "lstm_fgr": full_gate_recurrence,
    "lstm_projected": projected,
    "lstm_layernorm": layer_norm,
    "lstm_multiplicative": multiplicative,
    "mgu": minimal_gate,
    "mut1": first_mutant,
    "mut2": second_mutant,
    "mut3": third_mutant,
    "ugrnn": update_gate,
    "sru": simple_recurrent,
    "qrnn": quasi_recurrent,
    "indrnn": independent,
    "mingru": minimal_gru,
    "minlstm": minimal_lstm,
    "slstm": exponential,
}


def computed(cell, inputs, initial, parameters):
    """What the cell file computes, {output: (T,·)}."""
    found = oracle.run(cell, inputs, initial, parameters)
    return {n: found[n][:, 0].real for n in cell.outputs}


@pytest.mark.parametrize("name", PAPERS)
def test_a_cell_computes_what_its_paper_says(name):
    cell = load(name)
    _, inputs, initial, parameters, _ = oracle.draw(cell, np.random.default_rng(11), T=STEPS, B=1)
    mine, p = computed(cell, inputs, initial, parameters), SimpleNamespace(**parameters)
    before = SimpleNamespace(**{n: v[0] for n, v in initial.items()})
    (x,) = inputs.values()
    for t in range(STEPS):
        outputs = PAPERS[name](p, x[t, 0], before)
        assert set(outputs) == set(cell.outputs)
        for n, value in outputs.items():
            assert oracle.far(mine[n][t], value) < 1e-13, (n, t)
        before = SimpleNamespace(**outputs, x=x[t, 0])


# What one cell becomes where a part of it is taken away.

OPEN = 40.0  # σ(40) is 1 to rounding


def without(parameters, *gates):
    """Parameters with which these gates are 1 at every step."""
    changed = dict(parameters)
    for gate in gates:
        changed |= {f"W_{gate}": 0 * parameters[f"W_{gate}"], f"b_{gate}": np.full_like(parameters[f"b_{gate}"], OPEN)}
        changed[f"U_{gate}"] = 0 * parameters[f"U_{gate}"]
    return changed


def lacking(names):
    return lambda parameters: {n: 0 * v if n in names else v for n, v in parameters.items()}


SAME = [
    ("lstm", lambda p: without(p, "i"), "lstm_nig"),
    ("lstm", lambda p: without(p, "f"), "lstm_nfg"),
    ("lstm", lambda p: without(p, "o"), "lstm_nog"),
    ("lstm_peephole", lacking({"p_f", "p_i", "p_o"}), "lstm"),
    ("lstm_fgr", lacking({f"R_{a}{b}" for a in "fio" for b in "fio"}), "lstm"),
    ("gru", lambda p: without(p, "r"), "ugrnn"),
]


@pytest.mark.parametrize(("whole", "change", "part"), SAME, ids=[f"{w}-{p}" for w, _, p in SAME])
def test_a_cell_is_another_with_a_part_taken_away(whole, change, part):
    cell, smaller = load(whole), load(part)
    _, inputs, initial, parameters, _ = oracle.draw(cell, np.random.default_rng(12), T=STEPS, B=1)
    changed = change(parameters)
    kept = {n: changed[n] for n in smaller.parameters}
    one = computed(cell, inputs, initial, changed)
    two = computed(smaller, inputs, {n: initial[n] for n in smaller.lagged}, kept)
    assert all(oracle.far(one[n], two[n]) < 1e-14 for n in two)
    # … and it is not the whole.
    assert any(oracle.far(computed(cell, inputs, initial, parameters)[n], two[n]) > 1e-3 for n in two)


def test_coupled_gates_are_those_of_an_lstm_whose_forget_gate_is_the_opposite_of_its_input_gate():
    cell, coupled = load("lstm"), load("lstm_coupled")
    _, inputs, initial, parameters, _ = oracle.draw(cell, np.random.default_rng(13), T=STEPS, B=1)
    opposite = {f"{k}_f": -parameters[f"{k}_i"] for k in "WUb"}  # 1 - σ(a) is σ(-a)
    one = computed(cell, inputs, initial, parameters | opposite)
    two = computed(coupled, inputs, initial, {n: parameters[n] for n in coupled.parameters})
    assert all(oracle.far(one[n], two[n]) < 1e-14 for n in two)


@pytest.mark.parametrize(("name", "linear"), [("lstm_niaf", "tanh(W_g"), ("lstm_noaf", "tanh(c[t])")])
def test_an_activation_function_is_all_that_is_missing(name, linear):
    """The files differ from lstm in the one equation that has the function."""
    whole, part = load("lstm"), load(name)
    differing = [(a, b) for a, b in zip(whole.equations, part.equations, strict=True) if a.source != b.source]
    ((there, here),) = differing
    assert linear in there.source
    assert here.source.replace(" ", "") == there.source.replace("tanh(", "").replace(")", "").replace(" ", "")


def test_the_polarities_of_the_update_gate_are_opposite():
    keeps, writes = load("gru"), load("gru_writes")
    _, inputs, initial, parameters, _ = oracle.draw(keeps, np.random.default_rng(14), T=STEPS, B=1)
    opposite = {f"{k}_z": -parameters[f"{k}_z"] for k in "WUb"}
    one = computed(keeps, inputs, initial, parameters)
    two = computed(writes, inputs, initial, parameters | opposite)
    assert oracle.far(one["h"], two["h"]) < 1e-14
