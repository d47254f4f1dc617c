"""Commands for instructors: generate an assignment, grade submissions."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import click

from .output import cell_argument, chosen, emit, emit_json, emit_report, joined_options, listed, plain_format
from .progress import progress
from .seeds import seed_option

if TYPE_CHECKING:
    from collections import deque

    from ..assignment.kit import Kit
    from ..grading.collecting import Found
    from ..grading.jobs import Item
    from ..grading.report import Report
    from ..grading.selftest import Isolation
    from ..keeping.results import Results

    #: What there is to say about how a submission was found.
    Notes: TypeAlias = tuple[str, ...]
    #: What a report becomes for where its submission was found, what there is to say about that, and the file.
    _InHand: TypeAlias = tuple[Callable[[Report], Report], Notes, bytes]


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
@click.option("--formulas", metavar="NAMES", help="The quantities whose formulas students type, as dc,df,dc_prev,dW_f.")
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
    help="How much students can get to know about a mistake.",
)
@click.option(
    "--told",
    type=click.Choice(["score", "what", "where", "why", "formula"]),
    help="How much of it they are told at once; the rest are hints, step by step and counted. Default: all.",
)
@plain_format
def generate(
    cell: str,
    output: str,
    convention: str,
    tasks: str | None,
    formulas: str | None,
    loss: str | None,
    front: str | None,
    title: str | None,
    gradients: bool,
    feedback: str,
    told: str | None,
    style: str | None,
) -> None:
    """Write an assignment: starter, hand-out, public tests, assignment.toml, key; and its solution, graded first.

    \b
    Examples:  gatecheck generate lstm -o kit
               gatecheck generate lstm -o kit --tasks step,step_backward,clip_by_norm,sgd_step
               gatecheck generate lstm -o kit --formulas dc,df,da_f,dc_prev
               gatecheck generate rnn -o words --input embedding --loss cross-entropy
               gatecheck generate my.cell -o kit --convention cs231n --gradients
               gatecheck generate gru -o kit --told what
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
    asked = listed(formulas, "--formulas")
    done = generated(found, Path(output), convention, names, title, gradients, feedback, told or "", asked)
    score, most = done.report.score, done.report.max_score
    if style == "json":
        emit_json(
            {
                "folder": str(done.folder),
                "files": done.files,
                "solution": str(done.solution),
                "score": score,
                "max_score": most,
                "mistakes": done.score.seen,
            }
        )
        return
    emit(f"{printable(f'{done.folder}/'):<22}  {'  '.join(done.files)}")
    emit(f"{printable(f'{done.solution}/'):<22}  the solution, graded before it was written: {score:g} of {most:g}")
    emit(f"{'':<22}  {done.score}")


@click.command("grade")
@click.argument("assignment", metavar="ASSIGNMENT")
@click.argument("submissions", metavar="SUBMISSION...", nargs=-1, required=True)
@seed_option("the same inputs for every submission, again")
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Judge so many side by side. Default: as it is worth here."
)
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
@click.option("--pages", is_flag=True, help="With -o: each report also as a page, in HTML; all that is known is on it.")
@click.pass_context
def grade(
    ctx: click.Context,
    assignment: str,
    submissions: tuple[str, ...],
    seed: str | None,
    jobs: int | None,
    style: str | None,
    full: bool,
    contained: bool,
    output: str | None,
    pages: bool,
) -> None:
    """Grade submissions: files (.py, .ipynb), bundles, folders, archives, downloads of Moodle, Canvas, Gradescope.

    What a submission says about itself is ignored. First a hostile one is tried; where any of its attempts succeeds
    nothing is graded, and the exit code is 3.

    \b
    Examples:  gatecheck grade kit ann.py ben.py
               gatecheck grade kit downloads.zip -o results
               gatecheck grade kit *.zip --format json
    """
    from ..grading.selftest import Isolation

    if pages and output is None:
        raise click.UsageError("--pages needs -o DIR, where the pages go.")
    with Isolation(wanted=not contained and jobs in (None, 1)) as isolation:
        perfect = _graded(isolation, assignment, submissions, seed, jobs, style, full, contained, output, pages)
    ctx.exit(0 if perfect else 1)


def _graded(
    isolation: Isolation,
    assignment: str,
    submissions: tuple[str, ...],
    seed: str | None,
    jobs: int | None,
    style: str | None,
    full: bool,
    contained: bool,
    output: str | None,
    pages: bool,
) -> bool:
    """Grade and print; whether all have full marks. Isolation starts beside all that is imported here."""
    from collections import deque
    from pathlib import Path

    from ..assignment.kit import open_kit
    from ..grading.collecting import collected
    from ..grading.jobs import fitting, judged
    from ..grading.sample import new_seed

    kit = open_kit(Path(assignment))
    perfect = True
    with (
        collected(submissions, kit.assignment.file, partial(click.echo, err=True)) as found,
        _results(output, kit, pages) as results,
        progress("Grading", len(found)) as advance,
    ):
        in_hand: deque[_InHand] = deque()  # read, and not yet printed
        items = (_read(kit, one, seed, results, in_hand) for one in found)
        number = jobs or fitting(len(found))
        for report in judged(kit, items, seed or new_seed(), number, contained, isolation):
            finished, notes, source = in_hand.popleft()
            report = finished(report)
            if results:
                results.keep(report, source)
            perfect = perfect and report.full_marks
            _print(report, notes, style, full)
            advance()
    return perfect


@contextmanager
def _results(output: str | None, kit: Kit, pages: bool) -> Iterator[Results | None]:
    """The folder of -o; after Ctrl-C it says how to go on."""
    if output is None:
        yield None
        return
    from pathlib import Path

    from ..keeping.results import Results

    try:
        with Results(Path(output), kit, pages) as results:
            yield results
    except KeyboardInterrupt:
        click.echo("What is graded is kept; the same command goes on from there.", err=True)
        raise


def _read(kit: Kit, found: Found, seed: str | None, results: Results | None, in_hand: deque[_InHand]) -> Item:
    """A submission; or its report, where it was graded before or cannot be read, which does not stop the others.

    What makes its report the one of where it was found goes to `in_hand`, with what there is to say, and its source.
    """
    from ..errors import SubmissionError
    from ..grading.judge import rejected

    try:
        name, submission, notes = found.read()
    except SubmissionError as error:
        in_hand.append((partial(_named, found.name, found.label, ()), (), b""))
        return rejected(found.name, kit, "; ".join(p.message for p in error.problems))
    if results and (known := results.known(name, submission.sha256, seed)):
        in_hand.append((lambda report: report, notes, submission.source))
        return known
    in_hand.append((partial(_named, name, found.label, notes), notes, submission.source))
    return submission


def _named(name: str, label: str | None, notes: tuple[str, ...], report: Report) -> Report:
    from dataclasses import replace

    return replace(report, file=name, label=label, warnings=(*notes, *report.warnings))


def _print(report: Report, notes: Notes, style: str | None, full: bool) -> None:
    if style == "json" or full:
        emit_report(report, style)
        if style != "json":
            emit("")
    else:
        from ..reporting.summary import summary

        emit(summary(report, chosen(style) == "unicode"))
        for note in notes:  # a file that nobody graded is not found in any report but this one
            emit(textwrap.fill(note, 76, initial_indent="    ", subsequent_indent="    "))


COMMANDS = (generate, grade)
