"""Wrong and right as two rows that share their prefix, with what differs marked below."""

from __future__ import annotations

from collections.abc import Iterator

from gatecheck.reporting.difference import Difference, difference
from gatecheck.reporting.terminal.lines import Line, Span, cells, fold, reach
from gatecheck.reporting.terminal.signs import Signs

Stretch = tuple[int, int]


def rows(left: str, wrong: str, right: str, path: str, columns: int, signs: Signs) -> Iterator[Line]:
    """The two equations `left = wrong` and `left = right`, and the mark; path names what is missing."""
    found = difference(wrong, right)
    start = f"{left} = " if left else ""
    yours, ours = f"  {signs.failed} yours   ", f"  {signs.passed} right   "
    label = (
        (f"missing: {path}" if path else "missing") if found.missing else "too much" if found.extra else ""
    )
    gap = max(cells(found.wrong), cells(found.right)) if found.missing or found.extra else 0
    if cells(yours + start + found.before + found.after) + max(gap, *_sizes(found)) <= columns:
        yield _row(yours, "red", start, found, found.wrong, gap)
        yield _row(ours, "green", start, found, found.right, gap)
        stretch = _shrunk(found.right if not found.extra else found.wrong, cells(ours + start + found.before))
        yield from _mark(stretch, label, columns, signs)
    else:
        at = len(found.before)
        too_much = (at, at + len(found.wrong)) if found.extra else (0, 0)
        lacking = (at, at + len(found.right)) if not found.extra else (0, 0)
        yield from _folded((yours, "red"), start, wrong, too_much, label, columns, signs)
        yield from _folded((ours, "green"), start, right, lacking, label, columns, signs)


def _sizes(found: Difference) -> tuple[int, int]:
    return cells(found.wrong), cells(found.right)


def _row(label: str, style: str, start: str, found: Difference, middle: str, gap: int) -> Line:
    space = " " * max(gap - cells(middle), 0)
    return (
        Span(label, style),
        Span(start + found.before),
        Span(middle, style),
        Span(space),
        Span(found.after),
    )


def _shrunk(text: str, column: int) -> Stretch:
    """The columns of a text that begins in a column, without the blanks around it."""
    begin = column + cells(text) - cells(text.lstrip())
    return begin, max(begin, column + cells(text.rstrip()))


def _mark(stretch: Stretch, label: str, columns: int, signs: Signs) -> Iterator[Line]:
    """The bracket below the columns from begin to end, with its label inside it or beside it."""
    begin, end = stretch
    width, room = end - begin, cells(label)
    if width <= 0:
        return
    first, dash, last = tuple(signs.corners)
    bracket = first + dash * (width - 2) + last if width > 1 else "^"
    after = ""
    if label and width >= room + 6:
        filling = width - room - 4
        bracket = first + dash * (filling - filling // 2) + f" {label} " + dash * (filling // 2) + last
    elif label and end + 1 + room <= columns:
        after = f" {label}"
    elif label and begin - room - 3 >= 12:
        yield (Span(" " * (begin - room - 1)), Span(f"{label} {bracket}", "green"))
        return
    elif label:
        yield (Span(" " * begin), Span(bracket, "green"))
        yield from ((Span(" " * 12), Span(line, "green")) for line in fold(label, max(columns - 12, 8)))
        return
    yield (Span(" " * begin), Span(bracket + after, "green"))


def _folded(
    name: tuple[str, str], start: str, text: str, stretch: Stretch, label: str, columns: int, signs: Signs
) -> Iterator[Line]:
    """An equation in several lines, each with the mark of its part of the stretch."""
    margin = cells(name[0])
    indent = margin + (cells(start) if cells(start) <= (columns - margin) // 3 else 2)
    used = margin + cells(start)
    lead: Line = (Span(*name), Span(start))
    for begin, end in _pieces(text, columns - used, columns - indent):
        inside = max(begin, stretch[0]), min(end, stretch[1])
        parts = text[begin : inside[0]], text[inside[0] : inside[1]], text[inside[1] : end]
        if inside[0] >= inside[1]:
            parts = text[begin:end], "", ""
        yield (*lead, Span(parts[0]), Span(parts[1], name[1]), Span(parts[2]))
        mark = _shrunk(parts[1], used + cells(parts[0]))
        yield from _mark(mark, label, columns, signs)
        label = label if mark[0] == mark[1] else ""
        lead, used = (Span(" " * indent),), indent


def _pieces(text: str, first: int, rest: int) -> Iterator[Stretch]:
    """Where to break a formula: before a sign of its sum, else at a blank, else where the room ends."""
    begin, room = 0, first
    while begin < len(text):
        end = reach(text, begin, max(room, 4))
        if end < len(text):
            end = _break(text, begin, end)
        yield begin, end
        begin = end + len(text[end:]) - len(text[end:].lstrip())
        room = rest


def _break(text: str, begin: int, end: int) -> int:
    blanks = [n for n in range(begin + 1, end + 1) if text[n] == " "]
    signs = [n for n in blanks if text[n + 1 : n + 3] in ("+ ", "− ", "- ") and _depth(text[:n]) == 0]
    # A sum is broken between its terms, unless that would leave most of the line empty.
    best = [n for n in signs if n - begin > (end - begin) // 3] or blanks
    return best[-1] if best else end


def _depth(text: str) -> int:
    return sum((c in "([") - (c in ")]") for c in text)
