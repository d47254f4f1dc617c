"""Wrong programs, derived from the equations: every mistake that can be recognised by its numbers."""

from __future__ import annotations

from ..calculus.backward import derive
from ..conventions import Layout
from ..writing.formulas import Formulas
from . import wrong_backward as backwards
from . import wrong_forward as forwards
from .mistake import Wrong

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
    return [found for operator in OPERATORS for found in operator(backward, Formulas(backward.system))]
