"""Document -> lines of 80 columns, in Unicode or in ASCII."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import page
from .document import Blank, Block, Display, Document, Listing, Mark, Math, Mono, Paragraph, Picture, Table, Words
from .equations import Formula
from .escaping import ascii_only, plain


def unicode(document: Document) -> str:
    """The document in Unicode."""
    return _Terminal(plain).render(document)


def text(document: Document) -> str:
    """The document in ASCII."""
    return _Terminal(ascii_only).render(document)


class _Terminal:
    def __init__(self, escape: Callable[[str], str]) -> None:
        self.escape = escape

    def render(self, document: Document) -> str:
        lines = page.beside(self.escape(document.title), self.words(document.aside)).splitlines()
        lines += self._wrapped(document.lead)
        if document.facts:
            column = max(len(name) for name, _ in document.facts) + 2
            lines += ["", *(f"{name:<{column}}{self.words(value)}" for name, value in document.facts)]
        for section in document.sections:
            lines += ["", *([self.escape(section.title)] if section.title else [])]
            for k, block in enumerate(section.blocks):
                indent = 2 if section.title else 0
                lines += [*([""] if k else []), *(" " * indent + line if line else "" for line in self.block(block))]
        return "\n".join(line.rstrip() for line in lines)

    def words(self, words: Words) -> str:
        return "".join(self._word(w) for w in words)

    def _word(self, word: str | Math | Mono | Mark | Blank) -> str:
        match word:
            case str():
                # Spaces at the ends part it from its neighbours.
                inner = self.escape(word)
                return f"{' ' * (word[:1] == ' ')}{inner}{' ' * (word[-1:] == ' ' and bool(inner))}"
            case Math(text=formula):
                return formula
            case Blank(width=width):
                return "_" * width
        return self.escape(word.text)

    def _wrapped(self, words: Words, width: int = page.WIDTH) -> list[str]:
        return page.row(self.words(words).split(" "), 0, " ", width) if words else []

    def block(self, block: Block) -> Iterator[str]:
        """A block's lines, without indentation."""
        match block:
            case Paragraph(words=words):
                yield from self._wrapped(words, page.WIDTH - 2)
            case Display():
                yield from self._display(block)
            case Table():
                yield from self._table(block)
            case Picture(text=drawing, caption=caption):
                yield from drawing.splitlines()
                yield from self._wrapped(caption, page.WIDTH - 2)
            case Listing(text=listing):
                yield from listing.rstrip("\n").splitlines()

    def _display(self, display: Display) -> Iterator[str]:
        if display.over:
            yield self.words(display.over)
        indent, width = 2 * bool(display.over), page.WIDTH - 2
        column = max((len(r.left) for r in display.rows), default=0)
        for row in display.rows:
            written = page.formula(Formula(row.left, row.addends), indent, column, width).splitlines()
            beside = page.beside(written[0], self.words(row.note), width)
            yield from (*beside.splitlines(), *written[1:])

    def _table(self, table: Table) -> Iterator[str]:
        rows = [[self.words(cell) for cell in row] for row in (table.header, *table.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        folded = sum(widths) + 2 * (len(widths) - 1) > page.WIDTH - 2 and len(widths) - len(table.right) > 1
        for k, row in enumerate(rows):
            if not k and not any(row):
                continue
            if folded:
                yield from _folded(row, widths, table.right, head=not k)
            else:
                cells = (
                    f"{cell:>{w}}" if c in table.right else f"{cell:<{w}}"
                    for c, (cell, w) in enumerate(zip(row, widths, strict=True))
                )
                yield "  ".join(cells).rstrip()
        yield from self._wrapped(table.caption, page.WIDTH - 2)


def _folded(row: list[str], widths: list[int], right: tuple[int, ...], head: bool) -> Iterator[str]:
    """A row too wide for a line: its words below each other beside the first, its numbers at the end of the last."""
    numbers = "  ".join(f"{row[c]:>{widths[c]}}" for c in right)
    texts = [cell for c, cell in enumerate(row) if c not in right and c and cell]
    if head:
        texts = [", ".join(texts)]
    room = page.WIDTH - 4 - widths[0]
    lines = [line for text in texts[:-1] for line in _broken(text, room)]
    lines += _broken(texts[-1], room - len(numbers) - 2) if texts else [""]
    lines[-1] = f"{lines[-1]:<{room - len(numbers)}}{numbers}"
    yield from (f"{row[0] if not k else '':<{widths[0]}}  {line}".rstrip() for k, line in enumerate(lines))


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
