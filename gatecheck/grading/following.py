"""What later functions may follow, once a mistake in an earlier one is certain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..assignment.change import RIGHT, Change
from ..assignment.program import Program
from .found import Diagnosis, Found
from .scoring import combined

#: Mistakes after which a gradient may be nothing at all.
EMPTYING = (
    "gradient-never-used",
    "wrong-coefficient",
    "wrong-value",
    "another-formula",
    "scaled",
    "never-stored",
    "first-step-missing",
    "wrong-step",
)


def followed(right: Program, diagnosis: Diagnosis) -> list[Program]:
    """The programs by which what follows may be right, the likeliest first; right: the assignment's own."""
    change = diagnosis.program.change.equations
    alike = [combined(group) for group in diagnosis.alike]
    return [
        right.changed(change),
        # The cell's own backward equations, on the values that the wrong forward step gives.
        right.changed(Change(forward=change.forward, renamed=change.renamed)),
        # The same, with what it kept of the wrong products; and what is right but for what it kept of them.
        right.changed(Change(forward=change.forward, parameters=change.parameters, renamed=change.renamed)),
        right.changed(Change(forward=change.forward, gradients=change.gradients, renamed=change.renamed)),
        *(right.changed(change).changed(later) for later in _later(diagnosis.found)),
        # What else may have been written, which a step does not tell from it.
        *(right.changed(Change(c.forward, c.gradients, c.parameters)) for c in alike),
    ]


def _later(found: Sequence[Found]) -> Iterator[Change]:
    """What the mistakes in a step may do to the function that calls it: to its loop, or to what it returns."""
    changes = [f.wrong.later for f in found if f.wrong.later != RIGHT]
    yield from (c for c in changes if c.looped)
    if always := [c for c in changes if not c.looped]:
        yield sum(always, RIGHT)
