"""gatecheck in a notebook or a test: check(function), load("lstm").derive(). What it returns displays itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .cells import Cell
from .cells import load as load_cell
from .errors import BadInput, Problem
from .grading.report import Report
from .grading.running import Worker


class Formulas:
    """Formulas that print as text and display as LaTeX."""

    def __init__(self, text: str, latex: str) -> None:
        self.text = text
        self.latex = latex

    def __repr__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex.replace('align*', 'aligned')}\n$$"


class LoadedCell:
    """A cell in a notebook."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def show(self) -> Formulas:
        """The equations."""
        from .calculus.system import system
        from .writing.derivation import show
        from .writing.formats import FORMATS

        lines = system(self.cell)
        return Formulas(show(FORMATS["unicode"](lines)), show(FORMATS["latex"](lines)))

    def derive(self, loss: tuple[str, ...] | None = None) -> Formulas:
        """The backward equations; the loss reads the output, unless said otherwise."""
        from .calculus.backward import derive
        from .writing.derivation import derive as written
        from .writing.formats import FORMATS

        backward = derive(self.cell, loss)
        text, latex = (written(FORMATS[f](backward.system), backward) for f in ("unicode", "latex"))
        return Formulas(text, latex)

    def paths(self, source: str | None = None, target: str | None = None) -> Formulas:
        """Every path from source[t-1] to target[t]."""
        from .calculus.paths import paths
        from .writing.formats import FORMATS
        from .writing.routes import as_latex, page_of

        found = paths(self.cell, source, target)
        return Formulas(page_of(FORMATS["unicode"](found.system), found), as_latex(FORMATS["latex"](found.system), found))

    def code(self, convention: str = "gatecheck") -> str:
        """The NumPy reference."""
        from .writing.reference import code

        return code(self.cell, convention)

    def __repr__(self) -> str:
        return self.show().text

    def _repr_latex_(self) -> str:
        return self.show()._repr_latex_()


def load(cell: str | os.PathLike[str]) -> LoadedCell:
    """A cell of the library by name, or of a file by path. Raises CellError."""
    return LoadedCell(load_cell(cell))


def check(
    what: Callable[..., Any] | str | os.PathLike[str],
    *,
    cell: str | os.PathLike[str] | None = None,
    convention: str = "gatecheck",
    assignment: str | os.PathLike[str] | None = None,
    seed: str | None = None,
    show: bool = True,
) -> Report:
    """Grade a function or a file, here and now; nothing is recorded.

    what: a function, with everything that it names, or the path of a file. Either cell (and convention) or assignment says
    what is wanted; a file finds its own assignment. seed: for the same inputs again. show: print the report as well.
    The code runs in a process of its own. Raises BadInput where something cannot be used.
    """
    worker = Worker()
    try:
        report = _checked(what, cell, convention, assignment, seed, worker)
    finally:
        worker.close()
    if show:
        from .reporting.terminal import show as print_report

        print_report(report)
    return report


def _checked(what: Any, cell: Any, convention: str, assignment: Any, seed: str | None, worker: Worker) -> Report:
    from dataclasses import replace

    from .assignment.kit import kit_for, open_kit
    from .assignment.model import find
    from .grading.feedback import redacted
    from .grading.gathering import gather
    from .grading.intake import read_submission, submission_from
    from .grading.judge import grade

    if cell is not None and assignment is not None:
        raise BadInput(Problem("both cell and assignment are given", None, "An assignment names its own cell."))
    if callable(what):
        if cell is None and assignment is None:
            raise BadInput(Problem("no cell is named", None, 'For example check(step, cell="…").'))
        kit = open_kit(Path(assignment)) if assignment is not None else kit_for(cell, convention)
        names = [t.name for t in kit.assignment.tasks]
        name = getattr(what, "__name__", "")
        if name not in names:
            raise BadInput(Problem(f"{kit.layout.convention.name} has no function {name}", None, f"Known: {', '.join(names)}."))
        source = gather(what, names)
        # Only the function that was given counts; what it stands on is called, and not judged.
        tasks = tuple(replace(t, after=()) for t in kit.assignment.tasks if t.name == name)
        kit = replace(kit, assignment=replace(kit.assignment, tasks=tasks))
        submission = submission_from(f"{name}.py", source.encode())
    else:
        kit = kit_for(cell, convention) if cell is not None else open_kit(Path(assignment) if assignment else find(Path(what).parent))
        submission = read_submission(what)
    return redacted(grade(submission, kit, worker, seed), kit.assignment.grading.feedback)
