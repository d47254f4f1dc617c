"""A folder of results: a report for each submission in JSON, and a table of all of them in CSV.

Every file in it is whole at every moment, so that grading may be interrupted, and the same command goes on.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from ..assignment.kit import Kit
from ..errors import BadInput, Problem, printable
from ..files import unwritable, write_whole
from ..grading.report import Report
from ..reporting.table import table
from ..version import __version__

SCHEMA = "gatecheck/results/1"
ABOUT, TABLE, REPORTS = "grading.json", "summary.csv", "reports"


class Results:
    """The results of an assignment in a folder, which is made; pages: whether each report has a page beside it.

    Raises: BadInput where the folder cannot be written, holds something else, or the results of another assignment.
    """

    def __init__(self, folder: Path, kit: Kit, pages: bool = False) -> None:
        self._folder, self._kit, self._pages = folder, kit, pages
        self._rows: dict[str, Report] = {}
        about = {"schema": SCHEMA, "tool": __version__, "assignment": kit.assignment.slug, "kit": _digest(kit)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                self._refuse_unless(about)
            (folder / REPORTS).mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from None
        write_whole(folder / ABOUT, json.dumps(about, indent=1) + "\n")

    def __enter__(self) -> Results:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Write the table of what has been kept, also where grading was interrupted."""
        rows = ((report, f"{REPORTS}/{name}") for name, report in self._rows.items())
        write_whole(self._folder / TABLE, table(rows))

    def known(self, file: str, sha256: str, seed: str | None = None) -> Report | None:
        """The report of a submission that was graded before, unchanged since then, and with that seed if one is given.

        A fault of ours is no such report: it is graded again.
        """
        with suppress(OSError, ValueError):
            report = Report.from_json((self._folder / REPORTS / _name(file)).read_bytes())
            same = (report.file, report.sha256) == (file, sha256) and seed in (None, report.seed)
            return report if same and report.outcome != "error" else None
        return None

    def keep(self, report: Report, source: bytes = b"") -> None:
        """Write a report; source is the student's file, for its page.  Raises: BadInput where that fails."""
        name = _name(report.file)
        write_whole(self._folder / REPORTS / name, report.to_json(indent=1) + "\n")
        self._rows[name] = report
        if self._pages:
            from ..reporting.page import render  # only pages need SymPy

            page = render(report, source.decode("utf-8", "replace"), self._kit.cell)
            write_whole((self._folder / REPORTS / name).with_suffix(".html"), page + "\n")

    def _refuse_unless(self, about: dict[str, str]) -> None:
        shown = printable(str(self._folder))
        try:
            found = json.loads((self._folder / ABOUT).read_bytes())
        except (OSError, ValueError, RecursionError):
            raise BadInput(Problem(f"{shown} holds something else", None, "Choose a new folder with -o.")) from None
        if found != about:
            message = f"{shown} holds results of another assignment, or of another version of it or of gatecheck"
            raise BadInput(Problem(message, None, "Choose a new folder with -o."))


def _digest(kit: Kit) -> str:
    """What a report depends on besides the submission: the tasks, the limits, the cell, the convention."""
    asked = replace(kit.assignment, folder=Path())
    return hashlib.sha256(repr((asked, kit.cell.sha256, kit.layout.convention.name)).encode()).hexdigest()


def _name(file: str) -> str:
    """A report's file name, which every system can write; the same for the same submission, another for another."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", file).strip("-")[-60:].strip("-").lower() or "submission"
    return f"{words}-{hashlib.sha256(file.encode('utf-8', 'replace')).hexdigest()[:8]}.json"
