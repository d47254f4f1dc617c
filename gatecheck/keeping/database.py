"""A SQLite file: opened when it is first needed, brought up to date, its failures told with what to do."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import BadInput, Fault, Problem, printable

# Journalled by rollback, SQLite's default: one file at rest, and it may lie in a shared folder.
_BUSY_SECONDS = 10.0

DAMAGED = "It is damaged: move it away and submit again; bundles are not affected."
_LOCKED = "Another gatecheck is writing to it: try again, or end that one."
_CLOSED = "Make the file and its folder readable and writable."
_FULL = "The disk is full or failing: make room and submit again."
_ADVICE = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_READONLY": _CLOSED,
    "SQLITE_PERM": _CLOSED,
    "SQLITE_CANTOPEN": _CLOSED,
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": _FULL,
    "SQLITE_NOTADB": "It is no record of gatecheck's: move it away and submit again.",
    "SQLITE_CORRUPT": DAMAGED,
}


class Database:
    """One file; each migration is a statement that takes it from one version to the next."""

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self._migrations = migrations
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction that is kept as a whole or not at all; the file is opened when it is first needed."""
        with self._explained():
            connection = self._connection = self._connection or self._opened()
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _opened(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(self._migrations):
            raise self.unusable("it was made by a later gatecheck", "Use that version, or a newer one.")
        if version == len(self._migrations):
            return
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have been here since.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for statement in self._migrations[version:]:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(self._migrations)}")
        connection.execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            advice = next((said for code, said in _ADVICE.items() if name.startswith(code)), None)
            if advice is None:
                raise Fault(f"{printable(str(self.path))}: {error}") from error
            raise self.unusable(str(error), advice) from error
        except OSError as error:
            raise self.unusable(error.strerror or str(error), _CLOSED) from error

    def unusable(self, message: str, advice: str) -> BadInput:
        """The error that says what is wrong with the file, and what to do."""
        return BadInput(Problem(f"{printable(str(self.path))}: {printable(message)}", None, advice))
