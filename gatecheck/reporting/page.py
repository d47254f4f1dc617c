"""Report -> one HTML page: no script, no network, light and dark, for screen and paper. Its face is in templates/html/.

The page is a function of the report, of the student's file, and of the cell, which gives formulas their indices and
the page a graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, groupby

from markupsafe import Markup

from ..cells import Cell
from ..data import folder
from ..errors import BadInput, printable
from ..grading.hints import placed
from ..grading.report import Check, Mistake, Report, TaskResult
from ..writing.document import Picture
from ..writing.drawing.graph import draw
from ..writing.drawing.missing import missing
from ..writing.drawing.network import network
from ..writing.html import drawing, environment, face
from . import words
from .difference import difference
from .heat_map import heat_maps, part
from .typeset import ends_in_operand, typeset

#: What marks a page as one of ours, which the next one may replace.
SIGNATURE = '<meta name="generator" content="gatecheck report">'
_SIGNS = {"passed": "✓", "failed": "✕", "skipped": "–", "undetermined": "?"}


def render(report: Report, source: str = "", cell: Cell | None = None) -> str:
    """The page; source is the student's file, for the lines around a mistake."""
    numbers = count(1)
    timed = frozenset((*cell.inputs, *cell.assigned, *(f"a_{n}" for n in cell.assigned))) if cell else frozenset()
    return (
        environment()
        .get_template("report.html.jinja")
        .render(
            report=report,
            signature=Markup(SIGNATURE),
            headline=_headline(report),
            bar=_bar(report),
            equations=lambda mistake: _equations(mistake, timed),
            indexed=bool(cell),
            excerpt=lambda mistake: _excerpt(source, mistake),
            graph=lambda mistake: _graph(mistake, cell, numbers),
            groups=_groups,
            messages=lambda task: [_Message.of(found) for found in words.alike(words.untold(report, task))],
            heats=heat_maps(report),
            measured=[check for check in report.checks if check.error is not None],
            words=words,
            signs=_SIGNS,
            part=part,
            placed=placed,
            paragraphs=list(_paragraphs(report.message)),
            report_style=Markup((folder("templates") / "html" / "report.css").read_text("utf-8")),
            **face(),
        )
        .lstrip()
    )


def _headline(report: Report) -> str:
    """The page's title: the mistake where there is one."""
    if report.outcome != "graded":
        headline = words.HEADLINES[report.outcome][1]
        return headline[:1].upper() + headline[1:]
    if report.full_marks:
        return "Everything is right"
    if report.mistakes:
        return report.mistakes[0].title if len(report.mistakes) == 1 else f"{len(report.mistakes)} mistakes"
    failed = [check for check in report.checks if check.status == "failed"]
    if not failed:
        return "Graded"
    return f"{len(failed)} of {len(report.checks)} quantities are wrong" if len(failed) > 1 else "One quantity is wrong"


def _paragraphs(message: str) -> Iterator[tuple[str, bool]]:
    """The paragraphs of a message, and whether each is quoted from the file: what is indented is."""
    for is_quoted, lines in groupby(message.splitlines(), lambda line: line.startswith("  ")):
        if is_quoted:
            yield Markup("\n").join(map(_verbatim, lines)), True
        else:
            yield from ((line, False) for line in lines)


def _bar(report: Report) -> list[tuple[str, float]]:
    """The parts of the score in percent."""
    whole = report.max_score
    kinds = zip(("earned", "lost", "waiting"), words.parts(report), strict=True)
    return [(kind, round(100 * size / whole, 2)) for kind, size in kinds if size > 0] if whole else []


# Equations.


@dataclass(frozen=True)
class Stretch:
    """A part of an equation: its formulas, what it is ("", "wrong", "right", "nothing"), and words below it."""

    pieces: list[str]
    kind: str = ""
    label: str = ""


def _equations(mistake: Mistake, timed: frozenset[str]) -> list[tuple[str, str, list[str], list[Stretch]]]:
    """Both equations: the status and name of each, its left side, and its right side in stretches."""
    if not (mistake.wrong and mistake.right):
        return []
    found = difference(mistake.wrong, mistake.right)
    before = f"= {found.before}" if mistake.left else found.before
    missed = f"missing: {mistake.path}" if mistake.path else "missing"
    labels = ("", missed) if found.missing else ("too much", "") if found.extra else ("", "")
    rows = []
    for name, status, kind, middle, label in (
        ("yours", "failed", "wrong", found.wrong, labels[0]),
        ("right", "passed", "right", found.right, labels[1]),
    ):
        marked = typeset(middle, timed, ends_in_operand(before))
        gap = Stretch([], "nothing", "nothing here") if kind == "wrong" and found.missing else Stretch([])
        stretches = [
            Stretch(typeset(before, timed, bool(mistake.left))),
            Stretch(marked, kind, label) if marked else gap,
            Stretch(typeset(found.after, timed, ends_in_operand(before + middle))),
        ]
        left = typeset(mistake.left, timed)
        rows.append((status, name, left, [s for s in stretches if s.pieces or s.label]))
    return rows


# The student's lines.


def _excerpt(source: str, mistake: Mistake) -> list[tuple[int, Markup, bool]]:
    """Lines with their numbers, and whether each is the one."""
    where = mistake.where
    return [(n, _verbatim(text), where is not None and n == where.line) for n, text in words.excerpt(source, where)]


def _verbatim(text: str) -> Markup:
    """A line with its blanks, escaped already: the templates join those of other words."""
    return Markup.escape(printable(text))


# The graph.


def _graph(mistake: Mistake, cell: Cell | None, numbers: Iterator[int]) -> str:
    """The cell's graph with the path that is missing; empty where there is no such thing."""
    if cell is None or not mistake.path:
        return ""
    lost = difference(mistake.wrong, mistake.right).right
    try:
        shown = missing(network(cell), mistake.path.split(" → "), "[t+1]" in lost)
        if not any(edge.kind == "missing" for edge in shown.edges):
            return ""
        made = draw(shown)
    except BadInput:
        return ""
    return drawing(Picture(made.svg, f"{made.alternative} {made.caption}"), next(numbers))


# Tasks.


@dataclass(frozen=True)
class _Message:
    """What failed checks say; named: the quantity before it, where it does not name one; others: whose is alike."""

    text: str
    named: str
    others: tuple[str, ...]

    @classmethod
    def of(cls, alike: list[Check]) -> _Message:
        first, *others = alike
        named = "" if words.speaks_for_itself(first) else first.quantity
        return cls(first.message, named, tuple(check.quantity for check in others))


def _groups(task: TaskResult) -> list[tuple[str, str, list[Check]]]:
    """(status, why they were not judged on their own, checks): failures first, then what is right."""
    found: dict[tuple[str, str], list[Check]] = {}
    for check in task.checks:
        found.setdefault((words.reason(check), check.status), []).append(check)
    order = list(_SIGNS)
    ranked = sorted(found, key=lambda key: (bool(key[0]), key[1] != "failed", order.index(key[1])))
    return [(status, why, found[why, status]) for why, status in ranked]
