"""gatecheck hint: the next step of the ladder, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .output import emit, emit_json, plain_format
from .student import assignment_option, file_argument, graded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..assignment.model import Task
    from ..grading.hints import Hint
    from ..grading.report import TaskResult
    from .student import Graded


@click.command("hint")
@click.argument("task", metavar="[TASK]", required=False)
@file_argument
@assignment_option
@click.option("--again", is_flag=True, help="Show what was told before; nothing is counted.")
@plain_format
def hint(task: str | None, file: str | None, assignment: str | None, again: bool, style: str | None) -> None:
    """Tell the next hint on TASK, or on the first that failed: first the course's own, then what, where, why and the
    formula of its mistakes, as far as the assignment allows. Each is counted in the report that is handed in.

    \b
    Examples:  gatecheck hint
               gatecheck hint lstm_step_backward
               gatecheck hint --again
    """
    if task and file is None and task.endswith((".py", ".ipynb")):
        task, file = None, task
    done = graded(file, assignment, None)
    asked = _asked(done, task)
    if asked is None or (said := _nothing(done, asked)):
        _say(done, asked, said if asked else "Everything is right: there is nothing to hint at.", style)
        return
    _tell(done, asked, again, style)


def _asked(done: Graded, name: str | None) -> Task | None:
    """The task of that name, or the first that failed, or waits; None where all passed.

    Raises AssignmentError where there is no such task.
    """
    tasks = {task.name: task for task in done.kit.assignment.tasks}
    if name is not None and name not in tasks:
        from ..errors import AssignmentError, Problem, nearest, printable

        raise AssignmentError(Problem(f"there is no task {printable(name)}", None, nearest(name, tasks)))
    if name is not None:
        return tasks[name]
    status = {task.name: task.status for task in done.known.tasks}
    for wanted in ("failed", "skipped", "undetermined"):
        for task in tasks.values():
            if status.get(task.name) == wanted:
                return task
    return None


def _nothing(done: Graded, task: Task) -> str:
    """Why there are no hints on a task; empty where there are."""
    if done.kit.assignment.grading.feedback == "none":
        return "This assignment gives no hints."
    if done.known.outcome != "graded":
        return f"The file was not graded, so there is nothing to hint at: {done.known.message or done.known.outcome}"
    (found,) = (t for t in done.known.tasks if t.name == task.name)
    if found.status == "passed":
        return f"{task.name} is right."
    if found.status == "skipped":
        return _waits(found, [t.name for t in done.kit.assignment.tasks])
    if found.status == "undetermined":
        return f"{task.name} could not be checked, by no fault of yours: it is not counted."
    return ""


def _waits(task: TaskResult, known: list[str]) -> str:
    cause = next((check.because for check in task.checks if check.because), None)
    if cause is None:
        return f"{task.name} was not reached: an earlier function did not end."
    return f"{task.name} waits for {cause}" + (f": gatecheck hint {cause}" if cause in known else ".")


def _say(done: Graded, task: Task | None, words: str, style: str | None) -> None:
    if style == "json":
        _as_json(done, task, (), 0, 0, words)
    else:
        from ..errors import printable

        emit("\n".join(map(printable, words.splitlines())))


def _tell(done: Graded, task: Task, again: bool, style: str | None) -> None:
    """Take the next hint, where there is one and it is asked for; else show what was told."""
    from ..grading.hints import ladder
    from ..keeping.told import records_of

    assignment = done.kit.assignment
    hints = ladder(done.known, task, assignment.grading)
    with records_of(assignment) as records:
        before = {(kind, step) for name, kind, step in records.hints(assignment.slug) if name == task.name}
        left = [h for h in hints if not h.free and (h.kind, h.step) not in before]
        new = left[:1] if not again else []
        for one in new:  # counted first: what is counted and not seen can be seen again
            records.take_hint(assignment.slug, task.name, one.kind, one.step)
    shown = new or [h for h in hints if h not in left]
    taken, remaining = len(before) + len(new), len(left) - len(new)
    if not shown:
        said = f"None was taken so far: gatecheck hint {task.name}" if left else "This assignment gives no hints on it."
        _say(done, task, said, style)
    elif style == "json":
        _as_json(done, task, shown, taken, remaining)
    else:
        _print(done, task, shown, (taken, remaining, bool(new)), style)


def _print(done: Graded, task: Task, hints: Sequence[Hint], counts: tuple[int, int, bool], style: str | None) -> None:
    from ..reporting.terminal import put, text
    from ..reporting.terminal.hints import hint_lines

    taken, left, new = counts
    counted = f"{taken} of {taken + left}"
    counted = f"hint {counted}" if new else f"{counted} taken" if taken + left else ""
    foot = f"{left} more: gatecheck hint {task.name}" if left else "That is all."
    if not taken + left:
        foot = "That is all, and gatecheck check tells it at once."
    source = done.submission.source.decode("utf-8", "replace")
    made = hint_lines(done.known, task.name, hints, source, counted, foot)
    if style == "text":
        import shutil

        emit(text(made, shutil.get_terminal_size().columns - 1, unicode=False))
    else:
        put(made)


def _as_json(done: Graded, task: Task | None, hints: Sequence[Hint], taken: int, left: int, message: str = "") -> None:
    data: dict[str, Any] = {
        "schema": "gatecheck/hint/1",
        "assignment": done.kit.assignment.slug,
        "task": task.name if task else None,
        "taken": taken,
        "left": left,
        "hints": [{"step": h.step, "mistake": h.kind or None, "text": h.text} for h in hints],
        "message": message,
    }
    emit_json(data)


COMMANDS = (hint,)
