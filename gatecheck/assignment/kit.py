"""Everything that grading an assignment needs, read once: model, cell, layout, key."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from ..cells import Cell, library, load
from ..conventions import Layout, layout
from ..errors import AssignmentError, Place, Problem, nearest
from . import key as keys
from .key import Key
from .model import FILE, Assignment, Grading, Task, read

#: What each function is worth where nobody says otherwise.
POINTS = {
    "step": 2.0,
    "step_backward": 4.0,
    "forward": 1.0,
    "backward": 3.0,
    "clip_by_value": 1.0,
    "clip_by_norm": 2.0,
    "sgd_step": 1.0,
}
_IMPORTED = ("gatecheck", "numpy", "pytest", "conftest", "click", "jinja2", "rich", "sympy")
AFTER = {"step_backward": ("step",), "forward": ("step",), "backward": ("forward", "step_backward")}


@dataclass(frozen=True)
class Kit:
    """An assignment with its cell, its layout and its key."""

    assignment: Assignment
    cell: Cell
    layout: Layout
    key: Key

    def role(self, task: str) -> str:
        """Which function of the convention a task is; empty where it asks for no function."""
        found = self.layout.by_name(task)
        return found.role if found else ""


def open_kit(folder: Path) -> Kit:
    """The assignment in a folder, with its key.

    Raises AssignmentError, CellError or ConventionError, each with its place.
    """
    assignment = read(folder)
    source = assignment.cell
    cell = load(assignment.folder / source if source.endswith(".cell") or source not in library() else source)
    made = layout(cell, assignment.convention)
    known = [s.name for s in made.functions]
    problems = [
        Problem(
            f"{made.convention.name} has no function {t.name} for {cell.name}",
            _line(assignment, "name", t.name),
            nearest(t.name, known),
        )
        for t in assignment.tasks
        if t.kind == "code" and t.name not in known
    ]
    if problems:
        raise AssignmentError(*problems)
    kit = Kit(assignment, cell, made, keys.read(assignment.folder, made))
    if any(t.kind == "formula" for t in assignment.tasks):
        _refuse_unasked(kit)
    return kit


def _refuse_unasked(kit: Kit) -> None:
    """Raises AssignmentError where a formula is asked for that the cell has not."""
    from .typed.asked import quantities

    known = quantities(kit.cell, kit.key.program)
    wrong = [t.quantity for t in kit.assignment.tasks if t.kind == "formula" and t.quantity not in known]
    if wrong:
        raise AssignmentError(
            *(
                Problem(f"{kit.cell.name} has no gradient {q}", _line(kit.assignment, "quantity", q), nearest(q, known))
                for q in wrong
            )
        )


def _line(assignment: Assignment, key: str, name: str) -> Place:
    path = assignment.folder / FILE
    for number, text in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if found := re.search(rf"""\b{key}\s*=\s*["']({re.escape(name)})["']""", text):
            return Place(str(path), number, found.start(1) + 1, text, len(name))
    return Place(str(path), 1)


def kit_for(cell: str | os.PathLike[str], convention: str = "gatecheck", training: bool = False) -> Kit:
    """An assignment without a folder: the functions of a convention for a cell; the key comes from the user's cache.

    training: whether those of the training step are among them. Raises CellError or ConventionError.
    """
    found = load(cell)
    made = layout(found, convention)
    return Kit(standard(found, made, training), found, made, keys.cached(made))


def standard(cell: Cell, made: Layout, training: bool = False) -> Assignment:
    """The assignment that `generate` writes where nothing else is said: every function of the cell's own.

    training: those of the training step as well.
    """
    names = {s.role: s.name for s in (made.functions if training else made.signatures)}
    tasks = tuple(
        Task(names[role], POINTS[role], tuple(names[r] for r in AFTER.get(role, ()) if r in names)) for role in names
    )
    # A file of that name would hide the module from the public tests beside it.
    stem = f"{cell.name}_cell" if cell.name in {*sys.stdlib_module_names, *_IMPORTED} else cell.name
    title = by_hand(cell)
    grading = Grading(precision=made.convention.precision)
    return Assignment(Path(), title, f"{cell.name}.cell", made.convention.name, f"{stem}.py", grading, tasks)


def by_hand(cell: Cell, *pieces: str) -> str:
    """The title of an assignment on a cell, and on the pieces that are joined to it."""
    name = cell.name.replace("_", " ")
    joined = " and ".join(piece for piece in pieces if piece)
    return f"{name.upper() if len(name) <= 4 else name} by hand{f', with {joined}' if joined else ''}"
