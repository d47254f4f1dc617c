"""A report in one line, for a list of submissions."""

from __future__ import annotations

from ..grading.report import Report
from .terminal.lines import cells, cut
from .terminal.signs import ASCII, UNICODE, safe
from .words import names_its_task, number, speaks_for_itself

WIDTH = 80
LONGEST_NAME = 30


def summary(report: Report, unicode: bool = True, width: int = WIDTH) -> str:
    """Whose it is or the file, verdict, the first mistake, points; 80 columns where the words allow it."""
    report = safe(report, unicode)
    signs = UNICODE if unicode else ASCII
    status = "passed" if report.full_marks else "failed" if report.outcome == "graded" else report.outcome
    mark = signs.of("passed" if report.full_marks else "undetermined" if report.outcome == "error" else "failed")
    points = f"{number(report.score)} / {number(report.max_score)}"
    room = width - cells(points) - 1
    name = report.label or report.file
    if cells(name) > LONGEST_NAME:  # a path: its end tells one submission from another
        name = signs.more + name[-(LONGEST_NAME - cells(signs.more)) :]
    words = f"{name}{' ' * (20 - cells(name))} {mark} {status:<8}  {_why(report)}"
    words = cut(words.rstrip(), room, signs.more)
    return f"{words}{' ' * (room - cells(words))} {points}"


def _why(report: Report) -> str:
    if report.message:
        return report.message.splitlines()[0]  # the others quote the file
    more = len(report.mistakes) - 1
    if report.mistakes:
        return report.mistakes[0].title + (f" (and {more} more)" if more > 0 else "")
    wrong = [c for c in report.checks if c.status == "failed"]
    if not wrong:
        return ""
    check = wrong[0]
    if names_its_task(check):
        return check.message
    return f"{check.task}: {check.message if speaks_for_itself(check) else f'{check.quantity} {check.message}'}"
