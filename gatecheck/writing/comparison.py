"""compare: two to four cells side by side, from their equations to what a step of theirs costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from sympy import Integer

from ..calculus.gates import Keeper
from ..cells import Cell
from . import fragments, page
from .derivation import legend, whole_equations
from .document import Blank, Block, Display, Document, Mark, Math, Mono, Paragraph, Row, Section, Table, Words
from .equations import Formula
from .escaping import plain
from .formats import FORMATS, Text
from .formulas import Formulas
from .sides import EXAMPLE, Side

STEPS = (1, 10)

_TITLES = {
    "parameters": "parameters",
    "kept": "numbers kept",
    "forward_multiply_adds": "forward, multiply-adds",
    "forward_elementwise": "forward, elementwise",
    "backward_multiply_adds": "backward, multiply-adds",
    "backward_elementwise": "backward, elementwise",
}
_COUNTED = (
    "For one row of a batch. Multiply-adds are those of products with matrices; sums count as elementwise. The "
    "backward pass includes the gradients of parameters and inputs."
)
#: Formats whose letters all have one width, and how many of them a block under a title has.
_OF_ONE_WIDTH, _WIDTH = (Formulas, Text), page.WIDTH - 2


def page_of(writer: type[Formulas], cells: tuple[Cell, ...]) -> Document:
    """The document: equations, what the cells have, what they cost, and what one may trip over."""
    sides = tuple(map(Side, cells))
    writers = {side: writer(side.system) for side in sides}
    width = _WIDTH if writer in _OF_ONE_WIDTH else None
    *first, last = (side.name for side in sides)
    return Document(
        f"{', '.join(first)} and {last}",
        aside=legend(writers[sides[0]]),
        sections=(
            Section("Equations", _equations(sides, writers, width)),
            Section("What they have", _tables(sides, lambda side: _has(side, writers[side]), (), width)),
            Section("What a step costs", _tables(sides, lambda side: _costs(side, writers[side]), (_COUNTED,), width)),
            Section("", tuple(Paragraph((note,)) for note in notes(sides))),
        ),
    )


def _equations(sides: Sequence[Side], writers: Mapping[Side, Formulas], width: int | None) -> tuple[Block, ...]:
    """Beside each other where letters have one width and that many columns hold them, else one after the other."""
    found = {side: whole_equations(writer) for side, writer in writers.items()}
    if width:
        lines = [_aligned(found[side]) for side in sides]
        rows = tuple(tuple((Math(line),) for line in row) for row in zip_longest(*lines, fillvalue=""))
        table = Table(tuple((side.name,) for side in sides), rows)
        if _width(table) <= width:
            return (table,)
    rows_of = {side: tuple(Row(f.left, f.addends) for f in formulas) for side, formulas in found.items()}
    return tuple(Display(rows_of[side], (side.name,)) for side in sides)


def _aligned(found: list[Formula]) -> list[str]:
    column = max(len(f.left) for f in found)
    return [f"{f.left:<{column}} = {f.right}" for f in found]


def _tables(
    sides: Sequence[Side], tell: Callable[[Side], dict[str, Words]], caption: Words, width: int | None
) -> tuple[Table, ...]:
    """A column for each cell, in as many tables as the width asks for."""
    told = [tell(side) for side in sides]
    rows = tuple(((title,), *(column[title] or ("none",) for column in told)) for title in told[0])
    table = Table(((), *((side.name,) for side in sides)), rows, caption=caption)
    if width is None or _width(table) <= width or len(sides) == 1:
        return (table,)
    half = (len(sides) + 1) // 2
    return (*_tables(sides[:half], tell, (), width), *_tables(sides[half:], tell, caption, width))


def _width(table: Table) -> int:
    """How many columns a table takes in a terminal."""
    rows = (table.header, *table.rows)
    lengths = [[sum(map(_length, cell)) for cell in row] for row in rows]
    return sum(max(column) for column in zip(*lengths, strict=True)) + 2 * (len(table.header) - 1)


def _length(word: str | Math | Mono | Mark | Blank) -> int:
    return word.width if isinstance(word, Blank) else len(word if isinstance(word, str) else word.text)


def _has(side: Side, writer: Formulas) -> dict[str, Words]:
    found: dict[str, Words] = {
        "inputs": _listed(side.cell.inputs),
        "carried": _listed(side.cell.states),
        "gates": _listed(side.gates),
        "where a gate is 1": _joined([_does(writer, keeper) for keeper in side.keepers]),
    }
    for k in STEPS:
        found[f"paths, k = {k}"] = (f"{side.paths(k):,}",) if side.state else ()
        found[f" elementwise, k = {k}"] = (f"{side.paths(k, elementwise=True):,}",) if side.state else ()
    return found


def _listed(names: Sequence[str]) -> Words:
    return (", ".join(names),) if names else ()


def _joined(items: Sequence[Words]) -> Words:
    return tuple(word for k, item in enumerate(items) for word in ((", ", *item) if k else item))


def _does(writer: Formulas, keeper: Keeper) -> Words:
    """What becomes of the state before where the gate is 1."""
    if verb := _verb(keeper):
        return (f"{keeper.gate} {verb} {keeper.state}",)
    places = {**writer.system.line(keeper.state).positions, Integer(1): -1}
    return (f"{keeper.gate} keeps ", Math(writer.write(keeper.at_one, places)), f" of {keeper.state}")


def _verb(keeper: Keeper) -> str:
    """keeps: all stays; writes: nothing does, what enters takes its place; clears: nothing does. Empty for a part."""
    if keeper.at_one == 1:
        return "keeps"
    return ("writes" if keeper.writes else "clears") if keeper.at_one == 0 else ""


def _costs(side: Side, writer: Formulas) -> dict[str, Words]:
    found: dict[str, Words] = {
        _TITLES[name]: (Math(side.written(writer, polynomial)),) for name, polynomial in side.polynomials().items()
    }
    example = {f" all sizes {EXAMPLE}": (f"{side.example(side.parameters):,}",)}
    first = _TITLES["parameters"]
    return {first: found[first], **example, **found}


def notes(sides: Sequence[Side]) -> list[str]:
    """What differs in a way that is easily overlooked: how many parameters, and gates that mean the opposite."""
    first, *others = sides
    found = [_ratio(first, other) for other in others]
    for other in others:
        for mine in first.keepers:
            for yours in other.keepers:
                if mine.gate == yours.gate and {mine.at_one, yours.at_one} == {0, 1}:
                    found.append(
                        f"{mine.gate} means the opposite: where it is 1, it {_verb(mine)} {mine.state} in "
                        f"{first.name} and {_verb(yours)} {yours.state} in {other.name}."
                    )
    return [note for note in found if note]


def _ratio(first: Side, other: Side) -> str:
    """How many parameters the other has for each of the first; empty where one has none."""
    theirs, ours = other.example(other.parameters), first.example(first.parameters)
    if not theirs or not ours:
        return ""
    always = other.parameters.primitive()[1] == first.parameters.primitive()[1]
    where = "" if always else f" where all sizes are {EXAMPLE}"
    if theirs == ours:
        return f"{other.name} has as many parameters as {first.name}{where}."
    if abs(theirs - ours) < 0.01 * ours:
        many = f"{abs(theirs - ours):,} {'more' if theirs > ours else 'fewer'} parameters than"
    else:
        ratio = theirs / ours
        many = f"{100 * ratio:.3g} % of the parameters of" if ratio < 1 else f"{ratio:.3g} times the parameters of"
    return f"{other.name} has {many} {first.name}{where}."


def as_latex(cells: tuple[Cell, ...]) -> str:
    """The equations of each cell, to paste."""
    return "\n\n".join(fragments.show(Side(cell).system) for cell in cells)


def as_data(cells: tuple[Cell, ...]) -> dict[str, Any]:
    """All of it as data; polynomials in every notation, and their values where all sizes are EXAMPLE."""
    sides = tuple(map(Side, cells))
    return {
        "schema": "gatecheck/comparison/1",
        "example_size": EXAMPLE,
        "notes": notes(sides),
        "cells": [_side_data(side) for side in sides],
    }


def _side_data(side: Side) -> dict[str, Any]:
    cell = side.cell
    writers = {name: FORMATS[name](side.system) for name in ("unicode", "text", "latex")}
    equations = {name: [str(f) for f in whole_equations(w)] for name, w in writers.items()}
    return {
        "cell": cell.name,
        "cell_sha256": cell.sha256,
        "title": plain(cell.title),
        "equations": [dict(zip(equations, row, strict=True)) for row in zip(*equations.values(), strict=True)],
        "inputs": list(cell.inputs),
        "states": list(cell.states),
        "protected": side.state or None,
        "gates": list(side.gates),
        "keepers": [_keeper_data(k, writers) for k in side.keepers],
        "paths": {str(k): {"paths": side.paths(k), "elementwise": side.paths(k, elementwise=True)} for k in STEPS},
        **{
            name: {"example": side.example(p), **{n: side.written(w, p) for n, w in writers.items()}}
            for name, p in side.polynomials().items()
        },
    }


def _keeper_data(keeper: Keeper, writers: Mapping[str, Formulas]) -> dict[str, Any]:
    at_one = {name: writer.write(keeper.at_one, {Integer(1): -1}) for name, writer in writers.items()}
    return {"state": keeper.state, "gate": keeper.gate, "sign": keeper.sign, "writes": keeper.writes, "at_one": at_one}
