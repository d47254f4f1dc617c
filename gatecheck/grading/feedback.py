"""How much of a report a student sees: the last rung of the hint ladder that the assignment allows."""

from __future__ import annotations

from dataclasses import replace

from .report import Check, Mistake, Report

#: none: only that it was graded; score: which quantities are right, and the points; what: which mistake, what
#: follows from it, and what each wrong result looks like; where: in which function and line; why: with the explanation;
#: formula: with both equations.
RUNGS = ("none", "score", "what", "where", "why", "formula")


def redacted(report: Report, feedback: str) -> Report:
    """The report up to a rung; what lies above is left out, not hidden.

    Why a file could not be graded at all is said on every rung: it is about the file, not about the answer.
    """
    rung = RUNGS.index(feedback)
    if rung == 0:
        said = ("This assignment gives no feedback; your work was read and run.",) if report.outcome == "graded" else ()
        return replace(report, checks=(), mistakes=(), warnings=said)
    if rung == 1:
        return replace(report, checks=tuple(map(_bare, report.checks)), mistakes=(), warnings=())
    checks = report.checks
    if rung < RUNGS.index("where"):
        checks = tuple(replace(check, trace=()) for check in checks)
    return replace(report, checks=checks, mistakes=tuple(_mistake(m, rung) for m in report.mistakes))


def _bare(check: Check) -> Check:
    return replace(check, message="", error=None, tolerance=None, because=None, trace=())


def _mistake(mistake: Mistake, rung: int) -> Mistake:
    if rung < RUNGS.index("formula"):
        mistake = replace(mistake, left="", wrong="", right="", path=None)
    if rung < RUNGS.index("why"):
        mistake = replace(mistake, hint="")
    if rung < RUNGS.index("where"):
        mistake = replace(mistake, where=None)
    return mistake
