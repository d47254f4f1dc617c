"""Cell + convention -> an assignment folder for students and a second one with the solution.

The solution is graded before anything is put in its place: an assignment that its own reference fails is never written.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..assignment import key as keys
from ..assignment.kit import Kit, open_kit, standard
from ..assignment.model import FILE, Assignment, write
from ..calculus.backward import derive
from ..cells import Cell
from ..conventions import Layout, layout
from ..errors import BadInput, Fault, Problem, nearest, printable
from ..files import unwritable
from ..grading.intake import submission_from
from ..grading.judge import grade
from ..grading.report import Report
from ..writing.derivation import derive as derivation
from ..writing.derivation import whole_equations
from ..writing.formulas import Formulas
from ..writing.numpy_code import program
from ..writing.reference import HELPERS, code, docstring, environment, parameter_shapes
from ..version import __version__


@dataclass(frozen=True)
class Generated:
    """What was written: the students' folder, the solution's, and the report of the solution."""

    folder: Path
    solution: Path
    files: tuple[str, ...]
    report: Report


def generate(
    cell: Cell,
    folder: Path,
    convention: str = "gatecheck",
    tasks: tuple[str, ...] = (),
    title: str = "",
    gradients: bool = False,
    feedback: str = "formula",
) -> Generated:
    """Write an assignment into a new folder, and its solution into `folder-solution`.

    tasks: the functions to assign (all, unless named); gradients: whether the hand-out gives the derived gradients away.
    Raises BadInput where a folder exists already or cannot be written, ConventionError where the convention does not fit
    the cell, Fault where the solution does not score full marks.
    """
    solution = folder.with_name(folder.name + "-solution")
    for place in (folder, solution):
        if place.exists() or place.is_symlink():
            advice = "Choose another folder, or move it away: gatecheck overwrites nobody's work."
            raise BadInput(Problem(f"{printable(str(place))} exists already", None, advice))
    made = layout(cell, convention)
    assignment = _assignment(cell, made, tasks, title, feedback)
    with _beside(folder) as draft:
        for name, text in _files(cell, made, assignment, gradients).items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
        reference = code(cell, convention)
        kit = open_kit(draft)
        report = _graded(kit, reference)
        with _beside(solution) as second:
            (second / assignment.file).write_text(reference, encoding="utf-8", newline="\n")
            os.replace(second, solution)
        os.replace(draft, folder)
    return Generated(folder, solution, tuple(sorted(p.name for p in folder.iterdir())), report)


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder beside the wanted one, gone again unless it was renamed."""
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        draft.chmod(0o755)
    except OSError as error:
        raise unwritable(folder, error) from None
    try:
        yield draft
    except OSError as error:
        raise unwritable(folder, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _assignment(cell: Cell, made: Layout, tasks: tuple[str, ...], title: str, feedback: str) -> Assignment:
    whole = standard(cell, made)
    known = [t.name for t in whole.tasks]
    for name in tasks:
        if name not in known:
            raise BadInput(Problem(f"{made.convention.name} has no task {printable(name)}", None, nearest(name, known)))
    kept = tuple(t for t in whole.tasks if not tasks or t.name in tasks)
    names = {t.name for t in kept}
    chosen = tuple(replace(t, after=tuple(a for a in t.after if a in names)) for t in kept)
    return replace(whole, tasks=chosen, title=title or whole.title, grading=replace(whole.grading, feedback=feedback))


def _graded(kit: Kit, reference: str) -> Report:
    """The report of the solution, which must be right in everything."""
    report = grade(submission_from(kit.assignment.file, reference.encode()), kit)
    if not report.full_marks:
        wrong = [f"{c.task}: {c.quantity} {c.message}" for c in report.checks if c.status != "passed"]
        raise Fault(f"the solution of {kit.cell.name} does not score full marks: {report.message or '; '.join(wrong[:3])}")
    return report


def _files(cell: Cell, made: Layout, assignment: Assignment, gradients: bool) -> dict[str, str]:
    """Every file of the students' folder, by name."""
    context = {
        "cell": cell,
        "version": __version__,
        "assignment": assignment,
        "layout": made,
        "functions": [(made.by_name(t.name), t) for t in assignment.tasks],
        "docstring": lambda signature: docstring(made, signature),
        "helpers": [HELPERS[name] for name in program(cell).helpers],
        "shapes": parameter_shapes(cell),
        "tests": f"test_{Path(assignment.file).stem}.py",
        **_formulas(cell, gradients),
    }
    render = {name: environment().get_template(f"{name}.jinja").render(context) for name in ("starter.py", "handout.md", "tests.py")}
    return {
        FILE: write(assignment),
        "handout.md": render["handout.md"],
        assignment.file: render["starter.py"],
        context["tests"]: render["tests.py"],  # type: ignore[dict-item]
        f"{cell.name}.cell": cell.source,
        keys.FILE: keys.build(cell).to_text(),
    }


def _formulas(cell: Cell, gradients: bool) -> dict[str, object]:
    backward = derive(cell)
    writer = Formulas(backward.system)
    equations = [(str(f), e.comment) for f, e in zip(whole_equations(writer), cell.equations, strict=True)]
    return {"equations": equations, "gradients": derivation(writer, backward) if gradients else ""}
