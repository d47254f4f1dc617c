"""Commands for students: check, submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from .output import emit
from .reports import deliver, refuse, report_options
from .seeds import seed_option

if TYPE_CHECKING:
    from pathlib import Path

    from ..assignment.kit import Kit
    from ..grading.intake import Submission
    from ..grading.report import Report
    from ..grading.running import Worker

file_argument = click.argument("file", metavar="[FILE]", required=False)
assignment_option = click.option(
    "--assignment",
    metavar="DIR",
    help="The assignment's folder. Default: the one around the current folder, or around FILE.",
)


@click.command("check")
@file_argument
@assignment_option
@seed_option("the same inputs as in the report that printed it")
@report_options
@click.pass_context
def check(
    ctx: click.Context,
    file: str | None,
    assignment: str | None,
    seed: str | None,
    style: str | None,
    output: str | None,
    force: bool,
    full: bool,
) -> None:
    """Grade FILE here and now; nothing is recorded. Exit code 0 means full marks.

    FILE defaults to the one that assignment.toml names. A page in HTML has the cell's graph and every number.

    \b
    Examples:  gatecheck check
               gatecheck check lstm.py --full
               gatecheck check -o report.html
               gatecheck check lstm.py --format json
    """
    refuse(style, output, force)
    done = graded(file, assignment, seed)
    deliver(done.report, style, output, done.submission.source, done.kit.cell, full)
    ctx.exit(_code(done.report))


@click.command("submit")
@file_argument
@assignment_option
@click.option("--to", metavar="DIR", help="Where the bundle goes. Default: submitted/ in the assignment's folder.")
@report_options
@click.pass_context
def submit(
    ctx: click.Context,
    file: str | None,
    assignment: str | None,
    to: str | None,
    style: str | None,
    output: str | None,
    force: bool,
    full: bool,
) -> None:
    """Grade FILE on fresh inputs, record it with a receipt, and write the bundle to hand in.

    \b
    Examples:  gatecheck submit
               gatecheck submit lstm.py --to ~/handed-in
    """
    refuse(style, output, force)
    done = graded(file, assignment, None)
    source, cell = done.submission.source, done.kit.cell
    if done.report.outcome == "error":  # ours: there is no verdict that could be handed in
        deliver(done.report, style, output, source, cell, full)
        ctx.exit(_code(done.report))
    from pathlib import Path

    from ..errors import printable
    from ..keeping.told import records_of

    folder = done.kit.assignment.folder
    with records_of(done.kit.assignment) as records:
        records.finish()
        data = _unchanged(done.path, done.submission)
        bundle = records.record(data, done.report.file, done.report, Path(to) if to else folder / "submitted")
        path = records.write_bundle(bundle.receipt)
    deliver(bundle.report, style, output, source, cell, full)
    if output or style not in ("json", "html"):
        emit(f"Hand in {printable(str(path))}")
    ctx.exit(_code(bundle.report))


class Graded(NamedTuple):
    """What was graded, and what came of it: all that is known, and as much of it as the student is told."""

    path: Path
    submission: Submission
    kit: Kit
    known: Report
    report: Report


def graded(file: str | None, assignment: str | None, seed: str | None) -> Graded:
    """Grade FILE, or the file that the assignment names.

    The worker starts first, so that it warms up while the judge reads and imports.
    """
    from ..grading.running import Worker

    with Worker() as worker:
        kit, path = opened(file, assignment)
        return graded_by(worker, kit, path, seed)


def opened(file: str | None, assignment: str | None) -> tuple[Kit, Path]:
    """The assignment, and the file to grade: FILE, or the one that the assignment names."""
    from pathlib import Path

    from ..assignment.kit import open_kit

    kit = open_kit(Path(assignment) if assignment is not None else _around(file))
    return kit, Path(file) if file is not None else kit.assignment.folder / kit.assignment.file


def graded_by(worker: Worker, kit: Kit, path: Path, seed: str | None = None) -> Graded:
    """Grade a file by a worker, which is used up."""
    from ..grading.intake import read_submission

    submission = read_submission(path)
    from ..grading.judge import grade

    report = grade(submission, kit, worker, seed)
    return Graded(path, submission, kit, report, _as_told(report, kit))


def _as_told(report: Report, kit: Kit) -> Report:
    if not kit.assignment.hinted:  # nobody waits for SQLite in vain
        from ..grading.feedback import redacted

        return redacted(report, kit.assignment.grading.feedback)
    from ..keeping.told import as_told

    return as_told(report, kit.assignment)


def _around(file: str | None) -> Path:
    """The assignment around the current folder, else around the file."""
    from pathlib import Path

    from ..assignment.model import find
    from ..errors import AssignmentError

    try:
        return find(Path.cwd())
    except AssignmentError:
        if file is None:
            raise
        return find(Path(file).absolute().parent)


def _code(report: Report) -> int:
    """The exit code of a report; a fault of ours is no verdict."""
    return 0 if report.full_marks else 2 if report.outcome == "error" else 1


def _unchanged(path: Path, submission: Submission) -> bytes:
    """The file as it was graded: of a notebook, not the code alone."""
    import hashlib

    from ..errors import Problem, SubmissionError

    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != submission.sha256:
        raise SubmissionError(Problem(f"{submission.name} was changed while it was graded", None, "Submit it again."))
    return data


COMMANDS = (check, submit)
