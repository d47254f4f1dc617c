"""How much of a report a student sees: the last rung of the hint ladder that the assignment allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .report import INSIDE, Check, Mistake, Report

#: none: only that it was graded; score: which quantities are right, and the points; what: which mistake, what
#: follows from it, and what each wrong result looks like; where: in which function and line, which of a result's
#: numbers are off, and which lines led to an exception; why: with the explanation; formula: with both equations.
RUNGS = ("none", "score", "what", "where", "why", "formula")


def redacted(report: Report, feedback: str, further: Mapping[Mistake, str] | None = None) -> Report:
    """The report up to a rung; what lies above is left out, not hidden.

    further: of mistakes that hints have told more about, the rung. Why a file could not be graded at all is said on
    every rung: it is about the file, not about the answer.
    """
    rung = RUNGS.index(feedback)
    rungs = {m: max(rung, RUNGS.index((further or {}).get(m, feedback))) for m in report.mistakes}
    report = replace(report, mistakes=tuple(_mistake(m, r) for m, r in rungs.items() if r >= RUNGS.index("what")))
    if rung == 0:
        said = ("This assignment gives no feedback; your work was read and run.",) if report.outcome == "graded" else ()
        return replace(report, checks=(), warnings=said)
    if rung == 1:
        return replace(report, checks=tuple(map(_bare, report.checks)), warnings=())
    if rung < RUNGS.index("where"):
        return replace(report, checks=tuple(replace(check, heat=None, trace=()) for check in report.checks))
    return report


def _bare(check: Check) -> Check:
    # The name of a value that is not returned tells where the mistake is.
    quantity = "inside" if check.message == INSIDE else check.quantity
    return replace(check, quantity=quantity, message="", error=None, tolerance=None, because=None, heat=None, trace=())


def _mistake(mistake: Mistake, rung: int) -> Mistake:
    if rung < RUNGS.index("formula"):
        mistake = replace(mistake, left="", wrong="", right="", path=None)
    if rung < RUNGS.index("why"):
        mistake = replace(mistake, hint="")
    if rung < RUNGS.index("where"):
        mistake = replace(mistake, where=None)
    return mistake
