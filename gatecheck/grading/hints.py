"""The ladder of hints of a task: the course's own, then what, where, why and the formula of each of its mistakes.

What `told` allows is told at once; what lies above it, up to `feedback`, is told step by step, and counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from ..assignment.model import Assignment, Grading, Task
from .feedback import RUNGS, redacted
from .report import Check, Mistake, Report, Where

#: What was told: (task, kind of mistake, step).
Taken = Collection[tuple[str, str, str]]
#: As many messages are one hint.
_MOST_MESSAGES = 3


@dataclass(frozen=True)
class Hint:
    """A step of the ladder.

    kind: of the mistake that it is about; empty for the task itself. step: "hint 1" and so on for the course's own
    hints, else a rung. text: the hint in words; mistake: with nothing but this step told. free: told at once.
    """

    kind: str
    step: str
    text: str
    mistake: Mistake | None = None
    free: bool = False


def kind(mistake: Mistake) -> str:
    """What a student's next mistake must share with this one to be the same to the ladder."""
    return f"{mistake.id} {mistake.quantity}"


def of_task(report: Report, task: str) -> tuple[Mistake, ...]:
    """The mistakes in a task's function."""
    return tuple(m for m in report.mistakes if _function(report, m) == task)


def _function(report: Report, mistake: Mistake) -> str:
    """The task that a mistake is in; of a function that is none, the first task that it makes fail."""
    function = mistake.where.function if mistake.where else ""
    if any(check.task == function for check in report.checks):
        return function
    about = {mistake.quantity, *mistake.explains}
    return next((c.task for c in report.checks if c.status == "failed" and c.quantity in about), "")


def ladder(report: Report, task: Task, grading: Grading) -> tuple[Hint, ...]:
    """The hints on a task that failed, in order, as far as the assignment allows; report: all that is known."""
    rungs = RUNGS[RUNGS.index("what") : RUNGS.index(grading.feedback) + 1]
    failed = [check for check in report.checks if check.task == task.name and check.status == "failed"]
    if grading.feedback == "none" or not failed:
        return ()
    found = [Hint("", f"hint {n}", text) for n, text in enumerate(task.hints, 1)]
    mistakes = of_task(report, task.name)
    for mistake in mistakes:
        found += _steps(report, mistake, rungs)
    if rungs and not mistakes:
        found.append(Hint("", "what", "; ".join(list(dict.fromkeys(map(_message, failed)))[:_MOST_MESSAGES])))
    at_once = RUNGS[: RUNGS.index(grading.at_once) + 1]
    return tuple(replace(hint, free=hint.step in at_once) for hint in found)


def _message(check: Check) -> str:
    """What a check says, after its quantity where the sentence is not about the whole function."""
    whole = check.message.startswith((f"{check.task} ", f"{check.quantity} ", "There is no function"))
    return check.message if whole else f"{check.quantity} {check.message}"


def _steps(report: Report, mistake: Mistake, rungs: tuple[str, ...]) -> Iterator[Hint]:
    silent = replace(
        mistake, title="", left="", wrong="", right="", path=None, hint="", where=None,
        certain=True, agreement=None, explains=(),
    )  # fmt: skip
    m, where = mistake, mistake.where
    told = {
        "what": (m.title, replace(silent, title=m.title, certain=m.certain)),
        "where": (f"{report.file}, {placed(where)}in {where.function}" if where else "", replace(silent, where=where)),
        "why": (m.hint, replace(silent, hint=m.hint)),
        "formula": (
            f"{m.left} = {m.right}, not {m.wrong}" if m.wrong and m.right else "",
            replace(silent, left=m.left, wrong=m.wrong, right=m.right, path=m.path),
        ),
    }
    yield from (Hint(kind(m), rung, *told[rung]) for rung in rungs if told[rung][0])


def placed(where: Where) -> str:
    """The line, before the name of its function: "line 41, ", "cell 3, line 5, "; empty where none is known."""
    return "".join(f"{what} {n}, " for what, n in (("cell", where.cell), ("line", where.line)) if n and where.line)


def as_told(report: Report, assignment: Assignment, taken: Taken = ()) -> Report:
    """The report as far as it is told at once, with what hints have told before, and how many there were and are."""
    further = {}
    for mistake in report.mistakes:
        task = _function(report, mistake)
        rungs = [rung for rung in RUNGS if (task, kind(mistake), rung) in taken]
        further[mistake] = rungs[-1] if rungs else assignment.grading.at_once
    left = {
        task.name: sum(not hint.free and (task.name, hint.kind, hint.step) not in taken for hint in hints)
        for task in assignment.tasks
        if (hints := ladder(report, task, assignment.grading))
    }
    counts = {task.name: sum(name == task.name for name, _, _ in taken) for task in assignment.tasks}
    return replace(
        redacted(report, assignment.grading.at_once, further),
        hints=tuple((name, count) for name, count in counts.items() if count),
        hints_left=tuple((name, count) for name, count in left.items() if count),
    )
