"""What a report says in words, whoever prints it: a terminal or a page."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Iterator

from ..grading.report import Check, Mistake, Report, Status, TaskResult, Where, total

#: What stands above a report that has no verdict: the status that its mark belongs to, and the words.
HEADLINES: dict[str, tuple[Status, str]] = {
    "rejected": ("failed", "rejected: this file cannot be graded"),
    "timeout": ("failed", "timeout: it did not end in time"),
    "crashed": ("failed", "crashed: it ended without an answer"),
    "error": ("undetermined", "error: the mistake is gatecheck's, and costs you nothing"),
}
#: Lines of a file shown before and after the one with the mistake.
_AROUND = 1
#: A longer list of names says no more than its beginning and its length.
_MOST_NAMES = 6


def number(points: float) -> str:
    """Points without needless digits: 2, 6.5, 3.73."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def duration(seconds: float) -> str:
    """19 ms, 1.2 s."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def points_of(task: TaskResult) -> str:
    """The points of a task: earned and possible, or in brackets those that do not count."""
    if task.counted:
        return f"{number(task.score)} / {number(task.max_score)}"
    return f"({number(sum(check.max_score for check in task.checks))})"


def parts(report: Report) -> tuple[float, float, float]:
    """Points earned, lost, and waiting for an earlier task."""
    waiting = total(c.max_score - c.score for c in report.counted if c.status == "skipped")
    return report.score, max(total((report.max_score, -report.score, -waiting)), 0), waiting


def said(report: Report) -> Iterator[str]:
    """What the parts of the score are."""
    earned, lost, waiting = parts(report)
    uncounted = total(check.max_score for check in report.checks if check.status == "undetermined")
    count = len(report.mistakes)
    yield f"all {len(report.counted)} quantities are right" if report.full_marks else f"{number(earned)} earned"
    if lost:
        mistakes = "one mistake" if count == 1 else f"{count} mistakes"
        yield f"{number(lost)} lost{f' to {mistakes}' if count else ''}"
    if waiting and lost and count:
        yield f"{number(waiting)} {'waits' if waiting == 1 else 'wait'} for {'it' if count == 1 else 'them'}"
    elif waiting:
        yield f"{number(waiting)} waiting"
    if uncounted:
        yield f"{number(uncounted)} not counted"


def excerpt(source: str, where: Where | None) -> list[tuple[int, str]]:
    """The numbered lines around one of a file, without the indent that they share; none where it has no such line.

    source: of a notebook the text of its code, as it was graded.
    """
    if not where or not where.line:
        return []
    # As Python counts lines: str.splitlines() breaks at form feeds and separators too.
    lines = re.split(r"\r\n|\r|\n", source) if source else []
    if where.cell:
        lines = _cell(lines, where.cell)
    if where.line > len(lines):
        return []
    first = max(where.line - 1 - _AROUND, 0)
    shown = textwrap.dedent("\n".join(lines[first : where.line + _AROUND])).split("\n")
    return [(number, text.rstrip()) for number, text in enumerate(shown, first + 1)]


def _cell(lines: list[str], number: int) -> list[str]:
    """The lines of a notebook's cell."""
    starts = [k for k, text in enumerate(lines) if re.fullmatch(r"# cell \d+", text)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if lines[start] == f"# cell {number}":
            return lines[start + 1 : end]
    return []


def evidence(mistake: Mistake, minus: str = "−") -> str:
    """How sure it is that this is the mistake; empty where nothing is known of that."""
    off = mistake.agreement
    known = off is not None and math.isfinite(off)
    near = (f", to {off:.0e}".replace("-", minus) if off else ", exactly") if known else ""
    if mistake.certain:
        return f"Certain: your numbers are the wrong equation's{near}." if known else ""
    return f"Likely: this explains your numbers{near}; another cause is possible."


def follows(mistake: Mistake, report: Report) -> str:
    """What is not judged before the mistake is mended; what was credited anyway is in the table."""
    credited = {c.quantity for c in report.checks if c.status == "passed" and c.because}
    alike = {c.quantity for c in report.checks if c.status == "failed" and not c.because}  # wrong in the same way
    names = [name for name in mistake.explains if name not in credited | alike]
    listed = ", ".join(names[:_MOST_NAMES]) + (f" and {len(names) - _MOST_NAMES} more" if names[_MOST_NAMES:] else "")
    return f"Mend it first: {listed} {'follow' if len(names) > 1 else 'follows'} from it." if names else ""


def reason(check: Check) -> str:
    """Why a check was not judged on its own; empty where it was."""
    if check.status == "undetermined":
        return "could not be checked: not counted"
    if check.status == "skipped":
        return f"waits for {check.because}" if check.because else "not reached"
    verdict = "right given your" if check.status == "passed" else "follows from"
    return f"{verdict} {check.because}" if check.because else ""


def untold(report: Report, task: TaskResult) -> list[Check]:
    """The failed checks of a task that have a message, and that no mistake tells of."""
    told = {
        (mistake.where.function if mistake.where else None, name)
        for mistake in report.mistakes
        for name in (mistake.quantity, *mistake.explains)
    }
    return [
        check
        for check in task.checks
        if check.message and check.status in ("failed", "undetermined") and not check.because
        if not told & {(task.name, check.quantity), (None, check.quantity)}
    ]


def alike(checks: Iterable[Check]) -> list[list[Check]]:
    """Checks in groups of one kind of message: those of a kind differ in numbers and in quantities' names at most."""
    given = list(checks)
    names = "|".join(re.escape(check.quantity) for check in given)
    kinds: dict[str, list[Check]] = {}
    for check in given:
        kind = re.sub(rf"(?<!\w)({names})(?!\w)|\d[\d.e+−-]*", "_", check.message)
        kinds.setdefault(kind, []).append(check)
    return list(kinds.values())


def names_its_task(check: Check) -> bool:
    """Whether a message begins with its function."""
    return check.message.startswith((f"{check.task} ", f"There is no function {check.task}"))


def speaks_for_itself(check: Check) -> bool:
    """Whether a message names its function or its quantity, so that it needs no name before it."""
    return names_its_task(check) or check.message.startswith(f"{check.quantity} ")


def hinted(report: Report) -> Iterator[tuple[str, str]]:
    """How many hints were taken in each task, and the command that gives the next one, if there is one."""
    taken, left = dict(report.hints), dict(report.hints_left)
    for task in dict.fromkeys((*left, *taken)):
        most = taken.get(task, 0) + left.get(task, 0)
        more = bool(left.get(task))
        yield f"{taken.get(task, 0)} of {most} taken{'' if more else f' in {task}'}.", f"gatecheck hint {task}" * more
