"""The ladder: its order, what each step tells and nothing more, what is free, what is counted."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gatecheck.assignment.model import Assignment, Grading, Task
from gatecheck.grading.feedback import redacted
from gatecheck.grading.hints import as_told, kind, ladder, of_task
from gatecheck.grading.report import Check, Mistake, Report, Where

PATH = Mistake(
    "missing-path", "A path is missing", "dc", "δc[t+1]", "δc[t+1] + δh", True, 1e-16, ("dW",), "c has two readers.",
    Where("back", 7), "h → c", "δc",
)  # fmt: skip
SUM = Mistake("overwritten", "A sum is overwritten", "dU", "a", "Σ_t a", False, None, (), "", Where("back"), None, "dU")
CHECKS = (
    Check("fore", "h", "passed", 1, 1),
    Check("back", "dc", "failed", 0, 1, "off by 3 %", 0.03, 1e-9),
    Check("back", "dU", "failed", 0, 1, "off by 5 %", 0.05, 1e-9),
    Check("loop", "dx", "skipped", 0, 1, "waits for back", because="back"),
)
REPORT = Report(
    tool="0.1.0", assignment="a", title="A", cell="c", cell_sha256="0", convention="g", file="a.py", sha256="0",
    outcome="graded", isolated=True, seed="0", seconds=0, cpu_seconds=0, checks=CHECKS, mistakes=(PATH, SUM),
)  # fmt: skip
TASK = Task("back", 2, ("fore",), ("Count the readers.", "Look at h."))


def assignment(*tasks, **grading):
    return Assignment(Path(), "A", "c.cell", "g", "a.py", Grading(**grading), tasks or (TASK,))


def steps(report=REPORT, task=TASK, **grading):
    return [(hint.kind, hint.step) for hint in ladder(report, task, Grading(**grading))]


def test_the_courses_own_hints_come_first_then_each_mistakes_ladder():
    assert steps() == [
        ("", "hint 1"),
        ("", "hint 2"),
        *(("missing-path dc", rung) for rung in ("what", "where", "why", "formula")),
        # There is no why where the mistake has none.
        *(("overwritten dU", rung) for rung in ("what", "where", "formula")),
    ]


def test_the_feedback_ends_the_ladder():
    assert [len(steps(feedback=rung)) for rung in ("none", "score", "what", "where", "why", "formula")] == [
        0, 2, 4, 6, 7, 9,
    ]  # fmt: skip


def test_a_task_that_did_not_fail_has_no_ladder():
    assert steps(task=Task("fore", 1, hints=("Never mind.",))) == []
    assert steps(task=Task("loop", 1, hints=("Never mind.",))) == []


def test_each_step_tells_its_own_and_nothing_above_it():
    texts = {h.step: h.text for h in ladder(REPORT, TASK, Grading()) if h.kind in ("", kind(PATH))}
    assert texts == {
        "hint 1": "Count the readers.",
        "hint 2": "Look at h.",
        "what": "A path is missing",
        "where": "a.py, line 7, in back",
        "why": "c has two readers.",
        "formula": "δc = δc[t+1] + δh, not δc[t+1]",
    }
    told = {h.step: h.mistake for h in ladder(REPORT, TASK, Grading()) if h.kind == kind(PATH)}
    empty = {"title": "", "where": None, "hint": "", "right": "", "wrong": "", "path": None, "left": ""}
    for step, named in (("what", ["title"]), ("where", ["where"]), ("why", ["hint"])):
        assert {n: getattr(told[step], n) for n in empty} == {**empty, **{n: getattr(PATH, n) for n in named}}
    assert (told["formula"].right, told["formula"].title, told["formula"].where) == (PATH.right, "", None)


def test_what_is_told_at_once_is_free():
    free = [hint.step for hint in ladder(REPORT, TASK, Grading(told="where")) if hint.free]
    assert free == ["what", "where", "what", "where"]
    assert not any(hint.free for hint in ladder(REPORT, TASK, Grading(told="score")))


def test_a_failure_without_a_name_has_its_messages_as_a_hint():
    (hint,) = ladder(replace(REPORT, mistakes=()), replace(TASK, hints=()), Grading(told="score"))
    assert (hint.kind, hint.step, hint.text) == ("", "what", "dc off by 3 %; dU off by 5 %")
    raised = tuple(replace(c, message="back raised KeyError.") for c in CHECKS)
    (hint,) = ladder(replace(REPORT, mistakes=(), checks=raised), replace(TASK, hints=()), Grading())
    assert hint.text == "back raised KeyError."


def test_a_mistake_in_a_function_that_is_no_task_belongs_to_the_task_that_it_makes_fail():
    helper = replace(PATH, where=Where("helper", 3))
    report = replace(REPORT, mistakes=(helper, replace(helper, where=None), replace(helper, quantity="z", explains=())))
    assert of_task(report, "back") == report.mistakes[:2]


def test_nothing_is_told_beyond_what_is_told_at_once_and_was_asked_for():
    asked = assignment(told="what")
    assert replace(as_told(REPORT, asked), hints_left=()) == redacted(REPORT, "what")
    told = as_told(REPORT, asked, {("back", kind(PATH), "where"), ("back", kind(PATH), "why"), ("b", kind(SUM), "why")})
    first, second = told.mistakes
    assert (first.where, first.hint, first.right, first.path) == (PATH.where, PATH.hint, "", None)
    assert (second.where, second.hint) == (None, "")
    assert "Σ" not in json.dumps(told.to_dict(), ensure_ascii=False)


def test_on_the_rung_of_the_score_a_hint_names_its_mistake_and_no_other():
    told = as_told(REPORT, assignment(told="score"), {("back", kind(PATH), "what")})
    assert [m.title for m in told.mistakes] == [PATH.title]
    assert not any(check.message for check in told.checks)


def test_the_report_counts_what_was_taken_and_what_is_left():
    taken = {("back", "", "hint 1"), ("back", kind(PATH), "where"), ("back", "gone dz", "why"), ("other", "", "hint 1")}
    told = as_told(REPORT, assignment(told="what"), taken)
    # Two of the course's own, five of the mistakes above what is told; two of them are taken, and one that is mended.
    assert (told.hints, told.hints_left) == ((("back", 3),), (("back", 5),))
    assert as_told(REPORT, assignment(replace(TASK, hints=()))).hints_left == ()
    assert Report.from_json(told.to_json()) == told


def test_where_all_is_told_at_once_the_report_is_the_redacted_one():
    for rung in ("none", "score", "what", "where", "why", "formula"):
        told = as_told(REPORT, assignment(replace(TASK, hints=()), feedback=rung))
        assert told == redacted(REPORT, rung)


@pytest.mark.parametrize("counts", [[], {"a": -1}, {"a": 1.5}, {"a": True}, {"a": "1"}])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError, match="'hints' of the report is not an object of counts"):
        Report.from_dict({**REPORT.to_dict(), "hints": counts})
