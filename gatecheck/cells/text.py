"""Bytes -> Text: what a cell file is made of, and how places in it are named."""

from __future__ import annotations

import ast
import re
import unicodedata
from dataclasses import dataclass

from ..errors import CellError, Place, Problem

#: Far above any cell that a person writes, far below what could hurt.
LARGEST_FILE = 64 * 1024
LONGEST_LINE = 4_000

#: Only these end a line for Python's parser; str.splitlines knows more.
_LINE_END = re.compile(r"\r\n|\r|\n")
#: Control characters and those that reorder what an editor shows. No reader of a file should have to wonder.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Text:
    """A cell file's text: its name, and its lines without their ends."""

    file: str
    lines: tuple[str, ...]

    @property
    def source(self) -> str:
        return "\n".join(self.lines)

    def at(self, line: int, column: int, width: int = 1) -> Place:
        """A stretch of one line; line and column count from 1. What goes on in the next line is cut off."""
        text = self.lines[line - 1]
        return Place(self.file, line, column, text, max(1, min(width, len(text) + 1 - column)))

    def place(self, node: ast.expr | ast.stmt) -> Place:
        """Where a node of Python's syntax tree stands, as far as its first line goes.

        Python counts columns in bytes; outside comments and the docstring every character is one byte.
        """
        line, start, end = node.lineno, node.col_offset, node.end_col_offset or 0
        width = end - start if node.end_lineno == line else LONGEST_LINE
        return self.at(line, start + 1, width)


def fault(message: str, place: Place | None, advice: str = "") -> CellError:
    """The error that a reader of cells raises: what is wrong, where, and what to do."""
    return CellError(Problem(message, place, advice))


def decode(data: bytes, file: str) -> Text:
    """The bytes of a cell file as text.

    Raises CellError where they are empty, too many, binary, not UTF-8, or hide something.
    """
    start = Place(file, 1, 1)
    if len(data) > LARGEST_FILE:
        raise fault(f"the file is too large: a cell file has at most {LARGEST_FILE // 1024} KiB", start)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise fault("the file is UTF-16", start, "Save it as UTF-8.")
    if b"\0" in data:
        raise fault("the file is binary: it holds a NUL byte", start, "A cell file is UTF-8 text.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(data, error.start, file) from None
    found = Text(file, tuple(_LINE_END.split(text)))
    if not text.strip():
        raise fault("the file is empty", start, "A cell has at least one equation, as h[t] = …")
    for number, line in enumerate(found.lines, 1):
        _check(found, number, line)
    return found


def _not_utf8(data: bytes, offset: int, file: str) -> CellError:
    lines = _LINE_END.split(data[:offset].decode("utf-8-sig"))
    text = _LINE_END.split(data.decode("utf-8-sig", "replace"))[len(lines) - 1]
    place = Place(file, len(lines), len(lines[-1]) + 1, text)
    return fault(f"byte {data[offset]:#04x} is not UTF-8", place, "Save the file as UTF-8.")


def _check(text: Text, number: int, line: str) -> None:
    if len(line) > LONGEST_LINE:
        message = f"the line has {len(line):,} characters; at most {LONGEST_LINE:,} are read"
        raise fault(message, text.at(number, 1), "Break it inside brackets.")
    if hidden := invisible(line):
        name, offset = hidden
        place = text.at(number, offset + 1)
        raise fault(f"an invisible character stands here: {name}", place, "Delete it.")


def invisible(text: str) -> tuple[str, int] | None:
    """The first invisible character of a text, as (name, offset), or None; tabs and line ends are welcome."""
    found = _INVISIBLE.search(text)
    if found is None:
        return None
    name = unicodedata.name(found[0], "").lower()
    return f"U+{ord(found[0]):04X}" + (f" ({name})" if name else ""), found.start()
