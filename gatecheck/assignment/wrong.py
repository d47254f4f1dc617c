"""Wrong programs, derived from the equations: every mistake that can be recognised by its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from ..calculus.backward import derive
from ..cells import Cell
from ..conventions import Layout
from ..writing.formulas import Formulas
from . import wrong_backward as backwards
from . import wrong_forward as forwards
from .compiling import compiled
from .drawing import draw
from .mistake import Wrong
from .program import Data, Program, run

#: In the order in which they are tried: where two explain the same numbers, the earlier one speaks.
OPERATORS = (
    forwards.returned_in_another_order,
    forwards.exchanged,
    forwards.fed,
    forwards.permuted_gates,
    forwards.opposite_polarity,
    forwards.other_activation,
    forwards.missing_term,
    forwards.transposed,
    backwards.missing_path,
    backwards.missing_carry,
    backwards.missing_activation_derivative,
    backwards.other_activation_derivative,
    backwards.changed_term,
    backwards.stopped,
    backwards.overwritten,
)


def wrong_programs(layout: Layout) -> list[Wrong]:
    """Every mistake that the operators can plant in a cell; their formulas are for the loss that a convention has."""
    backward = derive(layout.cell, layout.loss)
    found = (wrong for operator in OPERATORS for wrong in operator(backward, Formulas(backward.system)))
    return list(_distinct(layout.cell, compiled(backward), found))


def _distinct(cell: Cell, program: Program, found: Iterable[Wrong]) -> Iterator[Wrong]:
    """Without wrong gradients that give the numbers of the right ones, or of earlier ones that say something else.

    A term can be zero in itself, as Σ(v - mean(v)) is; a sign turned twice on a way is the same turned once anywhere.
    """
    sizes = {name: k for k, name in enumerate((*cell.sizes, "B"), 2)}
    data = draw(cell, np.random.default_rng(0), {**sizes, "T": 1})
    known = [(_projected(cell, program, data), ("", ""))]
    for wrong in found:
        if wrong.change.gradients and not wrong.change.forward:
            number, says = _projected(cell, program.changed(wrong.change), data), (wrong.left, wrong.wrong)
            alike = (said for other, said in known if math.isclose(number, other, rel_tol=1e-9, abs_tol=1e-9))
            if math.isfinite(number) and any(said != says for said in alike):
                continue
            known.append((number, says))
        yield wrong


def _projected(cell: Cell, program: Program, data: Data) -> float:
    """All that a step backwards gives, as one number: a random projection."""
    with np.errstate(all="ignore"):
        done = run(program, data)
        asked = [n for n in cell.inputs if n not in cell.data]
        arrays = (*done.initial.values(), *done.parameters.values(), *(done.gradients[n] for n in asked))
        flat = np.concatenate([a.ravel() for a in arrays])
        return float(flat @ np.random.default_rng(1).normal(size=flat.size))
