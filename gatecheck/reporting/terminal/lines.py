"""Lines of styled text for a terminal, laid out by the cells that they occupy.

Layout never looks at colour, so the text is the same without it. Colours are rich's, which knows what
each console can do; it gets finished lines, since it would take square brackets for markup, and formulas
are full of them (`δc[t+1]`).
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.console import Console


class Span(NamedTuple):
    """A stretch of text in one style: "", "bold", "dim", "red" or "green"."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def cells(text: str) -> int:
    """The columns that a text occupies: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def size(line: Iterable[Span]) -> int:
    """The columns that a line occupies."""
    return sum(cells(span.text) for span in line)


def reach(text: str, start: int, columns: int) -> int:
    """The index before which the text from `start` fits into the columns; at least one character does."""
    used = 0
    for index in range(start, len(text)):
        used += _cells_of(text[index])
        if used > columns:
            return max(index, start + 1)
    return len(text)


def cut(text: str, columns: int, sign: str) -> str:
    """The text, or as much of it as fits with the sign for an omission."""
    return text if cells(text) <= columns else text[: reach(text, 0, columns - cells(sign))] + sign


def fold(text: str, columns: int) -> list[str]:
    """The words of a text in lines of at most so many columns; longer words go on in the next line."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if cells(joined) <= columns:
            lines[-1] = joined
            continue
        start = 0
        while start < len(word):
            end = reach(word, start, columns)
            lines.append(word[start:end])
            start = end
    return lines[1:] if not lines[0] and len(lines) > 1 else lines


def hang(label: str, text: str, columns: int, style: str = "", *, indent: int = 0, text_style: str = "") -> list[Line]:
    """A paragraph after a label, its later lines set below its first word."""
    left = indent + cells(label)
    if left > columns // 2:
        lead = [(Span(" " * indent), Span(line, style)) for line in fold(label, columns - indent)]
        return lead + hang("", text, columns, indent=indent + 2, text_style=text_style)
    first, *rest = fold(text, columns - left)
    start = (Span(" " * indent), Span(label, style), Span(first, text_style))
    return [start, *((Span(" " * left), Span(line, text_style)) for line in rest)]


def flow(items: Iterable[Line], columns: int, gap: int = 2) -> list[Line]:
    """Items side by side, a gap apart, in as many lines as they need."""
    lines: list[Line] = []
    for item in items:
        if lines and size(lines[-1]) + gap + size(item) <= columns:
            lines[-1] += (Span(" " * gap), *item)
        else:
            lines.append(item)
    return lines


def paint(lines: Iterable[Line], color: bool) -> str:
    """The lines as text, with escape codes or without; no line ends in blanks."""
    if not color:
        return "\n".join("".join(span.text for span in _trimmed(line)) for line in lines)
    from rich.console import Console  # 30 ms that only colour costs

    console = Console(
        file=io.StringIO(), force_terminal=True, color_system="standard", legacy_windows=False, no_color=False
    )
    with console.capture() as capture:
        print_on(console, lines)
    return capture.get().removesuffix("\n")


def print_on(console: Console, lines: Iterable[Line]) -> None:
    """Print the lines on a console of rich's."""
    from rich.text import Text

    for line in lines:
        console.print(Text.assemble(*_trimmed(line)), soft_wrap=True, highlight=False)


def _trimmed(line: Line) -> Line:
    while line and not line[-1].text.strip():
        line = line[:-1]
    return (*line[:-1], line[-1]._replace(text=line[-1].text.rstrip())) if line else ()
