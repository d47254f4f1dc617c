"""The table of tasks in the terminal: status, quantities, points, and a line for what needs one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...grading.report import Check, Report, Status, TaskResult
from ..words import alike, points_of, reason, speaks_for_itself, untold
from .lines import Line, Span, cells, cut, flow, fold, hang, size
from .signs import Signs

_STYLES = {"passed": "green", "failed": "red", "skipped": "dim", "undetermined": "dim"}
_MOST_MESSAGES = 6
_LONGEST_MESSAGE = 400
# Below this many columns the quantities stand under the task instead of beside it.
_NARROWEST = 20


def task_lines(report: Report, columns: int, signs: Signs) -> Iterator[Line]:
    """The table, at most so many columns wide."""
    statuses = max(len(task.status) for task in report.tasks) + 7
    names = statuses + max(cells(task.name) for task in report.tasks) + 2
    points = max(cells(points_of(task)) for task in report.tasks) + 2
    room = columns - names - points
    for task in report.tasks:
        if room >= _NARROWEST:
            yield from _beside(task, statuses, names, columns - points, columns, signs)
        else:
            yield from _stacked(task, columns, signs)
        yield from _details(task, untold(report, task), statuses if room >= _NARROWEST else 4, columns, signs)


def _status(task: TaskResult, signs: Signs) -> Span:
    return Span(f"  {signs.of(task.status)} {task.status}", _STYLES[task.status])


def _beside(task: TaskResult, statuses: int, names: int, stop: int, columns: int, signs: Signs) -> Iterator[Line]:
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


def _details(task: TaskResult, failed: list[Check], indent: int, columns: int, signs: Signs) -> Iterator[Line]:
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
    yield from _messages(failed, indent, columns, signs)


def _groups(task: TaskResult) -> dict[tuple[str, Status], list[Check]]:
    """The checks that were not judged on their own, by the reason for that and by status."""
    groups: dict[tuple[str, Status], list[Check]] = {}
    if {check.status for check in task.checks} in ({"skipped"}, {"undetermined"}):
        return groups  # the row itself says it
    for check in task.checks:
        if label := reason(check):
            groups.setdefault((label, check.status), []).append(check)
    return groups


def _messages(checks: list[Check], indent: int, columns: int, signs: Signs) -> Iterator[Line]:
    """One line for every kind of message: fifteen alike are one message and a list of names."""
    kinds = alike(checks)
    for first, *others in kinds[:_MOST_MESSAGES]:
        text = cut(" ".join(first.message.split()), _LONGEST_MESSAGE, signs.more)
        yield from hang("" if speaks_for_itself(first) else f"{first.quantity}  ", text, columns, indent=indent)
        for frame in first.trace:
            yield (Span(" " * (indent + 2)), Span(cut(frame, columns - indent - 2, signs.more), "dim"))
        if others:
            # The row above has all the names already: a second long list of them is noise.
            few = len(others) <= 3 or len(kinds) > 1
            some = ", ".join(check.quantity for check in others) if few else f"the {len(others)} others"
            yield from hang("likewise  ", some, columns, "dim", indent=indent, text_style="dim")
    if rest := sum(map(len, kinds[_MOST_MESSAGES:])):
        yield (Span(" " * indent), Span(f"and {rest} more", "dim"))
