"""gatecheck in a notebook or a test: check(function), load("lstm").derive(). What it returns displays itself."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ..assignment.kit import Kit, kit_for, open_kit
from ..assignment.model import find
from ..conventions import BACKWARD
from ..errors import AssignmentError, BadInput, Problem, SubmissionError, nearest, printable
from ..grading.gathering import gather
from ..grading.intake import Submission, read_submission, submission_from
from ..grading.judge import grade
from ..grading.report import Report
from ..grading.running import Worker
from ..keeping.told import as_told
from ..reporting.terminal import show as print_report
from .pages import load

__all__ = ["check", "load"]

SEED = re.compile(r"[0-9a-fA-F]{1,64}")


class Shown(Report):
    """A report that was printed when it was made: to see it again as a whole would be too much."""

    def __repr__(self) -> str:
        from ..reporting.summary import summary

        return summary(self)


def check(
    what: Callable[..., Any] | str | os.PathLike[str],
    *,
    cell: str | os.PathLike[str] | None = None,
    convention: str = "gatecheck",
    assignment: str | os.PathLike[str] | None = None,
    seed: str | None = None,
    show: bool = True,
) -> Report:
    """Grade a function or a file, here and now; nothing is recorded.

    what: a function, with everything that it names, or the path of a file. Either cell (and convention) or assignment
    says what is wanted; a file finds its own assignment. seed: for the same inputs again. show: print the report as
    well. The code runs in a process of its own. Raises BadInput where something cannot be used.
    """
    if seed is not None and not SEED.fullmatch(seed):
        raise BadInput(Problem("seed is not hexadecimal", None, "It stands at the end of a report."))
    if not callable(what) and not isinstance(what, str | os.PathLike):
        message = f"{what!r:.80} is neither a function nor the path of a file"
        raise BadInput(Problem(printable(message), None, "Give the function itself, without calling it."))
    if cell is not None and assignment is not None:
        raise BadInput(Problem("both cell and assignment are given", None, "An assignment names its own cell."))
    with Worker() as worker:
        kit = _kit(what, cell, convention, assignment)
        kit, submission = _function(what, kit) if callable(what) else (kit, read_submission(os.fspath(what)))
        report = as_told(grade(submission, kit, worker, seed), kit.assignment)
    shown = Shown(**{f.name: getattr(report, f.name) for f in fields(report)})
    if show:
        print_report(shown, source=submission.source.decode("utf-8", "replace"))
    return shown


def _kit(what: Any, cell: Any, convention: str, assignment: Any) -> Kit:
    """What the code is graded by."""
    if cell is not None:
        # A file is asked for the cell's own functions; a function may be any.
        return kit_for(cell, convention, training=callable(what))
    if assignment is not None:
        return open_kit(Path(assignment))
    if callable(what):
        raise BadInput(Problem("no cell is named", None, 'For example check(step, cell="…").'))
    try:
        folder = find(Path(what).absolute().parent)
    except AssignmentError as error:
        advice = 'Name it: check(file, assignment="…"); or a cell: check(file, cell="…").'
        raise AssignmentError(Problem(error.problems[0].message, None, advice)) from None
    return open_kit(folder)


def _function(function: Callable[..., Any], kit: Kit) -> tuple[Kit, Submission]:
    """The kit reduced to one function, and its source with everything that it stands on."""
    name = getattr(function, "__name__", type(function).__name__)
    signature = kit.layout.by_name(name)
    task = next((t for t in kit.assignment.tasks if t.name == name), None)
    if signature is None or task is None:
        known = [t.name for t in kit.assignment.tasks if t.kind == "code"]
        raise BadInput(Problem(f"no function {printable(name)} is asked for", None, nearest(name, known)))
    # A backward function is called with what its forward function keeps.
    forward = [s.name for s in kit.layout.signatures if BACKWARD.get(s.role) == signature.role]
    scope = getattr(inspect.unwrap(function), "__globals__", {})
    if missing := [f for f in forward if not callable(scope.get(f))]:
        kept = next(s.name for s in signature.takes if s.kind == "cache")
        message = f"{name} needs {missing[0]}, which gives it {kept}"
        raise SubmissionError(Problem(message, None, f"Define {missing[0]} beside {name}."))
    source = gather(function, forward)
    # Only the function that was given counts; what it stands on is called, and not judged.
    alone = replace(kit.assignment, tasks=(replace(task, after=()),))
    return replace(kit, assignment=alone), submission_from(f"{name}.py", source.encode())
