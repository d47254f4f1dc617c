"""One document, every format: which writer makes its formulas, and which renderer prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import html, latex_document, markdown, pdf, terminal, typst_document
from .document import Document
from .formats import FORMATS
from .formulas import Formulas

#: What makes a document with a format's writer of formulas.
Builder = Callable[[type[Formulas]], Document]

RENDERERS: Mapping[str, Callable[[Document], str | bytes]] = {
    "unicode": terminal.unicode,
    "text": terminal.text,
    "markdown": markdown.render,
    "latex": latex_document.render,
    "html": html.render,
    "typst": typst_document.render,
    "pdf": pdf.render,
}


def published(style: str, build: Builder) -> str | bytes:
    """The document in a format; bytes where it is no text."""
    return RENDERERS[style](build(FORMATS[style]))
