"""The key: a cell's program and its wrong programs, derived once, stored as data, used without SymPy.

A key lies beside assignment.toml; for a cell without an assignment a cache holds it. It is valid for one cell (by hash)
and one version of gatecheck, and holds nothing secret: whatever lies on a student's machine is public.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cells import Cell
from ..errors import AssignmentError, Place, Problem
from ..version import __version__

if TYPE_CHECKING:
    from .mistake import Wrong
    from .program import Program

SCHEMA = "gatecheck/key/1"
FILE = "key.json"


@dataclass(frozen=True)
class Key:
    """A cell's program, its wrong programs in the order of trying, and its equations as printed."""

    cell: str
    cell_sha256: str
    program: Program
    wrong: tuple[Wrong, ...]
    tool: str = __version__

    def to_text(self) -> str:
        """The key as JSON, a line per entry, the same for every run."""
        data = {
            "schema": SCHEMA,
            "tool": self.tool,
            "cell": self.cell,
            "cell_sha256": self.cell_sha256,
            "program": self.program.to_data(),
        }
        lines = [f" {_json(n)}: {_json(v)}" for n, v in data.items()]
        wrong = ",\n".join(f"  {_json(w.to_data())}" for w in self.wrong)
        return "{\n" + ",\n".join([*lines, f' "wrong": [\n{wrong}\n ]']) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def build(cell: Cell) -> Key:
    """A fresh key, derived with SymPy."""
    from ..calculus.backward import derive
    from .compiling import compiled
    from .wrong import wrong_programs

    return Key(cell.name, cell.sha256, compiled(derive(cell, cell.outputs)), tuple(wrong_programs(cell)))


def parse(text: str, file: str) -> Key:
    """The key that a file holds. Raises AssignmentError where it holds none."""
    from .mistake import Wrong
    from .program import Program

    try:
        data = json.loads(text)
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']!r}")
        wrong = tuple(Wrong.from_data(w) for w in data["wrong"])
        return Key(data["cell"], data["cell_sha256"], Program.from_data(data["program"]), wrong, data["tool"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AssignmentError(Problem(f"this is not a key: {error}", Place(file, 1), REMAKE)) from None


REMAKE = "Ask for the assignment folder again, or let its author run gatecheck generate."


def read(folder: Path, cell: Cell) -> Key:
    """The key in an assignment's folder.

    Raises AssignmentError where there is none, or where it belongs to another cell.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(Problem(f"cannot read the key {path}: {error}", None, REMAKE)) from None
    key = parse(text, str(path))
    if key.cell_sha256 != cell.sha256:
        message = f"the key {path} belongs to another version of {cell.name}"
        raise AssignmentError(Problem(message, None, "The cell file was changed after the key was made. " + REMAKE))
    return key


def cached(cell: Cell) -> Key:
    """The key of a cell without an assignment: from the user's cache, else derived and put there."""
    path = cache_folder() / f"{cell.name}-{cell.sha256[:16]}-{__version__}.json"
    try:
        key = parse(path.read_text(encoding="utf-8"), str(path))
        if key.cell_sha256 == cell.sha256 and key.tool == __version__:
            return key
    except (OSError, UnicodeDecodeError, AssignmentError):
        pass  # no key yet, or a damaged one: make it anew
    key = build(cell)
    _store(path, key.to_text())
    return key


def cache_folder() -> Path:
    """Where this system keeps caches."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gatecheck"


def _store(path: Path, text: str) -> None:
    """Write beside, then rename; a cache that cannot be written is no fault."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as stream:
            stream.write(text)
        os.replace(stream.name, path)
    except OSError:
        pass
