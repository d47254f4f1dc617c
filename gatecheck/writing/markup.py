"""Document -> text with markup: what the renderers of Markdown, LaTeX and Typst have in common."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping

from .document import Blank, Block, Display, Document, Listing, Mark, Math, Mono, Paragraph, Picture, Table, Words
from .escaping import lines, spaced


class Markup(ABC):
    """Blocks with a blank line between them. Every method takes what the document says and gives markup."""

    #: Before a verdict's word.
    verdicts: Mapping[str, str] = {"right": "✓ ", "wrong": "✕ "}

    def render(self, document: Document) -> str:
        """The whole document."""
        parts = [self.head(document)]
        for section in document.sections:
            parts += [self.heading(section.title, section.inner) if section.title else ""]
            parts += map(self.block, section.blocks)
        return "\n\n".join(filter(None, parts))

    def words(self, words: Words) -> str:
        """A line of words."""
        return "".join(map(self._word, words))

    def _word(self, word: str | Math | Mono | Mark | Blank) -> str:
        match word:
            case str():
                return spaced(word, self.text)
            case Math(text=formula):
                return self.math(formula)
            case Mono(text=code):
                return self.mono(code)
            case Mark():
                return self.mark(word)
            case Blank(width=width):
                return self.blank(width)

    def told(self, picture: Picture) -> tuple[str, str]:
        """A picture in words, and its caption where those do not end with it."""
        caption = "".join(w if isinstance(w, str) else "" for w in picture.caption)
        repeated = caption and picture.alternative.endswith(caption)
        return self.text(picture.alternative), "" if repeated else self.words(picture.caption)

    def block(self, block: Block) -> str:
        """A block."""
        match block:
            case Paragraph(words=words):
                return self.words(words)
            case Display():
                return self.display(block)
            case Table():
                return self.table(block)
            case Picture():
                return self.picture(block)
            case Listing():
                return self.listing(block)

    @abstractmethod
    def text(self, text: str) -> str:
        """Words of others, with nothing active in them."""

    @abstractmethod
    def math(self, formula: str) -> str:
        """A formula within a line."""

    @abstractmethod
    def mono(self, code: str) -> str:
        """A piece of code within a line."""

    @abstractmethod
    def mark(self, mark: Mark) -> str:
        """A word that belongs to a kind of edge, or a verdict."""

    @abstractmethod
    def blank(self, width: int) -> str:
        """A place to write in, about as wide as that many digits."""

    @abstractmethod
    def head(self, document: Document) -> str:
        """What stands before the sections."""

    @abstractmethod
    def heading(self, title: str, inner: bool) -> str:
        """A section's title; inner: of a part of the one before."""

    @abstractmethod
    def display(self, display: Display) -> str:
        """Formulas below each other."""

    @abstractmethod
    def table(self, table: Table) -> str:
        """A table and its caption."""

    @abstractmethod
    def picture(self, picture: Picture) -> str:
        """A picture, or what stands for it."""

    @abstractmethod
    def listing(self, listing: Listing) -> str:
        """Code as it is."""


def fenced(text: str, language: str) -> str:
    """Lines of code between fences of backticks, as Markdown and Typst write them."""
    named = language if language.isascii() and language.isidentifier() else ""
    marks = fence(text, 3)
    return "\n".join([f"{marks}{named}", *lines(text), marks])


def fence(text: str, least: int) -> str:
    """Backticks, one more in a row than the text has anywhere."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))
