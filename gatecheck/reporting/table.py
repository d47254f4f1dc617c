"""Reports as a table in CSV: one row each, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from ..errors import printable
from ..grading.report import Report

COLUMNS = ("submission", "label", "student", "outcome", "score", "max_score", "mistakes", "message", "sha256", "report")
#: A spreadsheet takes a text that begins so for a formula; the wide ones too, in East Asian versions.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def table(rows: Iterable[tuple[Report, str]]) -> str:
    """The table; with each report stands the name of the file that holds it.

    Text that a spreadsheet would compute has an apostrophe before it, numbers are numbers; a byte order mark lets
    spreadsheets know UTF-8.
    """
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for report, file in rows:
        words = (report.file, report.label or "", report.student or "", report.outcome)
        titles = "; ".join(mistake.title for mistake in report.mistakes)
        numbers = (f"{report.score:.10g}", f"{report.max_score:.10g}")
        more = (titles, report.message, report.sha256, file)
        writer.writerow([*map(harmless, words), *numbers, *map(harmless, more)])
    return text.getvalue()


def harmless(text: str) -> str:
    """A cell's text as no spreadsheet computes it and no terminal obeys it."""
    return f"'{printable(text)}" if text.lstrip().startswith(_FORMULA) else printable(text)
