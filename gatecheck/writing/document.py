"""What is to be read, before it has a format: sections of prose, formulas, tables, pictures and code.

A command builds one Document with a format's writer of formulas, and that format's renderer prints it:

    Document  = title, lead, facts, sections
    Section   = title, blocks
    Block     = Paragraph | Display | Table | Picture | Listing
    Words     = a line of str | Math | Mono | Mark

Strings are plain words and escaped by the renderer; Math is already in the notation of the format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

#: What a word is marked as: a kind of edge (its colour in pictures), or a verdict. Never told by colour alone.
Kind = Literal["elementwise", "matrix", "reduction", "right", "wrong"]


@dataclass(frozen=True)
class Math:
    """A formula in the notation of the format: Unicode, LaTeX, MathML, …"""

    text: str


@dataclass(frozen=True)
class Mono:
    """A command, a file's name, a piece of code."""

    text: str


@dataclass(frozen=True)
class Mark:
    """A word that belongs to a kind of edge, or says a verdict."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Blank:
    """A place to write in, about as wide as that many digits."""

    width: int = 8


Words = tuple[str | Math | Mono | Mark | Blank, ...]


@dataclass(frozen=True)
class Paragraph:
    """Prose."""

    words: Words


@dataclass(frozen=True)
class Row:
    """`left = right`: the addends of the right side as (sign, term), so that a long sum can be broken between them.

    note: why, or what shape; lit: whether it is the one to see first.
    """

    left: str
    addends: tuple[tuple[str, str], ...]
    note: Words = ()
    lit: bool = False


@dataclass(frozen=True)
class Display:
    """Formulas below each other, their = in one column, under words or equations that say where they come from."""

    rows: tuple[Row, ...]
    over: Words = ()
    equations: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Table:
    """Cells of words, with or without a header.

    right: the columns of numbers, aligned at the right; lit: the rows to see first.
    """

    header: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    right: tuple[int, ...] = ()
    lit: tuple[int, ...] = ()
    caption: Words = ()


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG; alternative: the same in a sentence; text: the same in characters, for a terminal."""

    svg: str
    alternative: str
    caption: Words = ()
    text: str = ""


@dataclass(frozen=True)
class Listing:
    """Code or data, as it is."""

    text: str
    language: str = ""


Block = Paragraph | Display | Table | Picture | Listing


@dataclass(frozen=True)
class Section:
    """Blocks under a title; an empty title continues what stands before it. inner: a part of the section before it."""

    title: str
    blocks: tuple[Block, ...]
    inner: bool = False


@dataclass(frozen=True)
class Document:
    """title and aside stand on the first line (lstm … no index: step t); facts are pairs of a name and words."""

    title: str
    lead: Words = ()
    aside: Words = ()
    facts: tuple[tuple[str, Words], ...] = ()
    sections: tuple[Section, ...] = field(default=())
