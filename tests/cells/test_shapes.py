"""Sizes: found by unification, and refused where they do not fit or stay open."""

import pytest
from faulty import cell, fault_of
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.cells import SCALAR, Size, load, read

FAULTS = [
    # Sizes that do not fit: both are named, and where each comes from.
    (
        cell("x[t] + ‸h[t-1]"),
        "sizes do not fit: x[t] has size D, but h[t-1] has size H",
        "x is declared on line 1. h is declared on line 2.",
    ),
    (
        cell("W @ x[t] + W @ ‸h[t-1]"),
        "sizes do not fit: W has D columns, but h[t-1] has size H",
        "h is declared on line 2.",
    ),
    (
        "x: D\nh: H\nq[t] = W @ x[t] + h[t-1]\nh[t] = q[t] + W @ ‸q[t]\n",
        "sizes do not fit: W has D columns, but q[t] has size H",
        "W has its size from line 3. q has its size from line 3.",
    ),
    (
        "x: D\nh: H\nW: (H, D)\nh[t] = W @ x[t] + W.T @ ‸x[t]\n",
        "sizes do not fit: W has H rows, but x[t] has size D",
        "W is declared on line 3. x is declared on line 1.",
    ),
    (
        "x: D\nh: H\n‸h[t] = x[t] * b\n",
        "sizes do not fit: h[t] has size H, but its equation gives size D",
        "h is declared on line 2.",
    ),
    (
        "x: D\nh: H\nz[t] = tanh(W_z * x[t])\nh[t] = z[t] * ‸h[t-1]\n",
        "sizes do not fit: z[t] has size D, but h[t-1] has size H",
        "if W_z is a matrix, write W_z @ x[t].",
    ),
    (
        "x: D\nh: H\n‸h[t] = sum(x[t])\n",
        "sizes do not fit: h[t] has size H, but its equation gives size 1",
        "A scalar is declared, as k: 1.",
    ),
    (
        "x: D\nh: H\n‸h[t] = concat(h[t-1], x[t])\n",
        "sizes do not fit: h[t] has size H, but its equation gives size H+D",
        "h is declared on line 2.",
    ),
    (
        cell("W @ x[t] + tanh(V @ concat(x[t], h[t-1])) + V @ ‸concat(x[t], x[t])"),
        "sizes do not fit: V has D+H columns, but concat(x[t], x[t]) has size 2D",
        "",
    ),
    (
        cell("maximum(x[t], ‸tanh(h[t-1] + 1))"),
        "sizes do not fit: x[t] has size D, but tanh(h[t-1] + 1) has size H",
        "",
    ),
    (
        cell("x[t] * ((h[t-1] + h[t-1] + h[t-1] + h[t-1] + h[t-1] + h[t-1]))".replace("((", "((‸")),
        "sizes do not fit: x[t] has size D, but this has size H",
        "",
    ),
    (
        "x: D\nh: H\nV: (H, H)\nh[t] = V @ ‸concat(x[t], h[t-1])\n",
        "sizes do not fit: V has H columns, but concat(x[t], h[t-1]) has size D+H",
        "",
    ),
    (
        "x: D\nh: H\nV: (H, H)\nh[t] = V @ ‸concat(h[t-1], x[t], q[t-1])\nq[t] = W @ h[t]\ny[t] = q[t] + h[t]\n",
        "sizes do not fit: this concat has size H, but its other parts have H+D already",
        "",
    ),
    (
        "x: D\nh: H\n‸s[t] = sum(s[t-1] * x[t])\nh[t] = W @ x[t] * s[t]\n",
        "sizes do not fit: s[t] has size D, but its equation gives size 1",
        "A scalar is declared, as k: 1.",
    ),
    # Sizes that stay open: the name that the author would declare.
    (
        "x: D\n‸h[t] = tanh(W @ x[t] + U @ h[t-1])\n",
        "h has no declared size, and nothing else tells it",
        "Add a line h: H, or h: 1 for a scalar.",
    ),
    (
        "x: D\nf[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1])\n‸h[t] = f[t] * h[t-1]\n",
        "h has no declared size",
        "Add a line h: H",
    ),
    ("x: D\nh: H\n‸q[t] = (W @ x[t]) * (U @ h[t-1])\nh[t] = V @ q[t]\n", "q has no declared size", "Add a line q: H"),
    ("x: D\n‸h[t] = concat(h[t-1], x[t])\n", "h has no declared size", "Add a line h: H"),
    (cell("‸W @ (V @ x[t])"), "nothing tells the shape of W", "Add a line W: (H, …), with a size for …"),
    (
        cell("U @ tanh(‸W.T @ x[t])").replace("‸W", "W").replace("U @", "‸U @"),
        "nothing tells the shape of U",
        "Add a line U: (H, …), with a size for …",
    ),
    (
        cell("W @ x[t] + h[t-1] * sum(‸k * s[t])", "s[t] = sum(x[t])\n"),
        "nothing tells the size of k",
        "Add a line k: H, or k: 1 for a scalar.",
    ),
    (
        cell("W @ x[t] + h[t-1] * mean(‸V @ x[t])"),
        "nothing tells the shape of V",
        "Add a line V: (…, D), with a size for …",
    ),
]


@pytest.mark.parametrize(("source", "message", "advice"), FAULTS)
def test_sizes_that_do_not_fit_or_stay_open_are_one_error_each(source, message, advice):
    problem = fault_of(source)
    assert problem.message.startswith(message)
    assert advice in problem.advice


def shapes(source):
    return {name: ", ".join(map(str, shape)) for name, shape in read(source).shapes.items()}


def test_the_shapes_of_parameters_follow_from_the_equations():
    found = shapes(load("lstm_peephole").source)
    assert (found["W_f"], found["U_f"], found["p_f"], found["b_f"], found["o"]) == ("H, D", "H, H", "H", "H", "H")


def test_a_concatenation_is_as_long_as_its_parts_in_the_author_s_order():
    assert shapes(load("lstm_concat").source)["W_f"] == "H, H+D"
    assert shapes(cell("tanh(W @ concat(x[t], h[t-1], x[t]))"))["W"] == "H, 2D+H"


def test_a_part_is_known_where_the_whole_and_the_others_are():
    found = shapes(
        "x: D\nh: H\nW: (H, H + D + D)\nh[t] = W @ concat(h[t-1], q[t-1], x[t])\nq[t] = V @ h[t]\ny[t] = q[t] * x[t]\n"
    )
    assert found["q"] == "D" and found["V"] == "D, H"


def test_a_concatenation_that_is_known_later_closes_one_that_was_read_earlier():
    found = shapes(
        "x: D\nh: H\nu: K\n"
        "a[t] = W @ concat(r[t-1], x[t])\n"
        "b[t] = V @ concat(a[t], r[t-1])\n"
        "u[t] = tanh(W @ b[t]) + P @ r[t-1]\n"
        "r[t] = concat(h[t-1], x[t]) * 0.5 + 0 * r[t-1] + 1 * concat(h[t-1], x[t])\n"
        "h[t] = tanh(Q @ r[t] + R @ u[t])\n"
        "W: (K, H + D + D)\n".replace("0 * r[t-1]", "r[t-1]")
    )
    assert (found["r"], found["a"], found["b"]) == ("H+D", "K", "H+2D")


def test_a_declared_size_may_be_a_sum():
    found = shapes(
        "x: D\nh: H\nu: H + D + 1\nW: (H, D+H+1)\nu[t] = u[t-1] + concat(x[t], h[t-1], sum(x[t]))\nh[t] = W @ u[t]\n"
    )
    assert (found["u"], found["W"]) == ("H+D+1", "H, D+H+1")


def test_scalars_go_with_vectors_of_any_size():
    found = shapes(cell("s[t] * (W @ x[t]) + k * sum(s[t] * x[t]) + s[t]", "s[t] = mean(x[t])\n", "x: D\nh: H\nk: 1\n"))
    assert (found["s"], found["k"], found["h"]) == ("1", "1", "H")


def test_a_matrix_of_one_row_gives_a_scalar():
    found = shapes("x: D\ns: 1\nh: H\ns[t] = w @ x[t] + s[t-1]\nh[t] = V @ s[t] * h[t-1]\n")
    assert (found["w"], found["V"]) == ("1, D", "H, 1")


# Sizes as sums.

NAMES = st.lists(st.sampled_from(["D", "H", "K", "1"]), min_size=1, max_size=5)


@given(NAMES, st.randoms())
def test_sizes_compare_as_sums_and_print_in_the_order_of_the_first_terms(names, random):
    mixed = list(names)
    random.shuffle(mixed)
    size, other = Size.of(*names), Size.of(*mixed)
    assert size == other and hash(size) == hash(other) and {size: 1}[other] == 1
    numbers = {"D": 7, "H": 11, "K": 13}
    assert size.value(numbers) == sum(numbers.get(name, 1) for name in names)
    assert [name for name, _ in size.terms] == list(dict.fromkeys(names))


@given(NAMES, NAMES)
def test_the_difference_of_two_sizes_is_what_must_be_added(names, others):
    whole, part = Size.of(*names, *others), Size.of(*others)
    assert whole.minus(part) == Size.of(*names)
    assert Size.total([whole.minus(part), part]) == whole
    assert part.minus(whole) is None and part.minus(part) is None


def test_a_size_prints_as_people_write_it():
    assert [str(Size.of(*names)) for names in ("H", "HD", "DH", "HDH", "1", "H1", "11")] == [
        "H",
        "H+D",
        "D+H",
        "2H+D",
        "1",
        "H+1",
        "2",
    ]
    assert Size.of("1").scalar and Size.of("1") == SCALAR and not Size.of("H").scalar
    assert Size.of("H") != "H"
