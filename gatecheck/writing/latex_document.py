r"""Document -> LaTeX to paste: \subsection*, align*, tabular, verbatim; no preamble. Needs amsmath."""

from __future__ import annotations

from collections.abc import Iterable

from . import aligned, escaping
from .document import Display, Document, Listing, Mark, Picture, Row, Table
from .equations import Formula
from .markup import Markup

_PREAMBLE = r"% To paste; needs \usepackage{amsmath}."
#: A character of a note, in the width of a capital M.
_LETTER = 0.45


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
            parts.append(_tabular("ll", [], ([self.text(name), self.words(value)] for name, value in document.facts)))
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
        lines = aligned.formula(Formula(row.left, row.addends), aligned.LINE - _LETTER * len(note))
        first, *rest = lines.split(aligned.BREAK)
        return aligned.BREAK.join([rf"{first} && \text{{{note}}}" if note else first, *rest])

    def table(self, table: Table) -> str:
        columns = len((table.header, *table.rows)[-1])
        layout = "".join("r" if c in table.right else "l" for c in range(columns))
        header = [map(self.words, table.header)] if any(table.header) else []
        written = _tabular(layout, header, (map(self.words, row) for row in table.rows))
        return "\n\n".join(filter(None, (written, self.words(table.caption))))

    def picture(self, picture: Picture) -> str:
        alternative = rf"\emph{{{self.text(picture.alternative)}}}"
        return "\n\n".join(filter(None, (alternative, self.words(picture.caption))))

    def listing(self, listing: Listing) -> str:
        # The one line that would end the environment within it loses its meaning by a space.
        code = "\n".join(escaping.lines(listing.text)).replace(r"\end{verbatim}", r"\end {verbatim}")
        return f"\\begin{{verbatim}}\n{code}\n\\end{{verbatim}}"


def _tabular(layout: str, header: Iterable[Iterable[str]], rows: Iterable[Iterable[str]]) -> str:
    written = [r"\noindent", rf"\begin{{tabular}}{{{layout}}}"]
    written += [_line(cells) + r" \hline" for cells in header]
    written += [_line(cells) for cells in rows]
    return "\n".join([*written, r"\end{tabular}"])


def _line(cells: Iterable[str]) -> str:
    # A bracket at the start of a line would be read as an option of the \\ before it.
    line = " & ".join(cells)
    return ("{}" if line.startswith("[") else "") + line + r" \\"
