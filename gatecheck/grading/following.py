"""What later functions may follow, once a mistake in an earlier one is certain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..assignment.change import RIGHT, Change, united
from ..assignment.execution import run
from ..assignment.expressions import Expression, renamed
from ..assignment.program import Data, Program
from ..assignment.training import Given
from ..conventions import Layout
from .exchange import expected
from .found import Diagnosis, Found
from .scoring import combined


def followed(right: Program, diagnosis: Diagnosis, before: Sequence[Program]) -> list[Program]:
    """The programs by which what follows may be right, the likeliest first; right: the assignment's own.

    before: those that were followed so far; what is wrong forward stays so, whatever a backward pass was judged by.
    """
    change = diagnosis.program.change.equations
    if before and not (change.forward or change.renamed):
        ahead = before[0].change
        change = Change(forward=ahead.forward, renamed=ahead.renamed) + change
    alike = [combined(group) for group in diagnosis.alike]
    programs = [
        right.changed(change),
        # What a wrong loop forward gives, and the right loop backwards from there.
        *([right.changed(diagnosis.program.change)] if diagnosis.program.change.looped else []),
        # Parameters in each other's place, and their gradients handed back in their own.
        *([right.changed(Change(forward=_read_as(right, change)))] if change.renamed else []),
        # The cell's own backward equations, on the values that the wrong forward step gives.
        right.changed(Change(forward=change.forward, renamed=change.renamed)),
        # The same, with what it kept of the wrong products; and what is right but for what it kept of them.
        right.changed(Change(forward=change.forward, parameters=change.parameters, renamed=change.renamed)),
        right.changed(Change(forward=change.forward, gradients=change.gradients, renamed=change.renamed)),
        *(right.changed(change).changed(later) for later in _later(diagnosis.found)),
        # What else may have been written, which a step does not tell from it.
        *(right.changed(Change(c.forward, c.gradients, c.parameters)) for c in alike),
    ]
    return [p for k, p in enumerate(programs) if all(p.change != q.change for q in programs[:k])]


def _read_as(right: Program, change: Change) -> dict[str, Expression]:
    """The lines of the forward pass, which read parameters in the place of others."""
    return {n: renamed(e, change.renamed) for n, e in {**right.forward, **change.forward}.items()}


def emptied(layout: Layout, role: str, data: Given, diagnosis: Diagnosis) -> bool:
    """Whether what a mistake is in comes out as nothing at all, in the function where it is."""
    assert isinstance(data, Data)
    program, backward = diagnosis.program, "backward" in role
    values = {f"d{n}": g for n, g in run(program, data, backward).gradients.items()}
    values |= expected(layout, role, program, data)
    return any(not values[q].any() for f in diagnosis.found for q in f.wrong.quantities if q in values)


def _later(found: Sequence[Found]) -> Iterator[Change]:
    """What the mistakes in a step may do to the function that calls it: to its loop, or to what it returns."""
    changes = [f.wrong.later for f in found if f.wrong.later != RIGHT]
    yield from (c for c in changes if c.looped)
    if always := [c for c in changes if not c.looped]:
        yield united(always)
