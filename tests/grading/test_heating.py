"""How far each number is off: where the axes lie, what a block holds, what is told of a gradient inside."""

import json
import math

import judging
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gatecheck.data import folder
from gatecheck.grading.feedback import redacted
from gatecheck.grading.heat import Heat
from gatecheck.grading.heating import MOST, errors, heat
from gatecheck.grading.intake import submission_from
from gatecheck.grading.report import Report
from gatecheck.grading.sample import sample

ANNA = (folder("templates") / "demo" / "anna.py").read_text()


def test_of_a_sequence_the_largest_of_the_batch_is_told_by_step_and_unit():
    off = np.zeros((4, 3, 2))
    off[2, 1, 0], off[2, 2, 0], off[3, 0, 1] = 0.5, -2.0, 4.0
    found = errors(off, np.zeros_like(off), 4.0)
    assert (found.down, found.across, found.shape) == ("step", "unit", (4, 2))
    assert found.values == ((0, 0), (0, 0), (0.5, 0), (0, 1))


@pytest.mark.parametrize(
    ("shape", "down", "told"),
    [
        ((3, 2), "example", ("example", "unit", (3, 2))),
        ((3, 2), "row", ("row", "unit", (3, 2))),
        ((5,), "row", ("", "unit", (1, 5))),
        ((3, 4, 2), "call", ("call", "unit", (3, 4))),
    ],
)
def test_other_shapes_have_two_axes_too(shape, down, told):
    found = errors(np.ones(shape), np.zeros(shape), 1.0, down)
    assert (found.down, found.across, found.shape) == told


def test_what_has_one_number_has_no_map():
    assert errors(np.ones(()), np.zeros(()), 1.0) is None
    assert errors(np.ones((1, 1)), np.zeros((1, 1)), 1.0) is None


def test_numbers_that_are_not_finite_are_infinitely_far_and_hide_no_other():
    value = np.array([[np.nan, np.inf, 1.0, 0.0, 1e-12]])
    assert errors(value, np.zeros_like(value), 2.0).values == ((math.inf, math.inf, 0.5, 0, 0),)


@settings(deadline=None, max_examples=40)
@given(arrays(float, st.tuples(st.integers(1, 120), st.integers(2, 120)), elements=st.floats(0, 1e3)))
def test_a_block_holds_its_largest_error_and_there_are_few_blocks(off):
    found = errors(off, np.zeros_like(off), 1.0)
    rows, columns = found.block
    assert len(found.values) <= MOST[0] and len(found.values[0]) <= MOST[1]
    assert found.shape == off.shape
    for k, row in enumerate(found.values):
        for j, told in enumerate(row):
            largest = off[k * rows : (k + 1) * rows, j * columns : (j + 1) * columns].max()
            assert told == pytest.approx(largest, rel=0.06, abs=2e-6 * off.max())


@pytest.fixture
def lstm():
    return judging.kit("lstm", "cs231n")


def test_a_gradient_inside_a_function_is_off_as_the_program_is_that_the_student_follows(lstm):
    source = ANNA.replace("dnext_c + dnext_h * o * (1 - t**2)", "dnext_c")
    report = judging.grade(submission_from("lstm.py", source.encode()), lstm)
    (hot,) = [c for c in report.checks if c.heat]
    assert (hot.quantity, hot.heat.down) == ("dc", "example")
    drawn = sample(lstm.layout, lstm.key.program, report.seed)
    assert hot.heat.shape == drawn.step.initial["c"].shape
    # What is missing is dh·o·(1 - tanh²(c)), beside the largest number of the whole.
    assert 0 < max(map(max, hot.heat.values)) <= 2
    assert heat(lstm, "step_backward", drawn.step, "dc", None) is None


def test_only_what_failed_and_was_compared_has_a_map_and_only_where_the_feedback_says_where(lstm):
    source = ANNA.replace("return h, cache", "return 1.5 * h, cache")
    report = judging.grade(submission_from("lstm.py", source.encode()), lstm)
    hot = {(c.task, c.quantity): c.heat for c in report.checks if c.heat}
    assert set(hot) == {(c.task, c.quantity) for c in report.checks if c.status == "failed" and c.error is not None}
    assert hot["lstm_forward", "h"].down == "step"
    assert hot["lstm_forward", "h"].values[-1][0] == pytest.approx(0, abs=1)
    assert Report.from_json(report.to_json()) == report
    for rung, there in (("score", False), ("what", False), ("where", True), ("formula", True)):
        assert any(c.heat for c in redacted(report, rung).checks) == there
        assert ("heat" in json.dumps(redacted(report, rung).to_dict()["checks"])) == there


@pytest.mark.parametrize(
    "change",
    [
        {"values": []},
        {"values": [[]]},
        {"values": [[1], [1, 2]]},
        {"values": [[True]]},
        {"values": [["much"]]},
        {"values": 3},
        {"shape": [1]},
        {"shape": [1, 1]},
        {"shape": [1.5, 2]},
        {"shape": None},
        {"down": 3},
    ],
)
def test_a_map_that_is_none_is_refused(change):
    right = {"down": "step", "across": "unit", "shape": [1, 2], "values": [[0.5, "Infinity"]]}
    assert Heat.from_dict(right).values == ((0.5, math.inf),)
    with pytest.raises(ValueError, match=r"heat|values|shape|down"):
        Heat.from_dict({**right, **change})
