"""Document -> Typst: one source that holds its pictures and its layout. Its face is templates/typst/page.typ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..data import folder
from ..version import __version__
from . import escaping
from .document import Display, Document, Listing, Mark, Picture, Row, Table, Words
from .equations import Formula
from .markup import Markup, fenced


def render(document: Document) -> str:
    """The document as the source of a Typst document, which needs no other file."""
    face = (folder("templates") / "typst" / "page.typ").read_text("utf-8")
    title = escaping.quoted(document.title or "gatecheck")
    made = f"[gatecheck {escaping.typst(__version__)}]"
    return f"{face}\n#show: page-of.with(title: {title}, made-by: {made})\n\n{_Typst().render(document)}\n"


class _Typst(Markup):
    """What is called ends with a semicolon, so that no word after it is read as part of the call."""

    #: The fonts that come with Typst have no ✕.
    verdicts: Mapping[str, str] = {"right": "✓ ", "wrong": "✗ "}

    def text(self, text: str) -> str:
        return escaping.typst(text)

    def math(self, formula: str) -> str:
        return f"${formula.strip()}$"

    def mono(self, code: str) -> str:
        return f"#raw({escaping.quoted(code)});"

    def mark(self, mark: Mark) -> str:
        return f'#mark("{mark.kind}")[{self.verdicts.get(mark.kind, "")}{self.text(mark.text)}];'

    def blank(self, width: int) -> str:
        return f"#blank({width});"

    def _content(self, words: Words) -> str:
        return f"[{self.words(words)}]"

    def head(self, document: Document) -> str:
        facts = (f"  ([{self.text(name)}], {self._content(value)})" for name, value in document.facts)
        parts = (
            f"= {self.text(document.title)}" if document.title else "",
            f"#lead{self._content(document.lead)};" if document.lead else "",
            f"#aside{self._content(document.aside)};" if document.aside else "",
            _call("facts", facts) if document.facts else "",
        )
        return "\n\n".join(filter(None, parts))

    def heading(self, title: str, inner: bool) -> str:
        return f"{'===' if inner else '=='} {self.text(title)}"

    def display(self, display: Display) -> str:
        arguments = [f"  over: {self._content(display.over)}"] if display.over else []
        if display.equations:
            arguments += [f"  equations: ({''.join(f'{self._row(row)}, ' for row in display.equations)})"]
        return _call("display", [*arguments, *(f"  {self._row(row)}" for row in display.rows)])

    def _row(self, row: Row) -> str:
        # A sign at the start of a formula would stand close to its term, as that of a number.
        first, *rest = Formula(row.left, row.addends).terms
        terms = [f"$= {first}$", *(f"${term[0]} med {term[2:]}$" for term in rest)]
        note = f", note: {self._content(row.note)}" if row.note else ""
        return f"row(${row.left}$, ({', '.join(terms)},){note}{', lit: true' if row.lit else ''})"

    def table(self, table: Table) -> str:
        arguments = []
        if any(table.header):
            arguments.append(f"  header: ({self._cells(table.header)})")
        for name, places in (("right", table.right), ("lit", table.lit)):
            if places:
                arguments.append(f"  {name}: ({''.join(f'{k}, ' for k in places)})")
        if table.caption:
            arguments.append(f"  caption-words: {self._content(table.caption)}")
        return _call("tabular", [*arguments, *(f"  ({self._cells(row)})" for row in table.rows)])

    def _cells(self, row: Iterable[Words]) -> str:
        return "".join(f"{self._content(words)}, " for words in row).rstrip()

    def picture(self, picture: Picture) -> str:
        caption = f", caption-words: {self._content(picture.caption)}" if picture.caption else ""
        return f"#picture({fenced(picture.svg, 'svg')}, alt: {escaping.quoted(picture.alternative)}{caption});"

    def listing(self, listing: Listing) -> str:
        return f"#listing({fenced(listing.text, listing.language)});"


def _call(name: str, arguments: Iterable[str]) -> str:
    return "\n".join([f"#{name}(", *(f"{argument}," for argument in arguments), ");"])
