"""One mistake in the terminal: what is wrong, what is right, where, why, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import printable
from ...grading.hints import placed
from ...grading.report import Mistake, Report, Where
from ..words import evidence, excerpt, follows
from .formulas import rows
from .lines import Line, Span, cut, hang
from .signs import UNICODE, Signs, ascii_only


def mistake_lines(mistake: Mistake, report: Report, source: str | None, columns: int, signs: Signs) -> Iterator[Line]:
    """The block of one mistake; what the report does not tell is left out."""
    if mistake.title:
        yield from hang("", mistake.title, columns, text_style="bold")
    if mistake.wrong and mistake.right:
        yield ()
        yield from rows(mistake.left, mistake.wrong, mistake.right, mistake.path or "", columns, signs)
    if mistake.where:
        yield ()
        yield from _where(mistake.where, report.file, source, columns, signs)
    said = [(mistake.hint, ""), (evidence(mistake, signs.minus), "dim"), (follows(mistake, report), "dim")]
    if any(text for text, _ in said):
        yield ()
    for text, style in said:
        if text:
            yield from hang("  ", text, columns, text_style=style)


def _where(where: Where, file: str, source: str | None, columns: int, signs: Signs) -> Iterator[Line]:
    yield from hang("  ", f"{file}, {placed(where)}in {where.function}", columns)
    shown = excerpt(source or "", where)
    width = len(str(shown[-1][0])) if shown else 0
    for number, text in shown:
        text = cut(_clean(text, signs), columns - width - 7, signs.more)
        mark = signs.here if number == where.line else " "
        yield (Span("  "), Span(mark, "red"), Span(f" {number:>{width}}", "dim"), Span(f"   {text}"))


def _clean(text: str, signs: Signs) -> str:
    text = printable(text.rstrip())
    return text if signs is UNICODE else ascii_only(text)
