"""Mistakes planted in right solutions: an entry of the catalogue, its edit, and what a grader must say of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from gatecheck.assignment.kit import Kit, kit_for
from gatecheck.data import folder
from gatecheck.grading.report import Mistake, Report

RIGHT = Path(__file__).parent / "right"
#: The right solutions, as students write them: cell and convention. The first is the demonstration's.
SOLUTIONS = {
    "lstm_cs231n": ("lstm", "cs231n"),
    "lstm_dlai": ("lstm_softmax", "dlai"),
    "lstm_dlfs2": ("lstm", "dlfs2"),
    "rnn_cs231n": ("rnn", "cs231n"),
    "rnn_dlai": ("rnn_softmax", "dlai"),
    "rnn_minchar": ("rnn_characters", "minchar"),
    "gru_cmu": ("gru_reset_after", "cmu11785"),
    "gru_gatecheck": ("gru", "gatecheck"),
}

Edit = tuple[str, str]


@dataclass(frozen=True)
class Named:
    """A mistake in the report, of this function and quantity; part: of "title: left = wrong;", its wrong equation."""

    function: str
    quantity: str
    part: str


@dataclass(frozen=True)
class Told:
    """A check that failed: of this function, and this quantity where one is given; the part is in its message."""

    function: str
    part: str
    quantity: str = ""


@dataclass(frozen=True)
class Warned:
    """A warning, and full marks."""

    part: str


@dataclass(frozen=True)
class Rejected:
    """The file could not be loaded."""

    part: str


Says = Named | Told | Warned | Rejected


@dataclass(frozen=True)
class Entry:
    """A mistake that people make.  says: all that must be said of it; of: the mistake that this is another form of."""

    id: str
    solution: str
    edits: tuple[Edit, ...]
    says: tuple[Says, ...]
    of: str = ""


@cache
def source(solution: str) -> str:
    """A right solution."""
    place = folder("templates") / "demo" / "anna.py" if solution == "lstm_cs231n" else RIGHT / f"{solution}.py"
    return place.read_text()


@cache
def kit(solution: str) -> Kit:
    """What it is graded with."""
    return kit_for(*SOLUTIONS[solution])


def planted(*entries: Entry) -> str:
    """One solution with the edits of all these entries in it.  Raises ValueError where two touch the same lines."""
    (solution,) = {e.solution for e in entries}
    text = source(solution)
    spans = []
    for before, after in (edit for e in entries for edit in e.edits):
        if text.count(before) != 1:
            raise ValueError(f"not once in {solution}: {before}")
        start = text.index(before)
        spans.append((start, start + len(before), after))
    spans.sort()
    lines = [(text.count("\n", 0, a), text.count("\n", 0, b - text[a:b].endswith("\n"))) for a, b, _ in spans]
    if len(entries) > 1 and any(last >= first for (_, last), (first, _) in pairwise(lines)):
        raise ValueError("two edits of one line")
    for start, end, after in reversed(spans):
        text = text[:start] + after + text[end:]
    return text


def heard(says: Says, report: Report) -> bool:
    """Whether a report says it."""
    match says:
        case Named():
            return any(is_it(says, m) for m in report.mistakes)
        case Told(function, part, quantity):
            failed = [c for c in report.checks if c.status == "failed" and c.task == function]
            return any(part in c.message for c in failed if c.quantity == quantity or not quantity)
        case Warned(part):
            return report.full_marks and any(part in w for w in report.warnings)
        case Rejected(part):
            return report.outcome == "rejected" and part in report.message


def is_it(says: Named, mistake: Mistake) -> bool:
    """Whether a mistake of a report is the one meant."""
    return mistake.certain and is_meant(says, mistake)


def is_meant(says: Named, mistake: Mistake) -> bool:
    """Whether a mistake of a report, for sure or not, is the one meant."""
    same = mistake.where and (mistake.where.function, mistake.quantity) == (says.function, says.quantity)
    return bool(same) and says.part in f"{mistake.title}: {mistake.left} = {mistake.wrong};"
