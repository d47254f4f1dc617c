"""The student's own record of what was submitted: one SQLite file, one row for each submission, one for each hint.

A row holds everything (source, report, time) and is written in one transaction: whatever ends the
process leaves the complete row or none. The bundle is made from the row; a row remembers which folder
is still waiting for its bundle, and `finish` serves it at the next run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import BadInput, Fault, Problem, nearest, printable
from ..grading.report import Report
from . import bundle as bundles
from .bundle import Bundle
from .database import DAMAGED, Database

# Each entry takes the file from the version before it to the next; entries are only ever added.
MIGRATIONS = (
    """
    CREATE TABLE submission (
        receipt TEXT PRIMARY KEY,
        time TEXT NOT NULL,
        assignment TEXT NOT NULL,
        file TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        source BLOB NOT NULL,
        report TEXT NOT NULL,
        outcome TEXT NOT NULL,
        score REAL NOT NULL,
        max_score REAL NOT NULL,
        waiting BLOB  -- the folder that has not got the bundle yet, else null
    )
    """,
    """
    CREATE TABLE hint (
        assignment TEXT NOT NULL,
        task TEXT NOT NULL,
        kind TEXT NOT NULL,  -- of mistake, or empty for the task itself
        step TEXT NOT NULL,
        time TEXT NOT NULL,
        PRIMARY KEY (assignment, task, kind, step)
    )
    """,
)
_INSERT = """
    INSERT INTO submission
    (receipt, time, assignment, file, sha256, source, report, outcome, score, max_score, waiting)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# Crockford's alphabet: no I, L, O or U, so that a receipt can be read out and typed.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Entry:
    """A line of the list of submissions."""

    receipt: str
    time: str
    assignment: str
    file: str
    outcome: str
    score: float
    max_score: float


class Records:
    """The submissions recorded in one file, which is opened (and made) when it is first needed.

    Every method raises BadInput, with what to do, when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS)

    def record(self, source: bytes, file: str, report: Report, folder: Path | None = None) -> Bundle:
        """Record a submission under a new receipt, which the bundle's report carries.

        The folder is made, but the bundle comes later: by `write_bundle`, or by `finish` in the next run.
        Raises: SubmissionError when it is too large to hand in; Fault when the report is of another file.
        """
        if report.sha256 != hashlib.sha256(source).hexdigest():
            raise Fault("the report is of another file than the one to be recorded")
        time = _now()
        if folder is not None:
            bundles.make_folder(folder)
        while True:
            receipt = new_receipt(source, report, time)
            bundle = Bundle(printable(Path(file).name), source, replace(report, receipt=receipt), time)
            # Nothing is recorded that could not be handed in.
            bundles.pack(bundle)
            with self._database.transaction(write=True) as connection:
                taken = "SELECT 1 FROM submission WHERE receipt = ?"
                if not connection.execute(taken, (receipt,)).fetchone():
                    connection.execute(_INSERT, _row(bundle, folder))
                    return bundle

    def write_bundle(self, receipt: str, folder: Path | None = None) -> Path:
        """Write the bundle of a submission into a folder, by default the one that waits for it."""
        # Inside the transaction, so that two processes never write the same file at once.
        with self._database.transaction(write=True) as connection:
            bundle, waiting = self._found(connection, receipt)
            if folder is None and waiting is None:
                raise BadInput(f"{bundle.receipt} has its bundle already; name a folder to write it again")
            path = bundles.write(folder or Path(os.fsdecode(waiting or b"")), bundle)
            connection.execute("UPDATE submission SET waiting = NULL WHERE receipt = ?", (bundle.receipt,))
        return path

    def finish(self) -> tuple[Path, ...]:
        """Write the bundles that earlier runs could not; one that cannot be written now stays missing."""
        written = []
        for receipt in self.missing_bundles():
            with contextlib.suppress(BadInput):
                written.append(self.write_bundle(receipt))
        return tuple(written)

    def missing_bundles(self) -> tuple[str, ...]:
        """The receipts of submissions whose bundle was never written, oldest first."""
        return tuple(receipt for (receipt,) in self._select("receipt", "WHERE waiting NOT NULL"))

    def list(self) -> tuple[Entry, ...]:
        """Every submission, oldest first, without sources and reports."""
        columns = "receipt, time, assignment, file, outcome, score, max_score"
        return tuple(Entry(*row) for row in self._select(columns))

    def get(self, receipt: str) -> Bundle:
        """One submission; the receipt may be typed in small letters, with O for 0 and I or L for 1."""
        with self._database.transaction() as connection:
            return self._found(connection, receipt)[0]

    def take_hint(self, assignment: str, task: str, kind: str, step: str) -> None:
        """Count a hint; the same one counts once."""
        with self._database.transaction(write=True) as connection:
            row = (assignment, task, kind, step, _now())
            connection.execute("INSERT OR IGNORE INTO hint VALUES (?, ?, ?, ?, ?)", row)

    def hints(self, assignment: str) -> frozenset[tuple[str, str, str]]:
        """The hints that were taken: (task, kind, step)."""
        if not self._database.path.exists():
            return frozenset()
        with self._database.transaction() as connection:
            query = "SELECT task, kind, step FROM hint WHERE assignment = ?"
            return frozenset(tuple(row) for row in connection.execute(query, (assignment,)))

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        self._database.close()

    def __enter__(self) -> Records:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _select(self, columns: str, where: str = "") -> tuple[tuple[Any, ...], ...]:
        if not self._database.path.exists():
            return ()
        with self._database.transaction() as connection:
            return tuple(connection.execute(f"SELECT {columns} FROM submission {where} ORDER BY rowid"))

    def _found(self, connection: sqlite3.Connection, receipt: str) -> tuple[Bundle, bytes | None]:
        typed = receipt.strip().upper().translate(str.maketrans("OIL", "011"))
        query = "SELECT file, source, report, time, waiting FROM submission WHERE receipt = ?"
        row = connection.execute(query, (typed,)).fetchone()
        if row is None:
            known = [known for (known,) in connection.execute("SELECT receipt FROM submission")]
            message = f"no submission has the receipt {printable(receipt)}"
            raise BadInput(Problem(message, None, nearest(typed, known)))
        file, source, report, time, waiting = row
        try:
            return Bundle(file, source, Report.from_json(report), time), waiting
        except ValueError as error:
            raise self._database.unusable(f"{error} (of {typed})", DAMAGED) from error


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_receipt(source: bytes, report: Report, time: str) -> str:
    """A receipt for one submission, as in "GC-7F3K-Q2MA"; no two calls give the same."""
    digest = hashlib.sha256(hashlib.sha256(source).digest() + secrets.token_bytes(16))
    digest.update(f"{time} {report.to_json()}".encode())
    number = int.from_bytes(digest.digest()[:5])
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -5, -5))
    return f"GC-{letters[:4]}-{letters[4:]}"


def _row(bundle: Bundle, folder: Path | None) -> tuple[object, ...]:
    report = bundle.report
    waiting = None if folder is None else os.fsencode(folder.absolute())
    return (
        *(bundle.receipt, bundle.time, report.assignment, bundle.file, report.sha256),
        *(bundle.source, report.to_json(), report.outcome, report.score, report.max_score, waiting),
    )
