"""How far quantities are off in the terminal, number by number."""

from __future__ import annotations

from collections.abc import Iterator

from ...grading.report import Report
from ..heat_map import HeatMap, heat_maps
from .lines import Line, Span, cells, hang
from .signs import UNICODE, Signs, ascii_only

#: From this share of the largest error on a number stands out.
_LARGE = 0.5


def heat_lines(report: Report, columns: int, signs: Signs) -> Iterator[Line]:
    """A table for each quantity that is off; a wide one goes on below, with its rows again."""
    for found in heat_maps(report):
        yield ()
        yield from hang(f"How far {found.check.quantity} is off   ", f"in {found.check.task}", columns, "bold")
        yield from _table(found, columns, signs)


def _table(found: HeatMap, columns: int, signs: Signs) -> Iterator[Line]:
    def shown(text: str) -> str:
        return text if signs is UNICODE else ascii_only(text)

    heads = [shown(name) for name in found.columns]
    rows = [(shown(name), [(shown(cell.text), cell.share) for cell in row]) for name, row in found.rows]
    left = max(cells(name) for name in (found.across, *(name for name, _ in rows)))
    wide = 2 + max(cells(text) for text in (*heads, *(text for _, row in rows for text, _ in row)))
    most = max((columns - left - 2) // wide, 1)
    for first in range(0, len(heads), most):
        part = slice(first, first + most)
        yield (Span(f"  {found.across:>{left}}{''.join(f'{name:>{wide}}' for name in heads[part])}", "dim"),)
        for name, row in rows:
            numbers = (Span(f"{text:>{wide}}", "red" if share >= _LARGE else "") for text, share in row[part])
            yield (Span(f"  {name:>{left}}", "dim"), *numbers)
