r"""Document -> LaTeX to paste: \subsection*, align*, tabular, verbatim; no preamble. Needs amsmath."""

from __future__ import annotations

from . import aligned, escaping
from .document import Blank, Display, Document, Listing, Mark, Math, Mono, Picture, Row, Table, Words
from .equations import Formula
from .markup import Markup

_PREAMBLE = r"% To paste; needs \usepackage{amsmath}."
#: A character of a note, in the width of a capital M.
_LETTER = 0.45
#: Between two columns.
_APART = 1.2


def render(document: Document) -> str:
    """The document as LaTeX."""
    return f"{_PREAMBLE}\n{_Latex().render(document)}"


class _Latex(Markup):
    def text(self, text: str) -> str:
        return escaping.latex(text)

    def math(self, formula: str) -> str:
        return f"${formula}$"

    def mono(self, code: str) -> str:
        return rf"\texttt{{{escaping.latex(code)}}}"

    def mark(self, mark: Mark) -> str:
        return rf"\emph{{{escaping.latex(mark.text)}}}"

    def blank(self, width: int) -> str:
        return rf"\rule{{{width / 2:g}em}}{{0.4pt}}"

    def head(self, document: Document) -> str:
        title = rf"\section*{{{self.text(document.title)}}}" if document.title else ""
        parts = [title, self.words(document.lead), self.words(document.aside)]
        if document.facts:
            parts.append(self.table(Table((), tuple(((name,), value) for name, value in document.facts))))
        return "\n\n".join(filter(None, parts))

    def heading(self, title: str, inner: bool) -> str:
        return rf"\{'subsubsection' if inner else 'subsection'}*{{{self.text(title)}}}"

    def display(self, display: Display) -> str:
        equations = [self.math(str(Formula(row.left, row.addends))) for row in display.equations]
        over = r" \quad ".join(filter(None, (self.words(display.over), *equations)))
        rows = aligned.BREAK.join(map(self._row, display.rows))
        return f"{over}\n\\begin{{align*}}\n{rows}\n\\end{{align*}}".lstrip("\n")

    def _row(self, row: Row) -> str:
        note = self.words(row.note)
        room = max(aligned.LINE - _width(row.note), aligned.LINE / 2)
        lines = aligned.formula(Formula(row.left, row.addends), room)
        first, *rest = lines.split(aligned.BREAK)
        return aligned.BREAK.join([rf"{first} && \text{{{note}}}" if note else first, *rest])

    def table(self, table: Table) -> str:
        layout = _layout(table)
        header = [self._cells(table.header, layout) + r" \hline"] if any(table.header) else []
        rows = [self._cells(row, layout) for row in table.rows]
        tabular = (r"\noindent", rf"\begin{{tabular}}{{{''.join(layout)}}}", *header, *rows, r"\end{tabular}")
        return "\n\n".join(filter(None, ("\n".join(tabular), self.words(table.caption))))

    def _cells(self, row: tuple[Words, ...], layout: list[str]) -> str:
        ragged = (r"\raggedright " if column.startswith("p") else "" for column in layout)
        line = " & ".join(start + self.words(cell) for start, cell in zip(ragged, row, strict=True))
        # A bracket at the start of a line would be read as an option of the end of the line before it.
        return ("{}" if line.startswith("[") else "") + line + r" \tabularnewline"

    def picture(self, picture: Picture) -> str:
        alternative, caption = self.told(picture)
        return "\n\n".join(filter(None, (rf"\emph{{{alternative}}}", caption)))

    def listing(self, listing: Listing) -> str:
        # The one line that would end the environment within it loses its meaning by a space.
        code = "\n".join(escaping.lines(listing.text)).replace(r"\end{verbatim}", r"\end {verbatim}")
        return f"\\begin{{verbatim}}\n{code}\n\\end{{verbatim}}"


def _width(words: Words) -> float:
    """About how wide words are when set, in the width of a capital M."""
    return sum(map(_width_of, words))


def _width_of(word: str | Math | Mono | Mark | Blank) -> float:
    match word:
        case Math(text=formula):
            return aligned.width(formula)
        case Blank(width=digits):
            return digits / 2
        case str():
            return _LETTER * len(word)
    return _LETTER * len(word.text)


def _layout(table: Table) -> list[str]:
    """How each column is set; where all together are too wide, the widest may break their lines."""
    lines = [row for row in (table.header, *table.rows) if row]
    widths = [max(map(_width, column)) + _APART for column in zip(*lines, strict=True)]
    layout = ["r" if c in table.right else "l" for c in range(len(widths))]
    room = aligned.PAGE
    # Numbers first, then narrow columns: what they leave is shared by the rest.
    for done, c in enumerate(sorted(range(len(widths)), key=lambda c: (layout[c] == "l", widths[c]))):
        share = room / (len(widths) - done)
        if widths[c] > share and layout[c] == "l":
            layout[c], widths[c] = f"p{{{max(share - _APART, 1):.1f}em}}", share
        room -= widths[c]
    return layout
