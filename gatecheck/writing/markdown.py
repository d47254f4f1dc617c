"""Document -> Markdown with formulas in LaTeX, for GitHub, GitLab, Jupyter and Pandoc."""

from __future__ import annotations

import re
from urllib.parse import quote

from . import aligned, escaping
from .document import Display, Document, Listing, Mark, Mono, Picture, Row, Table, Words
from .equations import Formula
from .markup import Markup, fence, fenced

#: What renderers of Markdown spoil within dollars -> the same in other words. A backslash before a sign is taken for an
#: escape, an index after a bracket for emphasis, a bar for the end of a table's cell; GitHub refuses \operatorname.
_SAFE = (
    (r"\\\\", r"\\cr"),
    (r"\\, *", r"\\thinspace "),
    (r"\\operatorname\b", r"\\mathrm"),
    (r"\\(left|right)\|", r"\\\1\\vert "),
    (r">", r"\\gt "),
    (r"([^\w\s])_", r"\1_ "),
)


def render(document: Document) -> str:
    """The document as Markdown."""
    return _Markdown().render(document)


def illustrated(document: Document, stem: str) -> tuple[str, dict[str, str]]:
    """The document with links to its pictures, and those: {name of a file beside it: SVG}.

    Neither GitHub nor Pandoc shows an SVG that stands within Markdown.
    """
    renderer = _Markdown(stem)
    return renderer.render(document), renderer.files


def safe(formula: str) -> str:
    r"""LaTeX that plain Markdown leaves alone: `\mathit{ab}_{t} \, x` -> `\mathit{ab}_ {t} \thinspace x`."""
    for found, instead in _SAFE:
        formula = re.sub(found, instead, formula)
    return formula


class _Markdown(Markup):
    def __init__(self, stem: str = "") -> None:
        #: How files beside the document begin, where there are any: {name: SVG}.
        self.stem, self.files = stem, dict[str, str]()

    def text(self, text: str) -> str:
        return escaping.markdown(text)

    def math(self, formula: str) -> str:
        return f"${safe(formula)}$"

    def mono(self, code: str) -> str:
        code = escaping.plain(code)
        marks, gap = fence(code, 1), " " * ("`" in code)
        return f"{marks}{gap}{code}{gap}{marks}"

    def mark(self, mark: Mark) -> str:
        return f"**{self.verdicts.get(mark.kind, '')}{escaping.markdown(mark.text)}**"

    def blank(self, width: int) -> str:
        return r"\_" * width

    def head(self, document: Document) -> str:
        title = f"# {self.text(document.title)}" if document.title else ""
        facts = [f"- {self.text(name)}: {self.words(value)}" for name, value in document.facts]
        parts = (title, self.words(document.lead), self.words(document.aside), "\n".join(facts))
        return "\n\n".join(filter(None, parts))

    def heading(self, title: str, inner: bool) -> str:
        return f"{'###' if inner else '##'} {self.text(title)}"

    def display(self, display: Display) -> str:
        equations = [self.math(str(Formula(row.left, row.addends))) for row in display.equations]
        over = ", ".join(filter(None, (self.words(display.over), *equations)))
        noted = any(row.note for row in display.rows)
        return "\n\n".join(filter(None, (over, (self._noted if noted else self._aligned)(display.rows))))

    def _aligned(self, rows: tuple[Row, ...]) -> str:
        written = aligned.BREAK.join(aligned.formula(Formula(row.left, row.addends)) for row in rows)
        return f"$$\n\\begin{{aligned}}\n{safe(written)}\n\\end{{aligned}}\n$$"

    def _noted(self, rows: tuple[Row, ...]) -> str:
        """A table of left side, right side and note: within a formula there is no markup for words."""
        formulas = [Formula(row.left, row.addends) for row in rows]
        return _pipes(
            ["", "", ""],
            [
                [self.math(rf"\displaystyle {f.left}"), self.math(rf"\displaystyle = {f.right}"), self._cell(row.note)]
                for f, row in zip(formulas, rows, strict=True)
            ],
            right=(0,),
        )

    def table(self, table: Table) -> str:
        rows = [list(map(self._cell, row)) for row in table.rows]
        header = list(map(self._cell, table.header)) or [""] * len(rows[0])
        return "\n\n".join(filter(None, (_pipes(header, rows, table.right), self.words(table.caption))))

    def _cell(self, words: Words) -> str:
        """Words in a table, which a bar in code would end too."""
        return self.words(tuple(Mono(w.text.replace("|", r"\|")) if isinstance(w, Mono) else w for w in words))

    def picture(self, picture: Picture) -> str:
        if self.stem:
            name = f"{self.stem}-{len(self.files) + 1}.svg"
            self.files[name] = picture.svg
            return f"![{self.text(picture.alternative)}](<{quote(name)}>)\n\n{self.words(picture.caption)}".rstrip()
        drawn = self.listing(Listing(picture.text)) if picture.text else ""
        alternative, caption = self.told(picture)
        return "\n\n".join(filter(None, (drawn, f"*{alternative}*", caption)))

    def listing(self, listing: Listing) -> str:
        return fenced(listing.text, listing.language)


def _pipes(header: list[str], rows: list[list[str]], right: tuple[int, ...]) -> str:
    rule = ["--:" if c in right else ":--" for c in range(len(header))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))
