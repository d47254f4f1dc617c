"""gatecheck demo: the whole way from equations to a named mistake, in a new folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .output import chosen, emit

if TYPE_CHECKING:
    from pathlib import Path

    from ..assignment.kit import Kit
    from ..cells import Cell
    from ..writing.formulas import Formulas

#: The students hand in files for this cell, in this convention.
CELL, CONVENTION = "lstm", "cs231n"
STUDENTS = ("anna", "ben", "carla")


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="gatecheck-demo")
def demo(folder: str) -> None:
    """Derive an LSTM, show its forget-gate path, generate an assignment, grade one right and two wrong submissions.

    \b
    Example:  gatecheck demo
    """
    import shutil
    from pathlib import Path

    from ..files import refuse_existing, unwritable

    place = Path(folder)
    refuse_existing(place, "Name another folder: gatecheck demo DIR")
    try:
        place.mkdir()
    except OSError as error:
        raise unwritable(place, error) from None
    try:
        _show(place)
    except BaseException:  # Ctrl-C too: no half of a demo stays
        shutil.rmtree(place, ignore_errors=True)
        raise


def _show(place: Path) -> None:
    from ..cells import load

    emit(_heading("gatecheck demo", f"in {place}"))
    cell = load(CELL)
    _equations(place, cell)
    _gradients(cell)
    _paths(cell)
    kit = _assignment(place, cell)
    _submissions(place, kit)
    emit("\nNext")
    emit("   Your own cell:        gatecheck derive my.cell")
    emit(f"   Be the student:       cd {place / 'kit'}  and  gatecheck check")


def _heading(title: str, command: str) -> str:
    return f"\n{title}{command:>{80 - len(title)}}"


def _equations(folder: Path, cell: Cell) -> None:
    from ..files import write_whole

    write_whole(folder / f"{cell.name}.cell", cell.source)
    emit(_heading("1  A cell is a text file", f"{cell.name}.cell"))
    for equation in cell.equations:
        emit(f"   {equation.source}")


def _gradients(cell: Cell) -> None:
    from ..calculus.backward import derive
    from ..writing.equations import all_formulas, quantity
    from ..writing.formats import FORMATS

    backward = derive(cell)
    writer: Formulas = FORMATS[chosen(None)](backward.system)
    emit(_heading("2  Its gradients are derived, not written", f"gatecheck derive {cell.name}.cell"))
    first = cell.equations[0].name
    protected = [n for n in cell.states if n != cell.output] or [cell.output]
    for name in (*protected, first, f"a_{first}"):
        emit(f"   {quantity(writer, backward.gradient(name))}")
    emit(f"   {len(all_formulas(writer, backward))} formulas in all")


def _paths(cell: Cell) -> None:
    from ..calculus.paths import paths
    from ..writing.formats import FORMATS
    from ..writing.routes import jacobian

    found = paths(cell)
    writer: Formulas = FORMATS[chosen(None)](found.system)
    emit(_heading("3  One way back meets no matrix", f"gatecheck paths {cell.name}.cell"))
    for path in found.paths:
        factors = jacobian(writer, path) if path.elementwise else ""
        kind = "elementwise" if path.elementwise else "through a matrix"
        emit(f"   {writer.route(path.names):<20}{factors:<12}{kind}")


def _assignment(folder: Path, cell: Cell) -> Kit:
    from ..assignment.kit import open_kit
    from ..teaching.generate import generate

    emit(_heading("4  An assignment", f"gatecheck generate {cell.name}.cell -o kit --convention {CONVENTION}"))
    done = generate(cell, folder / "kit", CONVENTION)
    emit("   kit/            starter, hand-out, public tests, assignment.toml")
    emit(f"   kit-solution/   graded before it was written: {done.report.score:g} of {done.report.max_score:g}")
    return open_kit(done.folder)


def _submissions(folder: Path, kit: Kit) -> None:
    from ..data import folder as data
    from ..files import write_whole
    from ..grading.intake import read_submission
    from ..grading.judge import grade
    from ..reporting.summary import summary
    from .output import emit_report, speaks_unicode

    files = [f"{name}.py" for name in STUDENTS]
    emit(_heading("5  Three students hand in", f"gatecheck grade kit {' '.join(files)}"))
    reports = {}
    for file in files:
        write_whole(folder / file, (data("templates") / "demo" / file).read_bytes())
        reports[file] = grade(read_submission(folder / file), kit)
        emit(f"   {summary(reports[file], speaks_unicode(), 77)}")
    for file in files[1:]:
        emit(_heading(f"   What {file.removesuffix('.py')} sees", f"gatecheck check {file}") + "\n")
        emit_report(reports[file], None, (folder / file).read_bytes())


COMMANDS = (demo,)
