"""Conventions applied to cells: exact signatures, shapes, stacking, and clear refusals."""

import numpy as np
import pytest
from covering import described
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.cells import library, load, read
from gatecheck.conventions import BACKWARD, ROLES, layout
from gatecheck.conventions.parameters import parts
from gatecheck.errors import ConventionError


def signatures(cell, convention):
    return [f"{s} -> {', '.join(x.name for x in s.gives)}" for s in layout(load(cell), convention).signatures]


def test_cs231n_has_the_signatures_that_students_files_have():
    assert signatures("lstm", "cs231n") == [
        "lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b) -> next_h, next_c, cache",
        "lstm_step_backward(dnext_h, dnext_c, cache) -> dx, dprev_h, dprev_c, dWx, dWh, db",
        "lstm_forward(x, h0, Wx, Wh, b) -> h, cache",
        "lstm_backward(dh, cache) -> dx, dh0, dWx, dWh, db",
    ]
    assert signatures("rnn", "cs231n") == [
        "rnn_step_forward(x, prev_h, Wx, Wh, b) -> next_h, cache",
        "rnn_step_backward(dnext_h, cache) -> dx, dprev_h, dWx, dWh, db",
        "rnn_forward(x, h0, Wx, Wh, b) -> h, cache",
        "rnn_backward(dh, cache) -> dx, dh0, dWx, dWh, db",
    ]


def test_the_training_step_has_the_layout_of_the_convention():
    def training(convention):
        return [f"{s} -> {', '.join(x.name for x in s.gives)}" for s in layout(load("lstm"), convention).training]

    assert training("gatecheck") == [
        "clip_by_value(dp, limit) -> dp",
        "clip_by_norm(dp, limit) -> dp",
        "sgd_step(p, dp, rate) -> p",
    ]
    assert training("cs231n") == [
        "clip_by_value(dWx, dWh, db, limit) -> dWx, dWh, db",
        "clip_by_norm(dWx, dWh, db, limit) -> dWx, dWh, db",
        "sgd_step(Wx, Wh, b, dWx, dWh, db, rate) -> Wx, Wh, b",
    ]


def test_the_arrays_of_a_convention_hold_every_parameter_once():
    for name in ("gatecheck", "cs231n"):
        made = layout(load("lstm"), name)
        assert sorted(n for names in made.arrays for n in names) == sorted(made.cell.parameters)
        assert len(made.arrays) == (len(made.stacks) or len(made.cell.parameters))


def test_cs231n_stacks_the_gates_in_the_order_i_f_o_g():
    made = layout(load("lstm"), "cs231n")
    assert [s.parameters for s in made.stacks] == [
        ("W_i", "W_f", "W_o", "W_g"),
        ("U_i", "U_f", "U_o", "U_g"),
        ("b_i", "b_f", "b_o", "b_g"),
    ]
    assert [s.shape for s in made.stacks] == ["(D,4H)", "(H,4H)", "(4H,)"]


def test_the_plain_convention_takes_every_cell():
    for cell in library():
        made = layout(load(cell), "gatecheck")
        assert made.convention.native
        assert [s.name for s in made.signatures][:2] == ["step", "step_backward"]


def test_a_cell_without_a_state_has_steps_only():
    assert [s.role for s in layout(load("gate"), "gatecheck").signatures] == ["step", "step_backward"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("lstm_peephole", "no place for p_f in the equation of f"),
        ("gru_reset_after", "no place for b_u in the equation of n"),
        ("lstm_concat", "no place for W_f in the equation of f"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(cell, said):
    with pytest.raises(ConventionError, match=said):
        layout(load(cell), "cs231n")


def test_stacks_of_different_shapes_are_refused():
    gate = "f[t] = sigmoid(W_f @ y[t] + U_f @ h[t-1] + b_f)"
    text = f"x: D\ny: P\nh: H\n{gate}\nh[t] = f[t] * tanh(W @ x[t] + U @ h[t-1] + b)\n"
    with pytest.raises(ConventionError, match="their shapes differ"):
        layout(read(text), "cs231n")


def test_an_unknown_convention_is_answered_with_a_near_name():
    with pytest.raises(ConventionError, match="Did you mean cs231n"):
        layout(load("lstm"), "cs231")


def test_the_part_that_each_parameter_plays():
    kinds = {p.parameter: p.kind for p in parts(load("lstm_peephole"))}
    assert (kinds["W_f"], kinds["U_f"], kinds["p_f"], kinds["b_f"]) == ("input", "state", "weight", "bias")
    assert {p.kind for p in parts(load("lstm_concat"))} == {"joint", "bias"}
    assert {p.parameter: p.kind for p in parts(load("gru"))}["U_n"] == "state"


def test_a_bias_is_added_even_where_the_sum_is_multiplied():
    kinds = {p.parameter: p.kind for p in parts(load("gru_reset_after"))}
    assert (kinds["b_u"], kinds["b_n"]) == ("bias", "bias")


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_stacking_loses_nothing(H, D, seed):
    made = layout(load("lstm"), "cs231n")
    rng = np.random.default_rng(seed)
    numbers = {"H": H, "D": D}
    values = {n: rng.normal(size=[s.value(numbers) for s in made.cell.shapes[n]]) for n in made.cell.parameters}
    for stack in made.stacks:
        back = stack.unpack(stack.pack(values), numbers)
        assert all((back[n] == values[n]).all() for n in stack.parameters)


def test_what_a_backward_function_is_handed_is_what_its_forward_function_keeps():
    for cell, name in [*described(), ("lstm", "gatecheck"), ("lstm", "cs231n")]:
        made = layout(load(cell), name)
        known = {s.role: s for s in made.signatures}
        assert list(known) in (list(ROLES), ["step", "step_backward"], ["backward"])
        for role, signature in known.items():
            forward = {back: f for f, back in BACKWARD.items()}.get(role)
            assert ("cache" in {s.kind for s in signature.takes}) == (forward in known)
            assert ("cache" in {s.kind for s in signature.gives}) == (role in BACKWARD)
