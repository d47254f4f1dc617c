"""Tolerances: above what rounding does to anybody's right numbers, far below what a mistake does."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from arithmetics import AT_FORTY_DIGITS, BY_OTHERS, exact
from covering import cells
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from judging import grade, kit

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.drawing import draw
from gatecheck.assignment.operations import IN_FLOAT32
from gatecheck.calculus.backward import derive
from gatecheck.cells import load
from gatecheck.conventions import layout
from gatecheck.grading.exchange import expected
from gatecheck.grading.intake import submission_from
from gatecheck.grading.ladder import far, scales
from gatecheck.grading.sample import sample
from gatecheck.grading.tolerance import narrowed, seems_rounded, tolerances
from gatecheck.writing.reference import code

GROUPS = ("inputs", "initial", "parameters", "upstream")


@functools.cache
def case(name):
    cell = cells()[name]
    return layout(cell, "gatecheck"), compiled(derive(cell, cell.outputs))


def told(name, data):
    """Of every function but the training step's: its role, the right numbers, their scales and tolerances."""
    made, program = case(name)
    for role in (s.role for s in made.signatures):
        truth = expected(made, role, program, data(role))
        yield role, truth, scales(truth), tolerances(made, role, program, data(role), truth)


@pytest.mark.parametrize("name", cells())
def test_what_float64_loses_of_forty_digits_is_far_within_the_tolerance(name):
    made, program = case(name)
    numbers = {letter: 2 + k for k, letter in enumerate((*made.cell.sizes, "B"))}
    drawn = {steps: draw(made.cell, np.random.default_rng(4), {**numbers, "T": steps}) for steps in (1, 2)}
    for role, truth, scale, limits in told(name, lambda role: drawn[1 if role.startswith("step") else 2]):
        data = drawn[1 if role.startswith("step") else 2]
        wide = replace(data, **{g: {n: exact(a) for n, a in getattr(data, g).items()} for g in GROUPS})
        for q, right in expected(made, role, program, wide, AT_FORTY_DIGITS).items():
            error = abs(right - truth[q]).max(initial=0) / scale[q]
            assert error <= limits[q] / 16, (role, q)


@pytest.mark.parametrize("name", cells())
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=2, deadline=None, phases=[Phase.generate])
def test_other_right_numbers_are_within_the_tolerance_and_a_millionth_more_is_not(name, seed):
    made, program = case(name)
    drawn = sample(made, program, f"{seed:x}")
    for role, truth, scale, limits in told(name, drawn.of):
        others = expected(made, role, program, drawn.of(role), BY_OTHERS)
        for q, right in truth.items():
            assert far(others[q], right, scale[q]) <= limits[q] < 1e-7, (role, q)
            if np.abs(right).max() == scale[q]:
                assert far(others[q] * (1 + 1e-6), right, scale[q]) > limits[q], (role, q)


@pytest.mark.parametrize("name", cells())
def test_float32_is_within_its_own_tolerance_and_outside_that_of_float64(name):
    made, program = case(name)
    in_float32 = {n: (lambda *a, f=f: np.asarray(f(*a), dtype=np.float32)) for n, f in BY_OTHERS.items()}
    drawn = sample(made, program, "c0ffee")
    seen = []
    for role, truth, scale, limits in told(name, drawn.of):
        data = drawn.of(role)
        wide = tolerances(made, role, program, data, truth, "float32")
        ours, others = (expected(made, role, program, narrowed(data), by) for by in (IN_FLOAT32, in_float32))
        assert {a.dtype for a in ours.values()} <= {np.dtype("f")}, "float64 slipped in"
        assert all(far(others[q], truth[q], scale[q]) <= wide[q] for q in truth), role
        seen += [far(others[q], truth[q], scale[q]) > limits[q] for q in truth]
    assert np.mean(seen) > 0.75


def test_the_tolerance_follows_the_conditioning_of_each_quantity():
    made, program = case("lstm")
    drawn = sample(made, program, "c0ffee")
    easy = drawn.step
    biases, inputs = dict(easy.parameters), dict(easy.inputs)
    # A product of a thousand and its opposite: what is left of them has lost three digits.
    biases["b_g"] = biases["b_g"] - 1e3
    biases["W_g"], inputs["x"] = 0 * biases["W_g"] + 1, 0 * inputs["x"] + 1e3 / inputs["x"].shape[-1]
    for name in ("W_f", "W_i", "W_o"):
        biases[name] = 1e-3 * biases[name]
    hard = replace(easy, parameters=biases, inputs=inputs)
    one, two = (tolerances(made, "step", program, d, expected(made, "step", program, d)) for d in (easy, hard))
    assert 1e-14 < one["c"] < 1e-12
    assert 30 * one["c"] < two["c"] < 1e-9


def test_numbers_that_went_through_float32_are_told_from_a_factor():
    truth = np.random.default_rng(0).normal(size=50)
    scale = np.abs(truth).max()
    assert seems_rounded(truth.astype("f").astype(float), truth, 1e-14, scale)
    assert not seems_rounded(truth * (1 + 1e-7), truth, 1e-14, scale)
    assert not seems_rounded(truth + 1e-7 * np.eye(1, 50)[0], truth, 1e-14, scale)
    assert not seems_rounded(truth + 1e-3 * truth[::-1], truth, 1e-14, scale)


# ------------------------------------------------------------------------------------------------ a submission

NARROW = code(load("gru")).replace("def step(x, h_prev, p):", "def step(x, h_prev, p):\n    x = x.astype('f')", 1)
ALL_NARROW = (
    code(load("gru"))
    + """
wide = step, step_backward
f = lambda *arrays: [a.astype("f") for a in arrays]


def step(x, h_prev, p):
    return wide[0](*f(x, h_prev), {n: a.astype("f") for n, a in p.items()})


def step_backward(dh, kept, p):
    return wide[1](*f(dh), kept, {n: a.astype("f") for n, a in p.items()})
"""
)


def graded(source, precision="float64"):
    made = kit("gru")
    grading = replace(made.assignment.grading, precision=precision)
    made = replace(made, assignment=replace(made.assignment, grading=grading))
    return grade(submission_from("student.py", source.encode()), made, "c0ffee")


def test_float32_on_the_way_is_seen_as_what_it_is_and_passes_where_it_is_allowed():
    report = graded(NARROW)
    (check,) = [c for c in report.checks if c.task == "step"]
    assert check.status == "failed"
    assert check.message.endswith("as if it were rounded to float32 on the way")
    assert report.mistakes == ()
    assert graded(NARROW, "float32").full_marks


def test_float32_results_are_refused_unless_the_assignment_allows_them():
    assert "h holds float32 numbers instead of float64" in graded(ALL_NARROW).checks[0].message
    report = graded(ALL_NARROW, "float32")
    assert report.full_marks, [c for c in report.checks if c.status != "passed"]


def test_a_mistake_is_named_in_float32_too():
    report = graded(ALL_NARROW.replace("dn * (1 - n**2)", "dn"), "float32")
    assert [(m.quantity, m.certain) for m in report.mistakes] == [("da_n", True)]


def test_every_check_has_a_tolerance_of_its_own():
    limits = {c.tolerance for c in graded(code(load("gru"))).checks}
    assert len(limits) > 3
    assert all(1e-15 < limit < 1e-11 for limit in limits)
