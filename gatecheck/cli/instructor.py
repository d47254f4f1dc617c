"""Commands for instructors: generate an assignment, grade submissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

import click

from .output import cell_argument, chosen, emit, emit_json, emit_report, joined_options, listed, plain_format
from .progress import progress
from .seeds import seed_option

if TYPE_CHECKING:
    from ..assignment.kit import Kit
    from ..grading.collecting import Found
    from ..grading.process import Process
    from ..grading.report import Report
    from ..grading.running import Worker
    from ..grading.zygote import Child
    from ..keeping.results import Results


@click.command("generate")
@cell_argument
@click.option(
    "-o", "--output", metavar="DIR", required=True, help="The students' folder; the solution goes to DIR-solution."
)
@click.option(
    "--convention", default="gatecheck", show_default=True, help="The layout of names, shapes and signatures."
)
@click.option(
    "--tasks", metavar="NAMES", help="The functions to assign, as step,clip_by_norm,sgd_step. Default: the cell's own."
)
@joined_options
@click.option("--title", help="The assignment's title.")
@click.option(
    "--gradients/--no-gradients", default=False, help="Whether the hand-out gives the derived gradients away."
)
@click.option(
    "--feedback",
    type=click.Choice(["none", "score", "what", "where", "why", "formula"]),
    default="formula",
    show_default=True,
    help="How much students are told about a mistake.",
)
@plain_format
def generate(
    cell: str,
    output: str,
    convention: str,
    tasks: str | None,
    loss: str | None,
    front: str | None,
    title: str | None,
    gradients: bool,
    feedback: str,
    style: str | None,
) -> None:
    """Write an assignment: starter, hand-out, public tests, assignment.toml, key; and its solution, graded first.

    \b
    Examples:  gatecheck generate lstm -o kit
               gatecheck generate lstm -o kit --tasks step,step_backward,clip_by_norm,sgd_step
               gatecheck generate rnn -o words --input embedding --loss cross-entropy
               gatecheck generate my.cell -o kit --convention cs231n --gradients
    """
    from pathlib import Path

    from ..assignment.kit import by_hand
    from ..cells import FRONTS, LOSSES, joined, load, spelled
    from ..errors import printable
    from ..teaching.generate import generate as generated

    names = listed(tasks, "--tasks")
    own = load(cell)
    found = joined(own, loss, front)
    title = title or by_hand(own, spelled(front or "", FRONTS), spelled(loss or "", LOSSES))
    done = generated(found, Path(output), convention, names, title, gradients, feedback)
    score, most = done.report.score, done.report.max_score
    if style == "json":
        emit_json(
            {
                "folder": str(done.folder),
                "files": done.files,
                "solution": str(done.solution),
                "score": score,
                "max_score": most,
            }
        )
        return
    emit(f"{printable(f'{done.folder}/'):<22}  {'  '.join(done.files)}")
    emit(f"{printable(f'{done.solution}/'):<22}  the solution, graded before it was written: {score:g} of {most:g}")


@click.command("grade")
@click.argument("assignment", metavar="ASSIGNMENT")
@click.argument("submissions", metavar="SUBMISSION...", nargs=-1, required=True)
@seed_option("the same inputs for every submission, again")
@plain_format
@click.option("--full", is_flag=True, help="Print every report whole.")
@click.option(
    "--contained",
    is_flag=True,
    help="Grade without isolation, where a container holds this one submission and nothing else.",
)
@click.option(
    "-o", "--output", metavar="DIR", help="Keep every report there, and a table; what is there already is not repeated."
)
@click.pass_context
def grade(
    ctx: click.Context,
    assignment: str,
    submissions: tuple[str, ...],
    seed: str | None,
    style: str | None,
    full: bool,
    contained: bool,
    output: str | None,
) -> None:
    """Grade submissions: files (.py, .ipynb), bundles, folders, archives, downloads of Moodle, Canvas, Gradescope.

    What a submission says about itself is ignored. First a hostile one is tried; where any of its attempts succeeds
    nothing is graded, and the exit code is 3.

    \b
    Examples:  gatecheck grade kit ann.py ben.py
               gatecheck grade kit downloads.zip -o results
               gatecheck grade kit *.zip --format json
    """
    from pathlib import Path

    from ..assignment.kit import open_kit
    from ..grading.collecting import collected
    from ..grading.running import Worker

    kit = open_kit(Path(assignment))
    perfect = True
    with (
        _workers(contained) as start,
        collected(submissions, kit.assignment.file) as found,
        _results(output, kit) as results,
        progress("Grading", len(found)) as advance,
        _interruptible(output),
    ):
        for one in found:
            report = _grade_one(kit, one, seed, lambda: Worker(start), results)
            perfect = perfect and report.full_marks
            _print(report, style, full)
            advance()
    ctx.exit(0 if perfect else 1)


@contextmanager
def _interruptible(output: str | None) -> Iterator[None]:
    """Says after Ctrl-C how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        if output:
            click.echo("What is graded is kept; the same command goes on from there.", err=True)
        raise


def _results(output: str | None, kit: Kit) -> AbstractContextManager[Results | None]:
    """The folder of -o."""
    from pathlib import Path

    from ..keeping.results import Results

    return nullcontext() if output is None else Results(Path(output), kit)


@contextmanager
def _workers(contained: bool) -> Iterator[Callable[[], Process | Child]]:
    """What makes a process for each submission; whoever is isolated already may do with less."""
    from ..grading.process import Process
    from ..grading.selftest import isolated

    if contained:
        yield Process
    else:
        with isolated() as zygote:
            yield zygote.fork


def _grade_one(
    kit: Kit, found: Found, seed: str | None, fresh: Callable[[], Worker], results: Results | None
) -> Report:
    """The report of one submission, named as it was found; one that cannot be read does not stop the others."""
    from dataclasses import replace

    from ..errors import SubmissionError
    from ..grading.judge import grade as judged
    from ..grading.judge import rejected

    try:
        name, submission, notes = found.read()
    except SubmissionError as error:
        report = rejected(found.name, kit, "; ".join(p.message for p in error.problems))
    else:
        if results and (known := results.known(name, submission.sha256, seed)):
            results.keep(known)
            return known
        report = judged(submission, kit, seed=seed, fresh=fresh)
        report = replace(report, file=name, warnings=(*notes, *report.warnings))
    report = replace(report, label=found.label)
    if results:
        results.keep(report)
    return report


def _print(report: Report, style: str | None, full: bool) -> None:
    if style == "json" or full:
        emit_report(report, style)
        if style != "json":
            emit("")
    else:
        from ..reporting.summary import summary

        emit(summary(report, chosen(style) == "unicode"))


COMMANDS = (generate, grade)
