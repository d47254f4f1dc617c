"""Wrong and right as two rows that share their prefix, with what differs marked below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..difference import Difference, difference
from .lines import Line, Span, cells, fold, reach
from .signs import Signs

# Formulas stand to the right of "  ✕ yours   ".
_MARGIN = 12


@dataclass(frozen=True)
class _Mark:
    """A bracket below what differs, with its label inside or beside it."""

    label: str
    style: str
    columns: int
    signs: Signs

    def below(self, text: str, column: int) -> Iterator[Line]:
        """The bracket below a text that begins in a column, without the blanks around it."""
        begin = column + cells(text) - cells(text.lstrip())
        end = column + cells(text.rstrip())
        # A sign alone, where a formula is broken, belongs to the line before.
        if re.search(r"\w", text):
            yield from self._bracket(begin, end)

    def _bracket(self, begin: int, end: int) -> Iterator[Line]:
        room, filling = cells(self.label), end - begin - cells(self.label) - 4
        first, dash, last = tuple(self.signs.corners)
        bracket = first + dash * (end - begin - 2) + last if end - begin > 1 else "^"
        if not self.label:
            yield self._line(begin, bracket)
        elif filling >= 2:
            half = filling // 2
            yield self._line(begin, f"{first}{dash * (filling - half)} {self.label} {dash * half}{last}")
        elif end + 1 + room <= self.columns:
            yield self._line(begin, f"{bracket} {self.label}")
        elif begin - room - 1 >= _MARGIN:
            yield self._line(begin - room - 1, f"{self.label} {bracket}")
        else:
            yield self._line(begin, bracket)
            left = begin if begin + room <= self.columns else _MARGIN
            yield from (self._line(left, line) for line in fold(self.label, max(self.columns - left, 8)))

    def _line(self, column: int, text: str) -> Line:
        return Span(" " * column), Span(text, self.style)


def rows(left: str, wrong: str, right: str, path: str, columns: int, signs: Signs) -> Iterator[Line]:
    """The two equations `left = wrong` and `left = right`, and the mark; path names what is missing."""
    found = difference(wrong, right)
    start = f"{left} = " if left else ""
    yours, ours = Span(f"  {signs.failed} yours   ", "red"), Span(f"  {signs.passed} right   ", "green")
    mark = _Mark(_label(found, path), "red" if found.extra else "green", columns, signs)
    longest = max(cells(found.wrong), cells(found.right))
    if cells(ours.text + start + found.before + found.after) + longest <= columns:
        # Only a gap is filled up: formulas with blanks of their own inside are hard to read.
        gap = longest if found.missing or found.extra else 0
        yield _row(yours, start, found, found.wrong, gap)
        yield _row(ours, start, found, found.right, gap)
        middle = found.wrong if found.extra else found.right
        yield from mark.below(middle, cells(ours.text + start + found.before))
    else:
        at = len(found.before)
        below_yours, below_ours = (mark, None) if found.extra else (None, mark)
        yield from _folded(yours, start, wrong, (at, at + len(found.wrong)), below_yours, columns)
        yield from _folded(ours, start, right, (at, at + len(found.right)), below_ours, columns)


def _label(found: Difference, path: str) -> str:
    if found.missing:
        return f"missing: {path}" if path else "missing"
    return "too much" if found.extra else ""


def _row(name: Span, start: str, found: Difference, middle: str, gap: int) -> Line:
    space = Span(" " * (gap - cells(middle)))
    return name, Span(start + found.before), Span(middle, name.style), space, Span(found.after)


def _folded(
    name: Span, start: str, text: str, marked: tuple[int, int], mark: _Mark | None, columns: int
) -> Iterator[Line]:
    """An equation in several lines, each with the mark of its part of the marked stretch."""
    if cells(start) > (columns - _MARGIN) // 2:
        marked = (marked[0] + len(start), marked[1] + len(start))
        start, text = "", start + text
    indent = _MARGIN + (cells(start) or 2)
    lead: Line = (name, Span(start))
    used = cells(name.text + start)
    for begin, end in _pieces(text, columns - used, columns - indent):
        first, last = (min(max(begin, edge), end) for edge in marked)
        before, middle, after = text[begin:first], text[first:last], text[last:end]
        yield *lead, Span(before), Span(middle, name.style), Span(after)
        below = list(mark.below(middle, used + cells(before))) if mark else []
        yield from below
        if mark and below:
            mark = replace(mark, label="")
        lead, used = (Span(" " * indent),), indent


def _pieces(text: str, first: int, rest: int) -> Iterator[tuple[int, int]]:
    """The parts of a formula, from and to, that fit the first line and each later one."""
    begin, room = 0, first
    while begin < len(text):
        end = reach(text, begin, max(room, 4))
        if end < len(text):
            end = _break(text, begin, end)
        yield begin, end
        begin = end + len(text[end:]) - len(text[end:].lstrip())
        room = rest


def _break(text: str, begin: int, end: int) -> int:
    """The best place: before a sign of the sum, before another sign, at a blank, or where the room ends."""
    blanks = [n for n in range(begin + 1, end + 1) if text[n] == " "]
    outside = [n for n in blanks if sum((c in "([") - (c in ")]") for c in text[:n]) == 0]
    signs = [n for n in outside if re.match(r" [^\w\s] ", text[n:])]
    sums = [n for n in signs if text[n + 1] in "+−-"]
    # A better place is no good where it leaves most of the line empty.
    for places in (sums, signs, outside, blanks):
        if places and places[-1] - begin > (end - begin) // 3:
            return places[-1]
    return end
