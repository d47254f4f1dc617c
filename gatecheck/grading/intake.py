"""A student's file as it comes in: text of a sensible size, and nothing more is known about it.

Python is never parsed or compiled here: that is left to the worker. A notebook becomes the text of its code.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import Problem, SubmissionError, nearest, printable
from .disguises import disguised

SOURCE_BYTES = 1 << 20
CELLS = 10_000
NAME = 100
LISTED = 1000
SHOWN = 10

_BOM = b"\xef\xbb\xbf"
# PEP 263, as Python itself reads it: on the first line, or on the second after a blank or a comment.
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"[ \t\f]*(#.*)?")
_UTF8 = re.compile(rb"utf[-_]?8([-_].*)?", re.IGNORECASE)
# %magic, !shell, x = %magic, x = !shell, ?name and name? are IPython's. A line that goes on with the
# operator, as in `% (a, b)`, has a space after it.
# Possessive where it repeats: a line of a million blanks is read once.
_MAGIC = re.compile(r"(\s*+)((?:\w[\w, ]*+=\s*+)?(?:%[A-Za-z_]|!)|\?|[\w.]++\?{1,2}\s*+$)")
_CELL = "# cell "


@dataclass(frozen=True)
class Submission:
    """What a student handed in: a name that is safe to print, the Python source, the hash of the file."""

    name: str
    source: bytes
    sha256: str

    def at(self, line: int) -> tuple[int | None, int]:
        """Where a line of the source is in the file: the cell of a notebook, None in a module, and the line there."""
        if self.name.lower().endswith(".ipynb"):
            lines = self.source.decode().split("\n")[: max(line, 0)]
            for back, text in enumerate(reversed(lines)):
                if text.startswith(_CELL) and text.removeprefix(_CELL).isdecimal():
                    return int(text.removeprefix(_CELL)), back
        return None, line

    def place(self, line: int) -> str:
        """The same in words: "line 12", or in a notebook "cell 3, line 5"."""
        cell, line = self.at(line)
        return f"line {line}" if cell is None else f"cell {cell}, line {line}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its source hides from a reader: text shown in another order, names that look like others."""
        return tuple(disguised(self.source.decode(), self.place))


def read_submission(path: str | Path) -> Submission:
    """Read a .py or .ipynb file.

    Raises: SubmissionError, with what to do, for anything but a regular file of UTF-8 text of at most 1 MiB.
    """
    path = Path(path)
    with open_regular(path) as file:
        try:
            data = file.read(SOURCE_BYTES + 1)
        except OSError as error:
            raise unreadable(printable(str(path)), error) from error
    return submission_from(path.name, data)


def submission_from(name: str, data: bytes) -> Submission:
    """A submission whose bytes are at hand, from an archive or a bundle.

    Raises: SubmissionError where they are no Python source or notebook in UTF-8 of at most 1 MiB.
    """
    shown = printable(name.encode("utf-8", "replace").decode())[-NAME:] or "submission"
    suffix = Path(shown).suffix.lower()
    if suffix not in (".py", ".ipynb"):
        raise refusal(f"{shown} is neither a .py nor an .ipynb file.", "Hand in the file with your code.")
    if len(data) > SOURCE_BYTES:
        cure = "Hand in the code alone." if suffix == ".py" else "Clear the notebook's outputs and save it."
        raise refusal(f"{shown} is larger than 1 MiB.", cure)
    text = _text(data, shown)
    source = text if suffix == ".py" else _code_of(text, shown)
    _refuse_cookie(source, shown)
    return Submission(shown, source, hashlib.sha256(data).hexdigest())


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading that is known to be one, and no link to one.

    Raises: SubmissionError, with what to do, where it is none.
    """
    shown = printable(str(path))
    try:
        # Looked at before it is opened: to open a device may already do something.
        _refuse_unless_regular(path.lstat().st_mode, shown)
        # NONBLOCK and NOFOLLOW for whoever exchanges the file in between.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        with ExitStack() as stack:
            file = stack.enter_context(os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb"))
            _refuse_unless_regular(os.fstat(file.fileno()).st_mode, shown)
            stack.pop_all()
        return file
    except FileNotFoundError:
        raise missing(path) from None
    except NotADirectoryError:
        raise refusal(f"{shown} is not there.", "A part of that path is a file, not a folder.") from None
    except (OSError, ValueError) as error:
        raise unreadable(shown, error) from error


def unreadable(shown: str, error: OSError | ValueError) -> SubmissionError:
    """What the system says of a file or a folder that it does not let us read."""
    reason = getattr(error, "strerror", None) or str(error)
    return refusal(f"{shown} cannot be read: {reason}.", "Check its name and permissions.")


def _refuse_unless_regular(mode: int, shown: str) -> None:
    if stat.S_ISREG(mode):
        return
    if stat.S_ISDIR(mode):
        raise refusal(f"{shown} is a folder.", "Give the file in it that holds your code.")
    if stat.S_ISLNK(mode):
        raise refusal(f"{shown} is a link.", "Give the file that it leads to.")
    raise refusal(f"{shown} is not a regular file.", "Give the .py or .ipynb file with your code.")


def missing(path: Path, like: Callable[[Path], bool] | None = None) -> SubmissionError:
    """What to say of a path where nothing is; like: what else in its folder may have been meant, files of code."""
    shown, folder = printable(str(path)), path.parent
    like = like or (lambda p: p.suffix.lower() in (".py", ".ipynb"))
    try:
        names = [p.name for p in islice(folder.iterdir(), LISTED) if like(p)]
    except OSError:
        return refusal(f"{shown} is not there.", f"There is no folder {printable(str(folder))}.")
    advice = nearest(path.name, names)
    if len(names) > SHOWN and not advice.startswith("Did you mean"):
        advice = f"Its folder holds {len(names)} other files."  # a whole class, perhaps: a list would not help
    return refusal(f"{shown} is not there.", printable(advice) or "Its folder holds no .py or .ipynb file.")


def _text(data: bytes, shown: str) -> bytes:
    data = data.removeprefix(_BOM)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{shown} is not UTF-8 text: line {line} holds the byte 0x{data[error.start]:02x}."
        raise refusal(message, "Save it again with the encoding UTF-8.") from None
    if b"\0" in data:
        raise refusal(f"{shown} holds a NUL character.", "It may be binary, or UTF-16: save it as UTF-8 text.")
    if not data.strip():
        raise refusal(f"{shown} is empty.", "Save your work in it, and check that it is the file you meant.")
    return data


def _refuse_cookie(source: bytes, shown: str) -> None:
    for line in source.splitlines()[:2]:
        cookie = _COOKIE.match(line)
        if cookie and not _UTF8.fullmatch(cookie[1]):
            name = printable(cookie[1].decode(errors="replace"))[:NAME]
            raise refusal(f"{shown} declares the encoding {name}.", "Remove that comment and save it as UTF-8.")
        if cookie or not _BLANK.fullmatch(line):
            return


def _code_of(data: bytes, shown: str) -> bytes:
    try:
        notebook = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise refusal(f"{shown} is not a notebook: its JSON is broken.", "Save it again in Jupyter.") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or len(cells) > CELLS:
        raise refusal(f"{shown} is not a notebook of version 4.", "Save it again in a current Jupyter.")
    parts = [_cell(number, cell, shown) for number, cell in enumerate(cells, start=1)]
    code = "".join(part for part in parts if part)
    try:
        source = code.encode("utf-8")
    except UnicodeEncodeError:
        raise refusal(f"{shown} holds half a character.", "Remove the characters shown as a box.") from None
    if not code or b"\0" in source or len(source) > SOURCE_BYTES:
        raise refusal(f"{shown} holds no code that can be run.", "Put your functions into a code cell.")
    return source


def _cell(number: int, cell: Any, shown: str) -> str:
    """A code cell's text below a comment with its number; empty for other cells and for %%magic ones."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise refusal(f"{shown}: cell {number} holds no text.", "Save the notebook again in Jupyter.")
    if not source.strip() or source.lstrip().startswith("%%"):
        return ""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # `pass`, because a magic may be all there is below an `if`.
    plain = [_MAGIC.sub(r"\1pass  # \2", line, count=1) if _MAGIC.match(line) else line for line in lines]
    return "\n".join([f"{_CELL}{number}", *plain, ""])


def refusal(message: str, advice: str) -> SubmissionError:
    """Why something is no submission, and what to do."""
    return SubmissionError(Problem(message, advice=advice))
