"""Document -> one HTML page: formulas in MathML with their font, pictures as SVG, light and dark, for screen and paper.

The page needs no script and no network, and forbids both itself. Its face is in templates/html/.
"""

from __future__ import annotations

import io
import re
import tokenize
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from html import unescape
from itertools import count

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..data import folder
from ..errors import printable
from ..version import __version__
from .document import Document, Listing, Picture, Row, Table, Words
from .mathml import infix, prefix

#: A piece of a formula with more signs and letters than these is wider than a telephone.
_WIDE = 32
_LONG = 12
_VERDICTS = {"right": "✓ ", "wrong": "✕ "}
_COMMENTED = ("python", "cell")


def render(document: Document) -> str:
    """The document as a page of its own."""
    numbers = count(1)
    return (
        environment()
        .get_template("page.html.jinja")
        .render(
            document=document,
            titled=_titled(document),
            drawing=lambda picture: drawing(picture, next(numbers)),
            **face(),
        )
    )


@cache
def environment() -> Environment:
    """The templates of pages: what is filled in is escaped, on one line, and without control characters."""
    made = Environment(
        loader=FileSystemLoader(folder("templates") / "html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        finalize=_one_line,
    )
    made.globals |= {
        "kind": lambda part: type(part).__name__,
        "terms": lambda row: list(_terms(row)),
        "is_wide": _is_wide,
        "is_long": _is_long,
        "spoken": _spoken,
        "code": _code,
        "verdicts": _VERDICTS,
        "version": __version__,
    }
    made.tests["wide"] = _is_wide
    return made


def _one_line(value: object) -> object:
    """Words of others without line breaks and control characters; what is markup already stays as it is."""
    return printable(re.sub(r"\s+", " ", value)) if type(value) is str else value


@cache
def face() -> dict[str, Markup]:
    """The style sheet, and the font of mathematics."""
    here = folder("templates") / "html"
    font = b64encode((here / "font" / "mathematics.woff2").read_bytes()).decode()
    return {"style": Markup((here / "page.css").read_text("utf-8")), "font": Markup(font)}


def _titled(document: Document) -> dict[int, tuple[str, str]]:
    """{place of a section: (its name in links, its title)} of those that have one of their own."""
    found: dict[int, tuple[str, str]] = {}
    for k, section in enumerate(document.sections):
        if section.title and not section.inner:
            name = re.sub(r"[^a-z0-9]+", "-", section.title.lower()).strip("-") or "section"
            taken = {id for id, _ in found.values()}
            found[k] = (f"{name}-{k + 1}" if name in taken else name, section.title)
    return found


# Formulas.


def _terms(row: Row) -> Iterator[str]:
    """The right side in pieces between which a line may break: `= a`, `+ b`, `− c`."""
    if not row.addends:
        yield f"{infix('=')}<mn>0</mn>"
    for k, (sign, term) in enumerate(row.addends):
        first = infix("=") + (term if sign == "+" else prefix("−") + term)
        yield infix(sign) + term if k else first


def _is_wide(markup: str) -> bool:
    return len(_heard(markup)) > _WIDE


def _is_long(table: Table) -> bool:
    """Whether a table without a header is so long and narrow that its rows stand better in columns."""
    return len(table.rows) > _LONG and not any(table.header) and not table.lit


def _heard(markup: str) -> str:
    """What a piece of MathML says, without its tags."""
    return unescape(re.sub(r"<[^>]*>", "", markup))


def _spoken(line: Words) -> str:
    """A line of words for an attribute."""
    return "".join(w if isinstance(w, str) else _heard(getattr(w, "text", "…")) for w in line)


# Pictures.


def drawing(picture: Picture, number: int) -> str:
    """The SVG as an element of the page: named by its alternative, its ids made this picture's own."""
    svg = picture.svg[picture.svg.index("<svg") :]
    svg = re.sub(r'(\sid="|href="#|url\(#)', rf"\1picture{number}-", svg)
    start, _, rest = svg.partition(">")
    start = re.sub(r'\s(role|aria-\w+)="[^"]*"', "", start)
    return f'{start} role="img" aria-label="{escape(printable(picture.alternative))}">{rest}'


# Code.


def _code(listing: Listing) -> Markup:
    """The lines as they are; comments stand out where the language has Python's."""
    lines = [printable(line) for line in listing.text.rstrip("\n").split("\n")]
    comments = dict(_comments(lines)) if listing.language in _COMMENTED else {}
    written = []
    for k, line in enumerate(lines):
        start = comments.get(k, len(line))
        comment = Markup('<span class="comment">{}</span>').format(line[start:]) if line[start:] else ""
        written.append(escape(line[:start]) + comment)
    return Markup("\n").join(written)


def _comments(lines: list[str]) -> Iterator[tuple[int, int]]:
    """(line, column) of every comment, as far as the code can be read."""
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0] - 1, token.start[1]
