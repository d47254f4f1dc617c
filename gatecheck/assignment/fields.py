"""A TOML file read field by field: every problem is collected, with its place, before any is raised."""

from __future__ import annotations

import math
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import AssignmentError, Place, Problem, nearest, printable
from .places import Path as Keys
from .places import Places, long_number, statements

MOST_BYTES = 2**20
# tomllib takes time that grows with the square of a dotted key's length, so long ones are refused first.
MOST_DOTS = 64


def text_of(path: Path) -> str:
    """The text of a file, without a byte order mark.  Raises: AssignmentError."""
    name = printable(str(path))
    try:
        if not path.is_file():
            raise _unusable(f"{name} is not there", "An assignment is a folder that has it.")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise AssignmentError(f"{name} cannot be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise AssignmentError(f"{name} is larger than 1 MiB")
    if b"\0" in data:
        raise _unusable(f"{name} is not a text file", "Save it as UTF-8 text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(str(path), data.count(b"\n", 0, error.start) + 1)
        message = f"byte {data[error.start]:#04x} is not UTF-8"
        raise _unusable(message, "Save it as UTF-8 text.", place) from error


def _unusable(message: str, advice: str, place: Place | None = None) -> AssignmentError:
    return AssignmentError(Problem(message, place, advice))


class Document:
    """A TOML text and the problems found in it so far; number: what a number with a point is read as."""

    def __init__(self, file: str, text: str, number: Callable[[str], Any] = float) -> None:
        self.problems: list[Problem] = []
        self.data = _parsed(file, text, number)
        self.places = Places(file, text)

    def add(self, message: str, place: Place, advice: str = "") -> None:
        """Note one problem."""
        self.problems.append(Problem(printable(message), place, printable(advice)))

    def done(self) -> None:
        """Raise what was noted, in the order of the lines.  Raises: AssignmentError."""
        if self.problems:
            raise AssignmentError(*sorted(self.problems, key=lambda p: p.place.line if p.place else 0))


def _parsed(file: str, text: str, number: Callable[[str], Any]) -> dict[str, Any]:
    if not text.strip():
        raise AssignmentError(f"{printable(file)} is empty")
    for statement in statements(text):
        if statement.dots > MOST_DOTS:
            line = text.count("\n", 0, statement.start) + 1
            raise AssignmentError(Problem("this is nested too deeply", Place(file, line)))
    try:
        return tomllib.loads(text, parse_float=number)
    except RecursionError:
        raise AssignmentError(f"{printable(file)} is nested too deeply") from None
    except ValueError as error:
        raise AssignmentError(_syntax(file, text, str(error))) from error


def _syntax(file: str, text: str, message: str) -> Problem:
    """tomllib's message with its place: "(at line 3, column 5)" or "(at end of document)" ends it."""
    lines = text.split("\n")
    if message.startswith("Exceeds the limit") and (long := long_number(text, sys.get_int_max_str_digits())):
        start, count = long
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        where = Place(file, line, column, lines[line - 1].rstrip(), count)
        return Problem(f"this number has {count} digits: too many to be read", where)
    line, column = len(text.rstrip().split("\n")), 1
    if at := re.search(r"\s*\(at line (\d+), column (\d+)\)$", message):
        line, column = int(at[1]), int(at[2])
    elif message.endswith("(at end of document)"):
        column = len(lines[line - 1].rstrip()) + 1
    said = re.sub(r"\s*\(at [^()]*\)$", "", message).split(";")[0]
    if said == "Cannot overwrite a value" and (twice := re.match(r"\s*([\w.-]+)\s*=", lines[line - 1])):
        where = Place(file, line, twice.start(1) + 1, lines[line - 1].rstrip(), len(twice[1]))
        return Problem(f"{twice[1]} is given twice", where)
    place = Place(file, line, column, lines[line - 1].rstrip())
    return Problem(printable(f"not TOML: {said[:1].lower()}{said[1:]}"), place)


class Table:
    """One table of a document; a method that finds a problem notes it and returns a stand-in."""

    def __init__(self, document: Document, keys: Keys, data: object, what: str, known: Iterable[str]) -> None:
        self.document = document
        self.keys = keys
        self.what = what
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}
        if data is not None and not isinstance(data, dict):
            document.add(f"{what} must be a table", document.places.value(keys))
        for key in self.data:
            if key not in known:
                self.problem_with_key(key, f"unknown key '{key}' in {what}", nearest(key, known))

    def problem(self, key: str, message: str, advice: str = "", part: str = "") -> None:
        """Note a problem with one field's value, or with a string within that."""
        self.document.add(message, self.document.places.value((*self.keys, key), part), advice)

    def problem_with_key(self, key: str, message: str, advice: str = "") -> None:
        """Note a problem with the key itself."""
        self.document.add(message, self.document.places.key((*self.keys, key)), advice)

    def missing(self, key: str, wanted: str) -> None:
        """Note that the field is missing; the table's own place stands for it."""
        place = self.document.places.key(self.keys)
        self.document.add(f"{self.what} has no '{key}' ({wanted})", place)

    def text(self, key: str, default: str | None = None) -> str:
        """A string of printable characters that is not blank."""
        value = self.data.get(key, default)
        if value is None:
            self.missing(key, "a string")
        elif not isinstance(value, str):
            self.problem(key, f"'{key}' must be a string, not {_kind(value)}")
        elif not value.strip() or not value.isprintable():
            self.problem(key, f"'{key}' must be one line of text, and not blank")
        else:
            return value
        return ""

    def choice(self, key: str, known: Iterable[str], default: str) -> str:
        """One of the known strings."""
        value = self.text(key, default)
        if value and value not in known:
            self.problem(key, f"'{value}' is not a value of '{key}'", nearest(value, known))
            return default
        return value or default

    def number(
        self, key: str, most: float, default: float | None = None, *, least: float = 0, whole: bool = False
    ) -> float:
        """A positive number from `least` to `most`."""
        value = self.data.get(key, default)
        bound = f"from {least:.0f} to {most:.0f}" if least else f"above 0, at most {most:.0f}"
        wanted = f"a {'whole ' if whole else ''}number {bound}"
        if value is None:
            self.missing(key, wanted)
        elif isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            found = value if isinstance(value, float) else _kind(value)
            self.problem(key, f"'{key}' must be {wanted}, not {found}")
        elif not 0 < value <= most or value < least or math.isnan(value):
            self.problem(key, f"'{key}' must be {wanted}")
        else:
            return value
        return 1

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings that are not blank; empty when missing."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self.problem(key, f"'{key}' must be a list of strings, not {_kind(value)}")
            return ()
        wrong = [item for item in value if not isinstance(item, str) or not item.strip()]
        for item in wrong:
            self.problem(key, f"'{key}' must be a list of strings, but holds {_kind(item)}")
        return () if wrong else tuple(value)


def _kind(value: object) -> str:
    if value == "":
        return "an empty string"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return {**names, dict: "a table"}.get(type(value), "a date or time")
