"""Document -> lines of 80 columns, in Unicode or in ASCII."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest

from . import page
from .document import Blank, Block, Display, Document, Listing, Mark, Math, Mono, Paragraph, Picture, Row, Table, Words
from .equations import Formula
from .escaping import ascii_only, plain, spaced

#: What is left beside the indentation of blocks; the space between a table's columns, and the least.
WIDTH = page.WIDTH - 2
GAP, NARROW = 3, 2


def unicode(document: Document) -> str:
    """The document in Unicode."""
    return _Terminal(plain, {"right": "✓ ", "wrong": "✕ "}).render(document)


def text(document: Document) -> str:
    """The document in ASCII."""
    return _Terminal(ascii_only, {}).render(document)


class _Terminal:
    def __init__(self, escape: Callable[[str], str], verdicts: Mapping[str, str]) -> None:
        self.escape = escape
        self.verdicts = verdicts

    def render(self, document: Document) -> str:
        lines = page.beside(self.escape(document.title), self.words(document.aside)).splitlines()
        lines += self._wrapped(document.lead)
        if document.facts:
            column = max(len(name) for name, _ in document.facts) + 2
            lines += ["", *(f"{name:<{column}}{self.words(value)}" for name, value in document.facts)]
        for section in document.sections:
            lines += ["", *([self.escape(section.title)] if section.title else [])]
            for k, block in enumerate(section.blocks):
                lines += [*([""] if k else []), *(f"  {line}" if line else "" for line in self.block(block))]
        return "\n".join(line.rstrip() for line in lines).lstrip("\n")

    def words(self, words: Words) -> str:
        return "".join(self._word(w) for w in words)

    def _word(self, word: str | Math | Mono | Mark | Blank) -> str:
        match word:
            case str():
                return spaced(word, self.escape)
            case Math(text=formula):
                return formula
            case Blank(width=width):
                return "_" * width
            case Mark(kind=kind, text=said):
                return self.verdicts.get(kind, "") + self.escape(said)
        return self.escape(word.text)

    def _wrapped(self, words: Words, width: int = page.WIDTH) -> list[str]:
        return page.row(self.words(words).split(" "), 0, " ", width) if words else []

    def block(self, block: Block) -> Iterator[str]:
        """A block's lines, without indentation."""
        match block:
            case Paragraph(words=words):
                yield from self._wrapped(words, WIDTH)
            case Display():
                yield from self._display(block)
            case Table():
                yield from self._table(block)
            case Picture(text=drawing, caption=caption):
                yield from drawing.splitlines()
                yield from self._wrapped(caption, WIDTH)
            case Listing(text=listing):
                yield from listing.rstrip("\n").splitlines()

    def _display(self, display: Display) -> Iterator[str]:
        if display.over:
            yield self.words(display.over)
        yield from self._equations(display.equations)
        indent = 2 * bool(display.over or display.equations)
        column = max((len(r.left) for r in display.rows), default=0)
        written = [page.formula(Formula(r.left, r.addends), indent, column, WIDTH).splitlines() for r in display.rows]
        notes = [self.words(r.note) for r in display.rows]
        # Notes stand in one column where all have room there, else each at the right margin.
        margin = max((len(lines[0]) for lines, note in zip(written, notes, strict=True) if note), default=0) + 4
        fits = margin + max(map(len, notes), default=0) <= WIDTH
        for lines, note in zip(written, notes, strict=True):
            first = f"{lines[0]:<{margin}}{note}" if fits and note else page.beside(lines[0], note, WIDTH)
            yield from (*first.splitlines(), *lines[1:])

    def _equations(self, rows: tuple[Row, ...]) -> Iterator[str]:
        """Short ones side by side, long ones each on a line."""
        found = [Formula(r.left, r.addends) for r in rows]
        together = "    ".join(map(str, found))
        if len(together) <= WIDTH:
            yield from [together] if found else []
        else:
            for f in found:
                yield from page.formula(f, 0, 0, WIDTH).splitlines()

    def _table(self, table: Table) -> Iterator[str]:
        rows = [[self.words(cell) for cell in row] for row in ((table.header,) if table.header else ()) + table.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        space = WIDTH - sum(widths)
        gap = min(GAP, space // max(1, len(widths) - 1))
        folded = gap < NARROW and len(widths) - len(table.right) > 1
        for k, row in enumerate(rows):
            if folded:
                yield from _folded(row, widths, table.right, head=bool(table.header) and not k)
            else:
                cells = (
                    f"{cell:>{w}}" if c in table.right else f"{cell:<{w}}"
                    for c, (cell, w) in enumerate(zip(row, widths, strict=True))
                )
                yield (" " * max(gap, NARROW)).join(cells).rstrip()
        yield from self._wrapped(table.caption, WIDTH)


def _folded(row: list[str], widths: list[int], right: tuple[int, ...], head: bool) -> Iterator[str]:
    """A row too wide for a line: its words below each other beside the first, its numbers at the end of the last.

    Where the first is wide itself, the others stand below it.
    """
    numbers = "  ".join(f"{row[c]:>{widths[c]}}" for c in right)
    texts = [cell for c, cell in enumerate(row) if c not in right and c and cell]
    if head:
        texts = [", ".join(texts)]
    wide = widths[0] > WIDTH // 2
    margin = 2 if wide else widths[0]
    room = WIDTH - 2 - margin
    lines = [line for text in texts[:-1] for line in _broken(text, room)]
    lines += _broken(texts[-1], room - len(numbers) - 2) if texts else [""]
    lines[-1] = f"{lines[-1]:<{room - len(numbers)}}{numbers}"
    if wide:
        yield from _broken(row[0], WIDTH)
    beside = [row[0]] if not wide else []
    for first, line in zip_longest(beside, lines, fillvalue=""):
        yield f"{first:<{margin}}  {line}".rstrip()


def _broken(text: str, width: int) -> list[str]:
    """A formula in lines: broken before its outermost signs, and elsewhere where that is not enough."""
    pieces, depth = [""], 0
    for word in text.split(" "):
        if word in ("+", "−", "-") and depth == 0 and pieces[-1] not in ("", "="):
            pieces.append("")
        pieces[-1] += f" {word}" if pieces[-1] else word
        depth += sum(map(word.count, "([")) - sum(map(word.count, ")]"))
    words = [part for piece in pieces for part in ([piece] if len(piece) <= width - 2 else piece.split(" "))]
    first, *rest = page.row(words, 0, " ", width - 2)
    return [first, *(f"  {line}" for line in rest)]
