"""A chapter on one cell: everything that follows from its equations, in the order in which it is taught."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile

from ..calculus.backward import Backward, derive
from ..calculus.flow import flow
from ..calculus.gates import keepers
from ..calculus.levels import Level, at_level
from ..calculus.networks import Draw
from ..calculus.paths import Paths, paths
from ..calculus.picking import pick
from ..calculus.proof import Proof, prove
from ..calculus.worked import Worked, worked
from ..cells import Cell
from . import derivation, flows, proof, ways, worked_page
from .document import Block, Document, Listing, Mono, Paragraph, Picture, Section, Words
from .drawing.graph import graph
from .flows import Comparison
from .formulas import Formulas
from .reference import code

#: Over how many steps products are written out, and gradients followed.
STEPS, LAGS = 3, 50
#: Of more quantities than these no step is worked with numbers.
WORKED = 24


@dataclass(frozen=True)
class Chapter:
    """What is worked out once, for whatever format it is written in; without a state there are no ways and no flows."""

    cell: Cell
    backward: Backward
    level: Level
    ways: Paths | None
    flows: Comparison | None
    example: Worked
    proof: Proof
    code: str


def gathered(cell: Cell, backward: Backward, level: Level) -> Chapter:
    """Everything that a chapter tells of a cell: about a second's work. Raises CellError where it cannot be told."""
    named = derive(cell, backward.loss or None, unit=True)
    found = paths(cell) if cell.states else None
    return Chapter(
        cell,
        at_level(backward, level),
        level,
        found,
        _flows(cell, backward) if found else None,
        worked(named, pick(named)),
        prove(cell, backward.loss or None),
        code(cell),
    )


def _flows(cell: Cell, backward: Backward) -> Comparison:
    biases = (1.0, 0.0) if keepers(backward.system) else (0.0,)
    draw = Draw(steps=LAGS)
    return Comparison((tuple(flow(backward.system, draw, bias) for bias in biases),), draw)


def document(kind: type[Formulas], chapter: Chapter) -> Document:
    """The chapter, written with a format's writer of formulas."""
    writer = kind(chapter.backward.system)
    cell = chapter.cell
    shown = derivation.show(writer)
    return Document(shown.title, _lead(cell), shown.aside, shown.facts, tuple(_sections(writer, chapter, shown)))


def _lead(cell: Cell) -> Words:
    """The whole of the author's docstring."""
    said = " ".join(cell.docstring.split())
    return (said,) if said else ()


def _sections(writer: Formulas, chapter: Chapter, shown: Document) -> Iterator[Section]:
    kind, backward, drawing = type(writer), chapter.backward, graph(chapter.cell)
    picture = Picture(drawing.svg, drawing.alternative, (drawing.caption,))
    yield from _under("The equations", shown.sections, picture)
    whole = chapter.level != "named"
    yield from _under("Backwards, one equation at a time", derivation.derive(writer, backward, whole=whole).sections)
    if chapter.ways is not None:
        found = chapter.ways
        one = tuple(ways.one_step(writer, found, ways.LISTED))
        yield from _under(f"Every way from {found.source} to {found.target}", one)
        many = (*ways.many_steps(writer, found, STEPS, ways.TERMS), ways.counts(found, STEPS))
        yield from _under(f"Over {STEPS} steps", many)
    if chapter.flows is not None:
        yield from _under("What is left of a gradient", flows.page_of(kind, chapter.flows).sections)
    yield from _under("One step with numbers", tuple(_numbers(kind, chapter)))
    yield Section("In NumPy", (Listing(chapter.code, "python"),))
    yield from _under("What is proved", proof.document(writer, chapter.proof).sections)


def _numbers(kind: type[Formulas], chapter: Chapter) -> Iterator[Section]:
    """The worked example, where it is short enough to be followed."""
    lines = len(chapter.example.backward.quantities)
    if lines <= WORKED:
        yield from worked_page.document(kind, chapter.example, ()).sections
    else:
        command = Mono(f"gatecheck trace {chapter.cell.name}")
        yield Section("", (Paragraph((f"Worked with numbers, all {lines} quantities and their gradients: ", command)),))


def _under(title: str, sections: tuple[Section, ...], *more: Block) -> Iterator[Section]:
    """A document's sections as one of the chapter, and as parts of that."""
    first = [b for s in takewhile(lambda s: not s.title, sections) for b in s.blocks]
    yield Section(title, (*first, *more))
    for section in dropwhile(lambda s: not s.title, sections):
        yield replace(section, inner=True)
