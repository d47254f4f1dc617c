"""Printed numbers against right ones: which are wrong, and how they came about."""

from decimal import Decimal

import pytest

from gatecheck.calculus.backward import derive
from gatecheck.calculus.checking import agrees, check
from gatecheck.calculus.given import given
from gatecheck.calculus.numbers import evaluate
from gatecheck.calculus.symbols import gradient, value
from gatecheck.calculus.system import system
from gatecheck.calculus.worked import worked
from gatecheck.cells import load, read

A = {"x": [2.9, 0.5, 0.7], "W": [[1, 0.4, 0.7], [-0.6, -0.5, -0.2]], "b": 0}


def decimals(written):
    return [decimals(w) for w in written] if isinstance(written, list) else Decimal(written)


def checked(cell, values, printed, loss=None):
    tables = {"values": values, "printed": {n: decimals(p) for n, p in printed.items()}}
    start, read_numbers = given(system(cell), {**tables, **({"loss": loss} if loss else {})})
    return check(worked(derive(cell, start.loss or None), start), read_numbers)


def verdicts(found):
    return [v.verdict for v in found]


def test_the_slide_s_number_is_wrong_and_its_neighbour_right():
    wrong, right = checked(load("gate"), A, {"f": ["0.7941", "0.1062"]})
    assert (wrong.verdict, wrong.cause) == ("wrong", None)
    assert wrong.right == pytest.approx(0.973143, abs=5e-7)
    assert right.verdict == "right"


def test_a_number_is_right_to_the_digits_that_are_printed():
    for said, verdict in (("0.9731", "right"), ("0.97", "right"), ("1", "right"), ("0.973130", "wrong")):
        assert checked(load("gate"), A, {"f": [said, "0.1062"]})[0].verdict == verdict, said
    assert agrees(Decimal("0.5"), 0.45) and agrees(Decimal("0.4"), 0.45)
    assert not agrees(Decimal("0.50"), 0.45)
    assert agrees(Decimal("-2E+1"), -23.0)


CELL = read("x: D\nh: D\na[t] = x[t] * w\nb[t] = a[t] * 7\nh[t] = b[t] * x[t]\n")
VALUES = {"x": [0.333, 0.2], "w": [0.11, 0.7]}


def test_a_number_that_follows_from_rounding_on_the_way_is_right():
    # a = 0.03663 is 0.04 to two decimals, and 7 · 0.04 = 0.28 where 0.25641 is 0.26.
    found = checked(CELL, VALUES, {"a": ["0.04", "0.14"], "b": ["0.28", "0.98"]})
    assert verdicts(found) == ["right"] * 4
    assert verdicts(checked(CELL, VALUES, {"b": ["0.28", "0.98"]})) == ["right"] * 2
    assert verdicts(checked(CELL, VALUES, {"b": ["0.27", "0.98"]})) == ["wrong", "right"]


def test_an_exact_number_has_no_unit_in_the_last_place_to_spare():
    assert verdicts(checked(load("gate"), A, {"a_f": ["3.58", "-2.13"]})) == ["wrong", "right"]


def cause(cell, values, printed, loss=None):
    found = [v for v in checked(cell, values, printed, loss) if v.verdict == "wrong"]
    return found[-1].cause


def test_what_follows_from_a_wrong_number_is_said_to():
    found = checked(CELL, VALUES, {"a": ["0.0466", "0.14"], "b": ["0.3262", "0.98"]})
    assert [v.cause.kind if v.cause else None for v in found] == [None, None, "printed", None]


def test_slips_are_named():
    gate, inner = load("gate"), value("a_f", 0)
    assert cause(gate, A, {"a_f": ["-3.59", "-2.13"]}).kind == "sign"
    swapped = cause(gate, A, {"f": ["0.1062", "0.1062"]})
    assert (swapped.kind, swapped.unit) == ("unit", 1)
    for said, kind in (("0.8938", "sigmoid"), ("-0.9721", "tanh")):
        told = cause(gate, A, {"f": ["0.9731", said]})
        assert (told.kind, type(told.expression).__name__) == ("instead", kind)
    assert cause(gate, A, {"f": ["0.9731", "-2.13"]}).expression == inner
    lacks = cause(gate, {**A, "b": [0.25, 0.5]}, {"a_f": ["3.59", "-1.63"]})
    assert (lacks.kind, lacks.expression) == ("without", value("b", None))
    turned = cause(gate, {**A, "b": [0.25, 0.5]}, {"a_f": ["3.34", "-1.63"]})
    assert (turned.kind, turned.expression) == ("turned", value("b", None))


def test_a_gradient_without_one_of_its_contributions_is_named():
    cell = load("gru")
    start = {"x": [0.5], "h_prev": [0.4, -0.3], "W_z": [[0.3], [0.6]], "U_z": 0.2, "b_z": 1}
    start |= {"W_r": 0.5, "U_r": 0.1, "b_r": 0, "W_n": [[0.7], [-0.4]], "U_n": [[0.5, 0.3], [-0.2, 0.8]], "b_n": 0}
    full = worked(derive(cell), given(system(cell), {"values": start})[0])
    first = full.backward.gradient("x").terms[0].expression
    part = evaluate(first, full.at[0], full.given.sizes)
    said = f"{(full.at[0][gradient('x')] - part)[0]:.5f}"
    told = cause(cell, start, {"dx": [said]})
    assert (told.kind, told.expression) == ("without", first)


def test_a_number_of_few_digits_is_not_explained():
    assert cause(load("gate"), A, {"a_f": ["-4", "-2.13"]}) is None


def test_a_gradient_of_a_parameter_and_one_before_the_first_step_are_checked():
    cell = load("rnn")
    values = {"x": [1], "h_prev": [0.5, -0.5], "W": [[0.5], [1]], "U": [[0.5, 0], [0, 0.5]], "b": 0}
    full = worked(derive(cell), given(system(cell), {"values": values})[0])
    printed = {
        "dU": [[f"{n:.4f}" for n in row] for row in full.parameters["U"]],
        "dh_prev": [f"{n:.4f}" for n in full.initial["h"]],
        "dx": [f"{n:.4f}" for n in full.at[0][gradient("x")]],
    }
    assert set(verdicts(checked(cell, values, printed))) == {"right"}
    printed["dh_prev"][1] = "9.1234"
    found = checked(cell, values, printed)
    assert verdicts(found).count("wrong") == 1
    assert next(v.index for v in found if v.verdict == "wrong") == (1,)


def test_what_the_values_do_not_determine_is_neither_right_nor_wrong():
    values = {"x": [0.5], "h_prev": [1, 2], "W_f": 0.5, "U_f": 0.1, "b_f": 0}
    found = checked(load("lstm"), values, {"f": ["0.6341", "0.6341"], "c": ["1", "2"]})
    assert verdicts(found)[2:] == ["undetermined"] * 2
    assert [v.right for v in found][2:] == [None, None]


def test_numbers_of_several_steps_know_their_step():
    cell = read("x: D\nh: D\nh[t] = h[t-1] + x[t]\n")
    found = checked(cell, {"x": [[1], [2], [3]], "h_prev": [0]}, {"h": [["1"], ["3"], ["7"]]})
    assert [(v.step, v.verdict) for v in found] == [(0, "right"), (1, "right"), (2, "wrong")]


def test_a_printed_number_that_nothing_can_be_divided_by_is_only_wrong():
    cell = read("x: D\nh: D\na[t] = x[t] + 1\nh[t] = x[t] / a[t]\n")
    found = checked(cell, {"x": [0.3]}, {"a": ["0"], "h": ["0.231"]})
    assert verdicts(found) == ["wrong", "right"]
    assert verdicts(checked(cell, {"x": [-0.996]}, {"a": ["0.00"], "h": ["-249.00"]})) == ["right", "right"]
