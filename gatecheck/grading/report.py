"""The report: one plain record of what was checked, what it scored and which mistakes explain it.

Renderers, the gradebook and other platforms read this record and nothing else. Its JSON form is
the contract "gatecheck/report/1"; readers ignore keys that they do not know, so it may grow.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from .fields import Fields, plain
from .heat import Heat

SCHEMA = "gatecheck/report/1"

Status = Literal["passed", "failed", "skipped", "undetermined"]
Outcome = Literal["graded", "rejected", "timeout", "crashed", "error"]


#: Of a wrong value that no function returns.
INSIDE = "computed on the way: it is not returned, but what follows from it shows it"


@dataclass(frozen=True)
class Check:
    """The verdict on one quantity of one task; error and tolerance are relative to its scale.

    trace: the lines of the submission that led to an exception, the innermost last, told once for a task.
    """

    task: str
    quantity: str
    status: Status
    score: float
    max_score: float
    message: str = ""
    error: float | None = None
    tolerance: float | None = None
    because: str | None = None
    trace: tuple[str, ...] = ()
    heat: Heat | None = None

    @classmethod
    def from_dict(cls, data: object) -> Check:
        """The check in a report's dictionary.  Raises: ValueError."""
        d = Fields(data, "check")
        heat = d.data.get("heat")
        return cls(
            task=d.text("task"),
            quantity=d.text("quantity"),
            status=cast(Status, d.choice("status", get_args(Status))),
            score=d.finite("score"),
            max_score=d.finite("max_score"),
            message=d.text("message", ""),
            error=d.number("error"),
            tolerance=d.number("tolerance"),
            because=d.optional("because"),
            heat=None if heat is None else Heat.from_dict(heat),
            trace=d.texts("trace"),
        )

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON values, without the heat where there is none."""
        return {name: value for name, value in plain(self).items() if (name, value) != ("heat", None)}


@dataclass(frozen=True)
class Where:
    """Where in the submission a mistake is: a function and, when known, a line, in a notebook that of a cell."""

    function: str
    line: int | None = None
    cell: int | None = None

    @classmethod
    def from_dict(cls, data: object) -> Where:
        """The place in a report's dictionary.  Raises: ValueError."""
        d = Fields(data, "where")
        return cls(function=d.text("function"), line=d.line("line"), cell=d.line("cell"))


@dataclass(frozen=True)
class Mistake:
    """A named wrong equation: `left = wrong` is what the student's numbers say, `left = right` is derived."""

    id: str
    title: str
    quantity: str
    wrong: str
    right: str
    certain: bool
    agreement: float | None
    explains: tuple[str, ...] = ()
    hint: str = ""
    where: Where | None = None
    path: str | None = None
    left: str = ""

    @classmethod
    def from_dict(cls, data: object) -> Mistake:
        """The mistake in a report's dictionary.  Raises: ValueError."""
        d = Fields(data, "mistake")
        where = d.data.get("where")
        return cls(
            id=d.text("id"),
            title=d.text("title"),
            quantity=d.text("quantity"),
            wrong=d.text("wrong"),
            right=d.text("right"),
            certain=d.flag("certain"),
            agreement=d.number("agreement"),
            explains=d.texts("explains"),
            hint=d.text("hint", ""),
            where=None if where is None else Where.from_dict(where),
            path=d.optional("path"),
            left=d.text("left", ""),
        )


class Scored:
    """What has checks has a score; undetermined checks count neither for nor against."""

    checks: tuple[Check, ...]

    @property
    def counted(self) -> tuple[Check, ...]:
        """The checks that count."""
        return tuple(check for check in self.checks if check.status != "undetermined")

    @property
    def score(self) -> float:
        """Points earned."""
        return total(check.score for check in self.counted)

    @property
    def max_score(self) -> float:
        """Points that could be earned."""
        return total(check.max_score for check in self.counted)


@dataclass(frozen=True)
class TaskResult(Scored):
    """The checks of one task, in order."""

    name: str
    checks: tuple[Check, ...]

    @property
    def status(self) -> Status:
        """One failed check fails the task; an undetermined one takes nothing from those that passed."""
        seen = {check.status for check in self.checks}
        order: tuple[Status, ...] = ("failed", "skipped", "passed", "undetermined")
        return next(status for status in order if status in seen)


@dataclass(frozen=True, kw_only=True)
class Report(Scored):
    """Everything that is known after grading one submission.

    student: whose it is, where that is certain; label: whose it is by the words of a download, which is a guess.
    hints, hints_left: how many the student took in each task, and how many `gatecheck hint` has left.
    """

    tool: str
    assignment: str
    title: str
    cell: str
    cell_sha256: str
    convention: str
    variant: str | None = None
    file: str
    sha256: str
    student: str | None = None
    label: str | None = None
    receipt: str | None = None
    outcome: Outcome
    isolated: bool
    seed: str
    seconds: float
    cpu_seconds: float
    checks: tuple[Check, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[str, ...] = ()
    message: str = ""
    hints: tuple[tuple[str, int], ...] = ()
    hints_left: tuple[tuple[str, int], ...] = ()

    @property
    def full_marks(self) -> bool:
        """Whether every check that counts passed; a report in which nothing counts shows nothing."""
        passed = [check.status == "passed" for check in self.counted]
        return self.outcome == "graded" and bool(passed) and all(passed)

    @property
    def tasks(self) -> tuple[TaskResult, ...]:
        """The checks grouped by task, in the order in which the tasks first occur."""
        groups: dict[str, list[Check]] = {}
        for check in self.checks:
            groups.setdefault(check.task, []).append(check)
        return tuple(TaskResult(name, tuple(checks)) for name, checks in groups.items())

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values, keys in the contract's order."""
        return {
            "schema": SCHEMA,
            "tool": self.tool,
            "assignment": self.assignment,
            "title": self.title,
            "cell": self.cell,
            "cell_sha256": self.cell_sha256,
            "convention": self.convention,
            "variant": self.variant,
            "submission": {
                "file": self.file,
                "sha256": self.sha256,
                "student": self.student,
                "label": self.label,
            },
            "receipt": self.receipt,
            "outcome": self.outcome,
            "message": self.message,
            "isolated": self.isolated,
            "seed": self.seed,
            "seconds": plain(self.seconds),
            "cpu_seconds": plain(self.cpu_seconds),
            "score": plain(self.score),
            "max_score": plain(self.max_score),
            "checks": [check.to_dict() for check in self.checks],
            "mistakes": plain(self.mistakes),
            "warnings": plain(self.warnings),
            "hints": dict(self.hints),
            "hints_left": dict(self.hints_left),
        }

    @classmethod
    def from_dict(cls, data: object) -> Report:
        """The report that to_dict wrote; its totals are recomputed, never believed.  Raises: ValueError."""
        d = Fields(data, "report")
        d.choice("schema", (SCHEMA,))
        submission = Fields(d.data.get("submission"), "submission")
        return cls(
            tool=d.text("tool"),
            assignment=d.text("assignment"),
            title=d.text("title", ""),
            cell=d.text("cell"),
            cell_sha256=d.text("cell_sha256"),
            convention=d.text("convention"),
            variant=d.optional("variant"),
            file=submission.text("file"),
            sha256=submission.text("sha256"),
            student=submission.optional("student"),
            label=submission.optional("label"),
            receipt=d.optional("receipt"),
            outcome=cast(Outcome, d.choice("outcome", get_args(Outcome))),
            message=d.text("message", ""),
            isolated=d.flag("isolated"),
            seed=d.text("seed"),
            seconds=d.finite("seconds"),
            cpu_seconds=d.finite("cpu_seconds"),
            checks=tuple(map(Check.from_dict, d.items("checks"))),
            mistakes=tuple(map(Mistake.from_dict, d.items("mistakes"))),
            warnings=d.texts("warnings"),
            hints=d.counts("hints"),
            hints_left=d.counts("hints_left"),
        )

    def to_json(self, indent: int | None = None) -> str:
        """The report as JSON text: one line, or indented; safe to print and to split into lines."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, indent=indent)
        # A submission chooses some of these characters: what is not printable (bidirectional marks,
        # C1 controls, line separators, lone surrogates) is escaped, formulas stay readable.
        return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """The report that to_json wrote.  Raises: ValueError."""
        try:
            return cls.from_dict(json.loads(text))
        except RecursionError:
            raise ValueError("the report is nested too deeply") from None


def total(points: Iterable[float]) -> float:
    """The exact sum of points that were split evenly."""
    # Thirds and fifteenths of a point have no exact float. Nobody splits points finer than 1e-9, so
    # rounding there gives back the exact sum: fifteen quantities that share 4 points make 4.
    return round(math.fsum(points), 9)
