"""A report for the terminal, readable at 80 columns: mistakes first, then the tasks, then the receipt."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from ...grading.report import Report
from ..words import HEADLINES, duration, hinted, number, parts, said
from .heat import heat_lines
from .lines import Line, Span, cells, cut, flow, fold, hang, paint, print_on
from .mistakes import mistake_lines
from .signs import ASCII, UNICODE, Signs, safe
from .tasks import task_lines

# Longer lines are hard to read, shorter ones cannot hold a table.
_NARROWEST, _WIDEST = 40, 100

#: Lines for a number of columns and with certain signs.
Laid = Callable[[int, Signs], Iterable[Line]]


def show(report: Report, stream: TextIO | None = None, source: str | None = None, full: bool = False) -> None:
    """Print the report to a stream (standard output), as wide, colourful and Unicode as it can be."""
    put(report_lines(report, source, full), stream)


def put(made: Laid, stream: TextIO | None = None) -> None:
    """Print lines to a stream, as wide, colourful and Unicode as it can be."""
    stream = stream or sys.stdout
    width = shutil.get_terminal_size().columns - 1
    unicode = takes_unicode(stream)
    if not wants_color(stream):
        stream.write(text(made, width, unicode=unicode) + "\n")
        return
    from rich.console import Console

    # rich writes escape codes, or asks an old Windows console for the colours itself.
    print_on(Console(file=stream, force_terminal=True, no_color=False), _laid_out(made, width, unicode))


def wants_color(stream: TextIO) -> bool:
    """Whether to write colours: the environment's word first (no-color.org), else if it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def takes_unicode(stream: TextIO) -> bool:
    """Whether the stream's encoding has the signs of a report and its formulas."""
    try:
        "✓✕–▒└─┘▶δ⊙ᵀ−".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def render(
    report: Report,
    width: int = 80,
    *,
    color: bool = False,
    source: str | None = None,
    unicode: bool = True,
    full: bool = False,
) -> str:
    """The report as text; source is the student's file, for the lines around a mistake; full: with every error."""
    return text(report_lines(report, source, full), width, color=color, unicode=unicode)


def text(made: Laid, width: int = 80, *, color: bool = False, unicode: bool = True) -> str:
    """The lines as text."""
    return paint(_laid_out(made, width, unicode), color)


def _laid_out(made: Laid, width: int, unicode: bool) -> Iterable[Line]:
    return made(min(max(width, _NARROWEST), _WIDEST), UNICODE if unicode else ASCII)


def report_lines(report: Report, source: str | None, full: bool = False) -> Laid:
    """The lines of a report, for any width and any signs."""
    return lambda columns, signs: _lines(safe(report, signs is UNICODE), source, columns, signs, full)


def _lines(report: Report, source: str | None, columns: int, signs: Signs, full: bool) -> Iterator[Line]:
    yield from _header(report, columns, signs)
    yield ()
    if report.outcome != "graded":
        yield from _not_graded(report, columns, signs)
    shown = report.outcome == "graded" or any(check.status == "passed" for check in report.checks)
    if shown:
        yield from _score(report, columns, signs)
    for mistake in report.mistakes:
        yield ()
        yield from mistake_lines(mistake, report, source, columns, signs)
    if shown and report.checks:
        yield ()
        yield (Span("Tasks", "bold"),)
        yield from task_lines(report, columns, signs)
    if full:
        yield from heat_lines(report, columns, signs)
    yield ()
    for counted, command in hinted(report):
        yield from hang("Hints  ", f"{counted} Next: {command}" if command else counted, columns, "bold")
    for warning in report.warnings:
        yield from hang("Note   ", warning, columns, "bold")
    yield from _footer(report, columns, signs)


def _header(report: Report, columns: int, signs: Signs) -> list[Line]:
    dot = f" {signs.dot} "
    facts = [part for part in (report.student, report.file, report.convention) if part]
    title = report.title or report.assignment
    right = dot.join([*facts, duration(report.seconds)])
    space = columns - cells(title + right)
    if space >= 2:
        return [(Span(title, "bold"), Span(" " * space), Span(right))]
    return [*hang("", title, columns, text_style="bold"), *hang("", right, columns)]


def _not_graded(report: Report, columns: int, signs: Signs) -> Iterator[Line]:
    status, headline = HEADLINES[report.outcome]
    mark = signs.of(status)
    yield from hang(f"{mark} ", headline, columns, "red" if status == "failed" else "dim", text_style="bold")
    for line in report.message.split("\n") if report.message else ():
        # What is indented is quoted from a file, with a caret below: its blanks matter.
        quoted = line.startswith("  ")
        yield from [(Span(cut(line, columns, signs.more)),)] if quoted else hang("  ", line, columns)


def _score(report: Report, columns: int, signs: Signs) -> Iterator[Line]:
    """The score, its bar, and what the bar's parts are."""
    if not report.max_score:
        yield from _dotted(list(said(report)) if report.checks else [], columns, signs)
        return
    score = f"{number(report.score)} of {number(report.max_score)}"
    room = columns - cells(score) - 5
    bar = zip((signs.earned, signs.lost, signs.waiting), _shares(parts(report), room), strict=True)
    styled = zip(bar, ("green", "red", "dim"), strict=True)
    yield (
        Span("  "),
        Span(score, "bold"),
        Span("   "),
        *(Span(sign * n, style) for (sign, n), style in styled),
    )
    indent = cells(score) + 5
    for line in _dotted(list(said(report)), columns - indent, signs):
        yield (Span(" " * indent), *line)


def _shares(parts: tuple[float, ...], columns: int) -> list[int]:
    """The columns of each part of the bar; a part that is not nothing is seen."""
    whole = sum(parts)
    shares = [max(1, round(part / whole * columns)) if part > 0 else 0 for part in parts]
    # What rounding gave too much or too little, the longest part gives or takes.
    shares[shares.index(max(shares))] += columns - sum(shares)
    return shares


def _footer(report: Report, columns: int, signs: Signs) -> list[Line]:
    receipt = f"Receipt {report.receipt}" if report.receipt else "Not recorded"
    isolation = "isolated" if report.isolated else "not isolated"
    facts = [receipt, isolation, f"seed {report.seed}", f"gatecheck {report.tool}"]
    return [tuple(Span(span.text, "dim") for span in line) for line in _dotted(facts, columns, signs)]


def _dotted(facts: list[str], columns: int, signs: Signs) -> list[Line]:
    """Facts side by side with a dot between them; none is broken where it can be helped."""
    items = [f"{fact} {signs.dot}" for fact in facts[:-1]] + facts[-1:]
    return flow([(Span(line),) for item in items for line in fold(item, columns)], columns, gap=1)
