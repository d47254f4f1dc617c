"""Commands for students: check, submit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .output import emit

if TYPE_CHECKING:
    from pathlib import Path

    from ..assignment.kit import Kit
    from ..grading.report import Report

_file = click.argument("file", metavar="[FILE]", required=False)
_assignment = click.option(
    "--assignment", metavar="DIR", help="The assignment's folder. Default: the one around the current folder, or around FILE."
)
_style = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.command("check")
@_file
@_assignment
@click.option("--seed", help="Hexadecimal; the same inputs as in the report that printed it.")
@_style
@click.pass_context
def check(ctx: click.Context, file: str | None, assignment: str | None, seed: str | None, style: str) -> None:
    """Grade FILE here and now; nothing is recorded. Exit code 0 means full marks.

    FILE defaults to the one that assignment.toml names.

    \b
    Examples:  gatecheck check
               gatecheck check lstm.py --format json
    """
    from .seeds import checked_seed

    report, source, _ = _graded(file, assignment, checked_seed(seed))
    _print(report, source, style)
    ctx.exit(0 if report.full_marks else 1)


@click.command("submit")
@_file
@_assignment
@click.option("--to", metavar="DIR", help="Where the bundle goes. Default: beside the assignment, in submitted/.")
@_style
@click.pass_context
def submit(ctx: click.Context, file: str | None, assignment: str | None, to: str | None, style: str) -> None:
    """Grade FILE on fresh inputs, record it with a receipt, and write the bundle to hand in.

    \b
    Examples:  gatecheck submit
               gatecheck submit lstm.py --to ~/handed-in
    """
    report, source, kit = _graded(file, assignment, None)
    if report.outcome == "error":
        _print(report, source, style)
        ctx.exit(1)
    from pathlib import Path

    from ..keeping.records import Records

    folder = kit.assignment.folder
    with Records(folder / ".gatecheck" / "submissions.sqlite") as records:
        records.finish()
        bundle = records.record(source, report.file, report, Path(to) if to else folder / "submitted")
        path = records.write_bundle(bundle.receipt)
    _print(bundle.report, source, style)
    if style == "text":
        emit(f"Hand in {path}")
    ctx.exit(0 if report.full_marks else 1)


def _graded(file: str | None, assignment: str | None, seed: str | None) -> tuple[Report, bytes, Kit]:
    """Grade a file; the worker starts first, so that it warms up while the judge reads and imports."""
    from ..grading.running import Worker

    with Worker() as worker:
        from pathlib import Path

        from ..assignment.kit import open_kit
        from ..grading.feedback import redacted
        from ..grading.intake import read_submission

        folder = Path(assignment) if assignment else _around(file)
        kit = open_kit(folder)
        submission = read_submission(file or kit.assignment.folder / kit.assignment.file)
        from ..grading.judge import grade

        report = grade(submission, kit, worker, seed)
    return redacted(report, kit.assignment.grading.feedback), submission.source, kit


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


def _print(report: Report, source: bytes, style: str) -> None:
    if style == "json":
        click.echo(report.to_json())
    else:
        from ..reporting.terminal import show

        show(report, source=source.decode("utf-8", "replace"))


COMMANDS = (check, submit)
