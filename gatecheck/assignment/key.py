"""The key: a cell's program, derived once, stored as data, used without SymPy.

A key lies beside assignment.toml; for a cell without an assignment a cache holds it. It is valid for one cell (by hash)
and one version of gatecheck, and holds nothing secret: whatever lies on a student's machine is public. Its own hash
tells damage: a key that was changed would run, and be wrong about right answers.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..conventions import Layout
from ..errors import AssignmentError, BadInput, Place, Problem, printable
from ..files import write_whole
from ..version import __version__

if TYPE_CHECKING:
    from .program import Program

SCHEMA = "gatecheck/key/1"
FILE = "key.json"


@dataclass(frozen=True)
class Key:
    """A cell's program: its equations forward and backward. What can go wrong in them is made from it when needed."""

    cell: str
    cell_sha256: str
    convention: str
    program: Program
    tool: str = __version__

    def to_text(self) -> str:
        """The key as JSON, a line per entry, the same for every run."""
        data = {
            "schema": SCHEMA,
            "tool": self.tool,
            "cell": self.cell,
            "cell_sha256": self.cell_sha256,
            "convention": self.convention,
        }
        lines = [f" {_json(n)}: {_json(v)}" for n, v in data.items()]
        parts = [f"  {_json(n)}: [\n{_listed(entries)}\n  ]" for n, entries in self.program.to_data().items()]
        body = "{\n" + ",\n".join([*lines, ' "program": {\n' + ",\n".join(parts) + "\n }"]) + ",\n"
        return f'{body}{_SEAL}"{_hash(body)}"\n}}\n'


#: What stands before a key's own hash, on its last line but one.
_SEAL = ' "sha256": '


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listed(entries: list[Any]) -> str:
    return ",\n".join(f"   {_json(entry)}" for entry in entries)


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def build(layout: Layout) -> Key:
    """A fresh key for a cell in a convention, derived with SymPy."""
    from ..calculus.backward import derive
    from .compiling import compiled

    cell = layout.cell
    return Key(cell.name, cell.sha256, layout.convention.name, compiled(derive(cell, cell.outputs)))


def parse(text: str, file: str) -> Key:
    """The key that a file holds. Raises AssignmentError where it holds none, or none of this version."""
    with _refusing(file):
        return _key(text, _head(text))


_HEAD = ("schema", "tool", "cell", "cell_sha256")


def _head(text: str) -> dict[str, Any]:
    """A key's entries, as far as every version has them."""
    data: dict[str, Any] = json.loads(text)
    if not isinstance(data, dict) or not all(isinstance(data[n], str) for n in _HEAD):
        raise ValueError(f"it has no {', '.join(_HEAD)}")
    if not data["schema"].startswith("gatecheck/key/"):
        raise ValueError(f"its schema is {data['schema']}")
    return data


def _key(text: str, data: dict[str, Any]) -> Key:
    from .program import Program

    body, _, _ = text.rpartition(_SEAL)
    if data["sha256"] != _hash(body):
        raise ValueError("it was changed after it was made")
    program = Program.from_data(data["program"])
    return Key(data["cell"], data["cell_sha256"], str(data["convention"]), program, data["tool"])


@contextlib.contextmanager
def _refusing(file: str) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise AssignmentError(Problem(f"this is not a key: it has no {error}", Place(file, 1), REMAKE)) from None
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise AssignmentError(Problem(f"this is not a key: {error}", Place(file, 1), REMAKE)) from None


REMAKE = "Ask for the assignment folder again, or let its author run gatecheck generate."


def read(folder: Path, layout: Layout) -> Key:
    """The key in an assignment's folder; one of another version of gatecheck or another convention is derived anew.

    Raises AssignmentError where there is none, or where it belongs to another cell.
    """
    path, cell = folder / FILE, layout.cell
    shown = printable(str(path))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "it is not UTF-8 text"
        raise AssignmentError(Problem(f"cannot read the key {shown}: {reason}", None, REMAKE)) from None
    with _refusing(str(path)):
        data = _head(text)
    if data["cell_sha256"] != cell.sha256:
        message = f"the key {shown} belongs to another version of {cell.name}"
        raise AssignmentError(Problem(message, None, f"The cell file was changed after the key was made. {REMAKE}"))
    if data["tool"] != __version__ or data.get("convention") != layout.convention.name:
        return cached(layout)  # its form and its sentences may differ
    with _refusing(str(path)):
        return _key(text, data)


def cached(layout: Layout) -> Key:
    """The key of a cell without an assignment: from the user's cache, else derived and put there."""
    cell, convention = layout.cell, layout.convention.name
    name = f"{cell.name}-{convention}-{cell.sha256[:16]}-{__version__}.json"
    with contextlib.suppress(OSError, UnicodeDecodeError, AssignmentError, RuntimeError):
        path = cache_folder() / name
        key = parse(path.read_text(encoding="utf-8"), str(path))
        if (key.cell_sha256, key.convention, key.tool) == (cell.sha256, convention, __version__):
            return key
    # There is no key yet, or a damaged one, or no place for one, which is no fault.
    key = build(layout)
    with contextlib.suppress(OSError, BadInput, RuntimeError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, key.to_text())
    return key


def cache_folder() -> Path:
    """Where this system keeps caches. Raises RuntimeError for a user without a home."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gatecheck"
