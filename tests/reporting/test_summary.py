"""A report in one line."""

import pytest

from gatecheck.grading.report import Check, Mistake, Report
from gatecheck.reporting.summary import summary
from gatecheck.reporting.terminal.lines import cells


def report(*checks, file="lstm.py", outcome="graded", message="", mistakes=()):
    return Report(
        tool="0.1.0",
        assignment="lstm-by-hand",
        title="LSTM by hand",
        cell="lstm",
        cell_sha256="0" * 64,
        convention="cs231n",
        file=file,
        sha256="0" * 64,
        outcome=outcome,
        isolated=False,
        seed="5c1e",
        seconds=0.0,
        cpu_seconds=0.0,
        checks=checks or (Check("step", "h", "passed", 2, 2),),
        mistakes=mistakes,
        message=message,
    )


def mistake(title="A path is missing"):
    return Mistake("missing-path", title, "dc", "a", "b", True, 1e-16)


WRONG = Check("step", "h", "failed", 0, 1 / 3, "off by 3 % of its largest value")


def test_a_right_one_passed():
    assert summary(report()) == f"{'lstm.py              ✓ passed':<74} 2 / 2"


def test_a_wrong_one_is_told_by_its_first_mistake_or_else_its_first_quantity():
    assert summary(report(WRONG, mistakes=(mistake(), mistake()))).startswith(
        "lstm.py              ✕ failed    A path is missing (and 1 more) "
    )
    found = summary(report(WRONG))
    assert "step: h off by 3 % of its largest val…" in found
    assert found.endswith(" 0 / 0.33")


@pytest.mark.parametrize("outcome", ["rejected", "timeout", "crashed", "error"])
def test_what_was_not_graded_is_told_in_its_first_line(outcome):
    found = summary(report(outcome=outcome, message="It is broken.\n    def f(:\n          ^"))
    assert f"{outcome:<8}  It is broken.  " in found
    assert ("?" if outcome == "error" else "✕") in found


def test_nothing_told_is_nothing_said():
    assert "failed" in summary(report(Check("step", "h", "skipped", 0, 1)))


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize(
    "hostile",
    [
        report(file="日本" * 40 + ".py"),
        report(file="x" * 300),
        report(WRONG, file="a\nb\x1b[31m\u202e.py"),
        report(WRONG, mistakes=(mistake("title\nwith " + "lines " * 40),)),
        report(outcome="rejected", message="long " * 100),
    ],
    ids=range(5),
)
def test_every_line_is_one_line_of_80_columns(hostile, unicode):
    found = summary(hostile, unicode)
    assert cells(found) == 80
    assert found.isprintable()
    assert unicode or found.isascii()


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("h holds complex128 numbers.", "step: h holds complex128 numbers."),
        ("step raised ValueError.", "step raised ValueError."),
        ("There is no function step.", "There is no function step."),
        ("off by 3 % of its largest value", "step: h off by 3 % of its largest value"),
    ],
)
def test_no_name_is_said_twice(message, told):
    failed = Check("step", "h", "failed", 0, 1, message)
    assert f"failed    {told}" in summary(report(failed), width=100)
