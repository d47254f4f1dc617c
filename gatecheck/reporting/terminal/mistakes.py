"""One mistake in the terminal: what is wrong, what is right, where, why, and how sure that is."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator
from itertools import takewhile

from ...errors import printable
from ...grading.intake import CELL
from ...grading.report import Mistake, Report, Where
from .formulas import rows
from .lines import Line, Span, cut, hang
from .signs import UNICODE, Signs, ascii_only


def mistake_lines(
    mistake: Mistake, report: Report, source: str | None, columns: int, signs: Signs
) -> Iterator[Line]:
    """The block of one mistake; what the report does not tell is left out."""
    if mistake.title:
        yield from hang("", mistake.title, columns, text_style="bold")
    if mistake.wrong and mistake.right:
        yield ()
        yield from rows(mistake.left, mistake.wrong, mistake.right, mistake.path or "", columns, signs)
    if mistake.where:
        yield ()
        yield from _where(mistake.where, report.file, source, columns, signs)
    said = [(mistake.hint, ""), (_evidence(mistake, signs), "dim"), (_follows(mistake, report), "dim")]
    if any(text for text, _ in said):
        yield ()
    for text, style in said:
        if text:
            yield from hang("  ", text, columns, text_style=style)


def _where(where: Where, file: str, source: str | None, columns: int, signs: Signs) -> Iterator[Line]:
    line = f"line {where.line}, " if where.line else ""
    if where.cell:
        line = f"cell {where.cell}, {line}"
    yield from hang("  ", f"{file}, {line}in {where.function}", columns)
    # As Python counts lines: str.splitlines() breaks at form feeds and separators too.
    lines = re.split(r"\r\n|\r|\n", source) if source else []
    if where.cell:
        lines = _of_cell(lines, f"{CELL}{where.cell}")
    if not where.line or where.line > len(lines):
        return
    first = max(where.line - 2, 0)
    shown = textwrap.dedent("\n".join(lines[first : where.line + 1])).split("\n")
    width = len(str(first + len(shown)))
    for number, text in enumerate(shown, first + 1):
        text = cut(_clean(text, signs), columns - width - 7, signs.more)
        mark = signs.here if number == where.line else " "
        yield (Span("  "), Span(mark, "red"), Span(f" {number:>{width}}", "dim"), Span(f"   {text}"))


def _of_cell(lines: list[str], head: str) -> list[str]:
    """The lines of one cell of a notebook, below its head; none where there is no such cell."""
    inside = lines[lines.index(head) + 1 :] if head in lines else []
    return list(takewhile(lambda line: not line.startswith(CELL), inside))


def _clean(text: str, signs: Signs) -> str:
    text = printable(text.rstrip())
    return text if signs is UNICODE else ascii_only(text)


def _evidence(mistake: Mistake, signs: Signs) -> str:
    off = mistake.agreement
    known = off is not None and math.isfinite(off)
    said = (f", to {off:.0e}".replace("-", signs.minus) if off else ", exactly") if known else ""
    if mistake.certain:
        return f"Certain: your numbers are the wrong equation's{said}." if known else ""
    return f"Likely: this explains your numbers{said}; another cause is possible."


def _follows(mistake: Mistake, report: Report) -> str:
    """What is not judged before the mistake is mended; what was credited anyway is in the table."""
    credited = {c.quantity for c in report.checks if c.status == "passed" and c.because}
    alike = {c.quantity for c in report.checks if c.status == "failed" and not c.because}  # wrong in the same way
    names = [name for name in mistake.explains if name not in credited | alike]
    return (
        f"Mend it first: {', '.join(names)} {'follow' if len(names) > 1 else 'follows'} from it."
        if names
        else ""
    )
