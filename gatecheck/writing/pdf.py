"""Document -> PDF, by Typst: a wheel with its fonts (the extra `pdf`); nothing is fetched when it runs."""

from __future__ import annotations

import re

from ..errors import BadInput, Fault, Problem
from . import typst_document
from .document import Document

#: Scripts of which the fonts that come with Typst have no letters: Armenian to Canadian, Chinese to Korean.
_ELSEWHERE = re.compile("[\u0530-\u167f\u2e80-\ud7ff\uf900-\ufaff\ufe30-\uffef]")


def render(document: Document) -> bytes:
    """The document as PDF, tagged for readers of screens; the same bytes for the same document.

    Raises BadInput where Typst is not installed, and Fault where it refuses what gatecheck wrote.
    """
    try:
        import typst
    except ImportError:
        advice = "Run pip install 'gatecheck[pdf]', or take --format typst and compile that elsewhere."
        raise BadInput(Problem("PDF is made by the package typst, which is not installed", None, advice)) from None
    source = typst_document.render(document)
    try:
        # The system's fonts would make the bytes depend on the machine.
        made = typst.compile(source.encode(), format="pdf", ignore_system_fonts=not _ELSEWHERE.search(source))
    except typst.TypstError as error:
        raise Fault(f"Typst refuses the document: {error.message}") from error
    assert isinstance(made, bytes)
    return made
