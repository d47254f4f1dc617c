"""Hints in the terminal: one step of the ladder, or all that were told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...errors import printable
from ...grading.hints import Hint
from ...grading.report import Report
from . import Laid
from .lines import Line, Span, cells, hang
from .mistakes import mistake_lines
from .signs import UNICODE, Signs, ascii_only, safe


def hint_lines(report: Report, task: str, hints: Sequence[Hint], source: str, counted: str, foot: str) -> Laid:
    """The steps below each other; counted: which and how many these are, foot: what to do next."""

    def lines(columns: int, signs: Signs) -> Iterator[Line]:
        space = max(columns - cells(task + counted), 2)
        yield (Span(task, "bold"), Span(" " * space), Span(counted, "dim"))
        for hint in hints:
            yield ()
            yield (Span(f"  {hint.step}", "dim"),)
            yield from _body(report, hint, source, columns, signs)
        yield ()
        yield from hang("", foot, columns)

    return lines


def _body(report: Report, hint: Hint, source: str, columns: int, signs: Signs) -> Iterator[Line]:
    """What a step says; lines and equations as in the report."""
    if hint.mistake is None or hint.step == "what":
        text = printable(hint.text)
        yield from hang("  ", text if signs is UNICODE else ascii_only(text), columns)
        return
    told = safe(replace(report, mistakes=(hint.mistake,)), signs is UNICODE)
    found = list(mistake_lines(told.mistakes[0], told, source, columns, signs))
    yield from found if found[0] else found[1:]  # a report has a blank line there
