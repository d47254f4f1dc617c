"""One document, every format: which writer makes its formulas, and which renderer prints it."""

from __future__ import annotations

from collections.abc import Callable

from . import terminal
from .document import Document
from .formats import FORMATS
from .formulas import Formulas

#: What makes a document with a format's writer of formulas.
Builder = Callable[[type[Formulas]], Document]


def published(style: str, build: Builder) -> str | bytes:
    """The document in a format; bytes where it is no text."""
    return renderer(style)(build(FORMATS[style]))


def renderer(style: str) -> Callable[[Document], str | bytes]:
    """What prints a document in a format. A terminal need not wait for templates and typesetters."""
    match style:
        case "unicode":
            return terminal.unicode
        case "text":
            return terminal.text
        case "html":
            from .html import render
        case "markdown":
            from .markdown import render
        case "latex":
            from .latex_document import render
        case "typst":
            from .typst_document import render
        case "pdf":
            from .pdf import render as render_pdf

            return render_pdf
        case _:
            raise KeyError(style)
    return render
