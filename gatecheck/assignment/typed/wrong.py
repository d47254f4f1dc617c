"""Wrong formulas of a quantity: the mistakes that are known in code, as expressions to compare an answer with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from ...cells import Cell
from ..expressions import Expression, names, renamed, total, uses
from ..mistake import Wrong
from ..operations import OF_ROWS
from ..printing import Printed
from ..program import Program, arriving
from ..wrong.gradients import gradients
from ..wrong.parameters import parameters
from .asked import Asked, formula, terms

Slip: TypeAlias = tuple[Wrong, Expression]


def own(cell: Cell, program: Program, asked: Asked) -> Iterator[Slip]:
    """Mistakes in the formula itself."""
    if asked.quantity != f"d{asked.own}":
        yield from _handed_back(cell, program, asked)
        return
    printed = Printed(cell, program, (cell.output,))  # as in print, the loss of a step reads the output alone
    for wrong in (parameters if asked.own in cell.parameters else gradients)(cell, program, printed):
        if asked.own in wrong.change.gradients or asked.own in wrong.change.parameters:
            made = formula(cell, program.changed(wrong.change), asked.quantity)
            if not uses(made, OF_ROWS):
                yield wrong, made


def upstream(cell: Cell, program: Program, asked: Asked) -> Iterator[Slip]:
    """Mistakes in a formula that the asked one may be written out with."""
    for wrong in gradients(cell, program, Printed(cell, program, (cell.output,))):
        if asked.upstream.issuperset(wrong.change.gradients):
            changed = program.changed(wrong.change)
            others = {f"d{n}": formula(cell, changed, f"d{n}") for n in wrong.change.gradients}
            yield wrong, renamed(asked.right, others)


def _handed_back(cell: Cell, program: Program, asked: Asked) -> Iterator[Slip]:
    """Of what a step hands back: told as a formula of its own step, after which every gradient is known."""
    entry = {asked.own: [[0, e] for e in terms(program, asked.own, 1)]}
    others = {n: e for n, e in program.gradients.items() if n != asked.own}
    alone = replace(program, gradients={**others, **entry})
    for wrong in gradients(cell, alone, Printed(cell, alone)):
        if asked.own in wrong.change.gradients:
            found = total(terms(alone.changed(wrong.change), asked.own, 0))
            if not any(name.startswith(arriving("")) for name in names(found)):  # nothing arrives at what leaves
                yield _renamed(wrong, asked), found


def _renamed(wrong: Wrong, asked: Asked) -> Wrong:
    """The mistake with the quantity by its own name."""
    return replace(wrong, saying=lambda: wrong.words._replace(left=asked.quantity))
