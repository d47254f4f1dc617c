"""The table of tasks in the terminal: status, quantities, points, and a line for what needs one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...grading.report import Check, Report, Status, TaskResult
from .lines import Line, Span, cells, cut, flow, fold, hang, size
from .signs import Signs

_STYLES = {"passed": "green", "failed": "red", "skipped": "dim", "undetermined": "dim"}
_MOST_MESSAGES = 6
_LONGEST_MESSAGE = 400
# Below this many columns the quantities stand under the task instead of beside it.
_NARROWEST = 20


def task_lines(report: Report, columns: int, signs: Signs) -> Iterator[Line]:
    """The table, at most so many columns wide."""
    told = {
        (mistake.where.function if mistake.where else None, name)
        for mistake in report.mistakes
        for name in (mistake.quantity, *mistake.explains)
    }
    statuses = max(len(task.status) for task in report.tasks) + 7
    names = statuses + max(cells(task.name) for task in report.tasks) + 2
    points = max(cells(points_of(task)) for task in report.tasks) + 2
    room = columns - names - points
    for task in report.tasks:
        if room >= _NARROWEST:
            yield from _beside(task, statuses, names, columns - points, columns, signs)
        else:
            yield from _stacked(task, columns, signs)
        yield from _details(task, told, statuses if room >= _NARROWEST else 4, columns, signs)


def points_of(task: TaskResult) -> str:
    """The points of a task: earned and possible, or in brackets those that do not count."""
    if task.counted:
        return f"{number(task.score)} / {number(task.max_score)}"
    return f"({number(sum(check.max_score for check in task.checks))})"


def number(points: float) -> str:
    """Points without needless digits: 2, 6.5, 3.73."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _status(task: TaskResult, signs: Signs) -> Span:
    return Span(f"  {signs.of(task.status)} {task.status}", _STYLES[task.status])


def _beside(
    task: TaskResult, statuses: int, names: int, stop: int, columns: int, signs: Signs
) -> Iterator[Line]:
    mark = _status(task, signs)
    left: Line = (mark, Span(" " * (statuses - cells(mark.text))), Span(task.name))
    points = points_of(task)
    for cell in _quantities(task, stop - names, signs) or [()]:
        line = (*left, Span(" " * (names - size(left))), *cell)
        yield (*line, Span(" " * (columns - size(line) - cells(points))), Span(points))
        left, points = (), ""


def _stacked(task: TaskResult, columns: int, signs: Signs) -> Iterator[Line]:
    mark, points = _status(task, signs), points_of(task)
    name, *more = fold(task.name, max(columns - cells(mark.text + points) - 4, 8))
    line: Line = (mark, Span(f"  {name}"))
    yield (*line, Span(" " * max(columns - size(line) - cells(points), 2)), Span(points))
    yield from ((Span(" " * 4 + part),) for part in more)
    for cell in _quantities(task, columns - 4, signs):
        yield (Span("    "), *cell)


def _quantities(task: TaskResult, columns: int, signs: Signs) -> list[Line]:
    """What the row itself says: the quantities judged on their own, or why there are none."""
    if all(check.status == "skipped" for check in task.checks):
        waits = dict.fromkeys(check.because for check in task.checks if check.because)
        return _dim(f"waits for {', '.join(waits)}" if waits else "not reached", columns)
    if task.status == "undetermined":
        return _dim("our check failed: not counted", columns)
    own = [check for check in task.checks if not check.because]
    failed, passed = ([c for c in own if c.status == status] for status in ("failed", "passed"))
    if not failed and not passed and len(groups := _groups(task)) == 1:
        ((label, status), checks), *_ = groups.items()
        return _dim(label, columns) + _flowed(status, checks, columns, signs)
    if len(passed) == len(task.checks):
        return flow(_items(passed, columns, signs), columns)  # the row has said that they passed
    lines = _flowed("failed", failed, columns, signs), _flowed("passed", passed, columns, signs)
    return _side_by_side(*lines, columns) if max(map(len, lines)) == 1 else [*lines[0], *lines[1]]


def _dim(text: str, columns: int) -> list[Line]:
    return [(Span(line, "dim"),) for line in fold(text, columns)]


def _items(checks: Iterable[Check], columns: int, signs: Signs, style: str = "") -> list[Line]:
    return [(Span(cut(check.quantity, columns, signs.more), style),) for check in checks]


def _flowed(status: Status, checks: Iterable[Check], columns: int, signs: Signs) -> list[Line]:
    """The names of quantities after the mark of their common status."""
    style = _STYLES[status]
    lines = flow(_items(checks, columns - 2, signs, style), columns - 2)
    marks = [f"{signs.of(status)} ", *["  "] * len(lines)]
    return [(Span(mark, style), *line) for mark, line in zip(marks, lines, strict=False)]


def _side_by_side(left: list[Line], right: list[Line], columns: int) -> list[Line]:
    if left and right and size(left[0]) + 3 + size(right[0]) <= columns:
        return [(*left[0], Span("   "), *right[0])]
    return left + right


def _details(
    task: TaskResult, told: set[tuple[str | None, str]], indent: int, columns: int, signs: Signs
) -> Iterator[Line]:
    """What follows from another quantity, then what each failure looks like."""
    groups = _groups(task)
    if sum(map(len, groups.values())) == len(task.checks) and len(groups) == 1:
        groups = {}  # the row itself says it
    for (label, status), checks in groups.items():
        room = columns - indent - cells(label) - 2
        beside = room >= _NARROWEST
        lead: Line = (Span(" " * indent), Span(label, "dim"), Span("  "))
        if not beside:
            yield from hang(" " * indent, label, columns, text_style="dim")
            lead, room = (Span(" " * (indent + 2)),), columns - indent - 2
        for line in _flowed(status, checks, room, signs):
            yield (*lead, *line)
            lead = (Span(" " * size(lead)),)
    failed = [
        check
        for check in task.checks
        if check.message and check.status in ("failed", "undetermined") and not check.because
        if not told & {(task.name, check.quantity), (None, check.quantity)}
    ]
    yield from _messages(failed, indent, columns, signs)


def _groups(task: TaskResult) -> dict[tuple[str, Status], list[Check]]:
    """The checks that were not judged on their own, by the reason for that and by status."""
    groups: dict[tuple[str, Status], list[Check]] = {}
    if {check.status for check in task.checks} in ({"skipped"}, {"undetermined"}):
        return groups  # the row itself says it
    for check in task.checks:
        if label := _reason(check):
            groups.setdefault((label, check.status), []).append(check)
    return groups


def _reason(check: Check) -> str:
    if check.status == "undetermined":
        return "could not be checked: not counted"
    if check.status == "skipped":
        return f"waits for {check.because}" if check.because else "not reached"
    words = "right given your" if check.status == "passed" else "follows from"
    return f"{words} {check.because}" if check.because else ""


def _messages(checks: list[Check], indent: int, columns: int, signs: Signs) -> Iterator[Line]:
    """One line for every kind of message: fifteen alike are one message and a list of names."""
    names = "|".join(re.escape(check.quantity) for check in checks)
    kinds: dict[str, list[Check]] = {}
    for check in checks:
        # Alike are messages that differ in numbers and in the quantities' names at most.
        kind = re.sub(rf"(?<!\w)({names})(?!\w)|\d[\d.e+−-]*", "_", check.message)
        kinds.setdefault(kind, []).append(check)
    for first, *others in list(kinds.values())[:_MOST_MESSAGES]:
        text = cut(" ".join(first.message.split()), _LONGEST_MESSAGE, signs.more)
        # A message that names its function or its array needs no second name before it.
        named = text.startswith((f"{first.quantity} ", f"{first.task} ", f"There is no function {first.task}"))
        yield from hang("" if named else f"{first.quantity}  ", text, columns, indent=indent)
        for frame in first.trace:
            yield (Span(" " * (indent + 2)), Span(cut(frame, columns - indent - 2, signs.more), "dim"))
        if others:
            # The row above has all the names already: a second long list of them is noise.
            few = len(others) <= 3 or len(kinds) > 1
            some = ", ".join(check.quantity for check in others) if few else f"the {len(others)} others"
            yield from hang("likewise  ", some, columns, "dim", indent=indent, text_style="dim")
    if rest := sum(map(len, list(kinds.values())[_MOST_MESSAGES:])):
        yield (Span(" " * indent), Span(f"and {rest} more", "dim"))
