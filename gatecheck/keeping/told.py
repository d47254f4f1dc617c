"""What a student is told: what the assignment tells at once, and what hints in the student's record have told."""

from __future__ import annotations

from contextlib import suppress

from ..assignment.model import Assignment
from ..errors import BadInput
from ..grading import hints
from ..grading.report import Report
from .records import Records


def records_of(assignment: Assignment) -> Records:
    """The student's record, beside the assignment."""
    return Records(assignment.folder / ".gatecheck" / "submissions.sqlite")


def as_told(report: Report, assignment: Assignment) -> Report:
    """The report as its student sees it; a record that cannot be read has told nothing."""
    taken: hints.Taken = ()
    if assignment.hinted:
        with suppress(BadInput), records_of(assignment) as records:
            taken = records.hints(assignment.slug)
    return hints.as_told(report, assignment, taken)
