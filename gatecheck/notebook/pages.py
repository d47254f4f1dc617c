"""What a cell shows in a notebook: every page of the command line, as an object that displays itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..cells import LOSSES, Cell, joined
from ..cells import load as load_cell

if TYPE_CHECKING:
    from ..calculus.levels import Level
    from ..writing.publishing import Builder


class Page:
    """A page that prints as text and displays as Markdown with its formulas; str(page.as_("html")) and others."""

    def __init__(self, build: Builder, latex: Callable[[], str] | None = None, svg: str = "") -> None:
        self.build = build
        self.svg = svg
        self._latex = latex

    def as_(self, style: str) -> str | bytes:
        """The page in a format of the command line: unicode, text, markdown, latex, html, typst; pdf gives bytes."""
        from ..writing.publishing import published

        return published(style, self.build)

    @property
    def text(self) -> str:
        return str(self.as_("unicode"))

    @property
    def latex(self) -> str:
        """One environment to paste where there is one, else the page as LaTeX."""
        return self._latex() if self._latex else str(self.as_("latex"))

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str | None:
        return None if self.svg else str(self.as_("markdown"))

    def _repr_svg_(self) -> str | None:
        return self.svg or None

    def _repr_latex_(self) -> str | None:
        """For what displays LaTeX and no Markdown."""
        if self._latex is None:
            return None
        lines = self._latex().replace("align*", "aligned").splitlines()
        return "\n".join(["$$", *(line for line in lines if not line.startswith("%")), "$$"])


class LoadedCell:
    """A cell in a notebook."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def with_(self, loss: str | None = None, input: str | None = None) -> LoadedCell:
        """The cell with a loss after it ("cross-entropy", "squared-error") and an embedding before it."""
        return LoadedCell(joined(self.cell, loss, input))

    def show(self) -> Page:
        """The equations."""
        from ..calculus.system import system
        from ..writing import derivation, fragments

        lines = system(self.cell)
        return Page(lambda kind: derivation.show(kind(lines)), lambda: fragments.show(lines))

    def derive(
        self,
        loss: str | Iterable[str] | None = None,
        wrt: Iterable[str] = (),
        level: Level = "named",
        why: bool = False,
    ) -> Page:
        """The backward equations; the loss reads the output, unless said otherwise, as "h,c" or ("h", "c").

        loss may also be "cross-entropy" or "squared-error"; wrt, level and why are those of `gatecheck derive`.
        """
        from ..calculus.backward import derive
        from ..calculus.levels import at_level
        from ..writing import data, derivation, fragments

        piece = loss if isinstance(loss, str) and loss in LOSSES else None
        names = None if piece else [n.strip() for n in loss.split(",")] if isinstance(loss, str) else loss
        named, wanted = derive(joined(self.cell, piece), names, unit=True), tuple(wrt)
        data.known(named, wanted)
        backward = at_level(named, level)
        data.written(backward, wanted, level)
        return Page(
            lambda kind: derivation.derive(kind(backward.system), backward, wanted, why, level != "named"),
            lambda: fragments.derive(backward, wanted, why),
        )

    def paths(self, source: str | None = None, target: str | None = None, steps: int = 1) -> Page:
        """Every path from source[t-1] to target[t]; with steps > 1, what they become over that many."""
        from ..calculus.paths import paths
        from ..writing import fragments, ways

        found = paths(self.cell, source, target)
        latex = (lambda: fragments.paths(found)) if steps == 1 else None
        return Page(lambda kind: ways.document(kind(found.system), found, steps), latex)

    def trace(self, values: Mapping[str, Any] | None = None, steps: int | None = None) -> Page:
        """A worked example: of picked values, or of {"values": {"x": [2.9, 0.5], …}} as in a TOML file."""
        from ..calculus.backward import derive
        from ..calculus.given import check_steps, given
        from ..calculus.picking import pick
        from ..calculus.system import system
        from ..calculus.worked import worked
        from ..writing import worked_page

        check_steps(steps)
        backward = derive(self.cell, unit=True)
        if values is None:
            found = worked(backward, pick(backward, steps or 1))
        else:
            read = given(system(self.cell), dict(values), steps=steps)[0]
            found = worked(derive(self.cell, read.loss or None, unit=True), read)
        source = "picked" if values is None else "given"
        return Page(lambda kind: worked_page.document(kind, found, (source,)))

    def prove(self, loss: Iterable[str] | None = None) -> Page:
        """The proof of the backward equations."""
        from ..calculus.proof import prove
        from ..writing import proof

        found = prove(self.cell, loss)
        return Page(lambda kind: proof.document(kind(found.backward.system), found), lambda: proof.latex(found))

    def graph(self, source: str | None = None, target: str | None = None) -> Page:
        """A picture of one step."""
        from ..writing.document import Document, Picture, Section
        from ..writing.drawing import telling
        from ..writing.drawing.graph import draw
        from ..writing.drawing.network import network

        shown = network(self.cell, source, target)
        drawing = draw(shown)
        picture = Picture(drawing.svg, drawing.alternative, (drawing.caption,), telling.as_text(shown))
        return Page(lambda kind: Document(self.cell.name, sections=(Section("", (picture,)),)), svg=drawing.svg)

    def code(self, convention: str = "gatecheck", training: bool = False) -> str:
        """The NumPy reference; training: with initial parameters, clipping and a step of gradient descent."""
        from ..writing.reference import code

        return code(self.cell, convention, training)

    def __repr__(self) -> str:
        return self.show().text

    def _repr_markdown_(self) -> str | None:
        return self.show()._repr_markdown_()

    def _repr_latex_(self) -> str | None:
        return self.show()._repr_latex_()


def load(cell: str | os.PathLike[str]) -> LoadedCell:
    """A cell of the library by name, or of a file by path. Raises CellError."""
    return LoadedCell(load_cell(cell))
