r"""Document -> LaTeX to paste: \subsection*, align*, tabular, verbatim; no preamble. Needs amsmath."""

from __future__ import annotations

from collections.abc import Iterable

from . import aligned, escaping
from .document import Display, Document, Listing, Mark, Picture, Table, Words
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
            parts.append(_tabular("ll", ([self.text(name), self.words(value)] for name, value in document.facts)))
        return "\n\n".join(filter(None, parts))

    def heading(self, title: str) -> str:
        return rf"\subsection*{{{self.text(title)}}}"

    def display(self, display: Display) -> str:
        equations = [self.math(f"{row.left} = {row.right}") for row in display.equations]
        over = r" \quad ".join(filter(None, (self.words(display.over), *equations)))
        return "\n".join(filter(None, (over, _align(map(self._row, display.rows)))))
