"""How much of a report a student sees: nothing above the rung, in no field and in no sentence."""

import json
from dataclasses import replace

import pytest
from judging import grade, kit

from gatecheck.assignment.model import FEEDBACK
from gatecheck.data import folder
from gatecheck.grading.feedback import RUNGS, redacted
from gatecheck.grading.intake import submission_from
from gatecheck.grading.report import Report

ANNA = (folder("templates") / "demo" / "anna.py").read_text()
#: Two mistakes (one of them named), an argument changed in place, a wrong shape, a task that waits.
SOURCE = (
    ANNA.replace("dnext_c + dnext_h * o * (1 - t**2)", "dnext_c")
    .replace("    do = dnext_h * t\n", "    do = dnext_h * t\n    dnext_h *= 1\n")
    .replace("    return h, cache\n", "    return h[0], cache\n")
)


@pytest.fixture(scope="module")
def report():
    return grade(submission_from("lstm.py", SOURCE.encode()), kit("lstm", "cs231n"))


def told(report, rung):
    """The JSON that a student gets."""
    return json.dumps(redacted(report, rung).to_dict(), ensure_ascii=False)


def test_the_example_has_something_to_hide(report):
    (mistake,) = report.mistakes
    assert all((mistake.title, mistake.wrong, mistake.right, mistake.hint, mistake.where, mistake.path, mistake.left))
    assert mistake.explains
    assert {c.status for c in report.checks} == {"passed", "failed", "skipped"}
    assert any(c.because for c in report.checks)


def test_the_rungs_are_those_of_the_assignment():
    assert RUNGS == FEEDBACK


def secrets(report):
    """What each rung adds: texts that no lower rung may contain."""
    (mistake,) = report.mistakes
    messages = {c.message for c in report.checks if c.message}
    return {
        "score": {'"passed"', '"failed"', "dW_f", "lstm_step_backward"},
        "what": {mistake.title, mistake.id, *messages, *report.warnings, "given your"},
        "where": {f'"where": {{"function": "{mistake.where.function}"'},
        "why": {mistake.hint},
        "formula": {f'"{mistake.right}"', "tanh²", f'"path": "{mistake.path}"', '"left": "δc"'},
    }


@pytest.mark.parametrize("rung", RUNGS)
def test_a_rung_tells_what_it_should_and_nothing_above(report, rung):
    text = told(report, rung)
    for other, texts in secrets(report).items():
        for secret in texts:
            known = RUNGS.index(other) <= RUNGS.index(rung)
            assert (json.dumps(secret, ensure_ascii=False)[1:-1].replace('\\"', '"') in text) == known, (other, secret)


@pytest.mark.parametrize("rung", RUNGS[1:])
def test_points_are_the_same_on_every_rung_that_tells_them(report, rung):
    found = redacted(report, rung)
    assert (found.score, found.max_score) == (report.score, report.max_score)
    assert [c.status for c in found.checks] == [c.status for c in report.checks]


def test_on_the_lowest_rung_there_is_not_even_a_score(report):
    found = redacted(report, "none")
    assert (found.checks, found.mistakes, found.score, found.max_score) == ((), (), 0, 0)
    assert found.warnings == ("This assignment gives no feedback; your work was read and run.",)


@pytest.mark.parametrize("rung", RUNGS)
def test_the_lines_of_a_traceback_are_told_with_the_place_of_a_mistake(report, rung):
    check = replace(report.checks[-1], trace=("line 3, in f: “x = 1”",))
    found = redacted(replace(report, checks=(check,)), rung)
    assert any(c.trace for c in found.checks) is (rung in RUNGS[RUNGS.index("where") :])


def test_the_highest_rung_is_the_report_itself(report):
    assert redacted(report, "formula") == report


@pytest.mark.parametrize("rung", RUNGS)
def test_why_a_file_could_not_be_graded_is_said_on_every_rung(report, rung):
    rejected = Report.from_dict(report.to_dict() | {"outcome": "rejected", "message": "line 3: a bracket is open"})
    assert "a bracket is open" in told(rejected, rung)
    assert redacted(rejected, "none").warnings == ()
