"""What the backward pass needs of the forward pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Expr

from ..calculus.backward import Backward
from ..calculus.levels import merged
from ..calculus.symbols import Join, Part, Spread, label


def kept_values(backward: Backward) -> dict[Expr, Mapping[Expr, int]]:
    """The forward values that the backward equations read as printed, each with where its parts stand there.

    First names, then larger expressions as tanh(c).
    """
    found: dict[Expr, Mapping[Expr, int]] = {}
    for expression, positions in _printed(backward):
        for e in forward_values(expression):
            found.setdefault(e, positions)
    rank = {name: k for k, name in enumerate((*backward.cell.inputs, *backward.cell.lagged))}
    order = [line.name for line in backward.system.lines]

    def key(e: Expr) -> tuple[bool, bool, int, str]:
        if not e.is_Symbol:
            return True, False, 0, str(e)
        tag = label(e)
        place = rank.get(tag.name, len(rank)) if tag.lag or tag.name in backward.cell.inputs else order.index(tag.name)
        return False, not tag.lag and tag.name not in backward.cell.inputs, place, ""

    return {e: found[e] for e in sorted(found, key=key)}


def _printed(backward: Backward) -> Iterator[tuple[Expr, Mapping[Expr, int]]]:
    """What stands on the right sides of the formulas, each at a step of its own."""
    for gradient in (*backward.quantities, *backward.inputs):
        for terms in (gradient.now, gradient.later):
            yield from merged(terms)
    for term in (term for gradient in backward.parameters for term in gradient.terms):
        yield term.expression, term.positions
        if term.edge.operand is not None:
            yield term.edge.operand, term.positions


def forward_values(formula: Expr) -> list[Expr]:
    """The values of the forward pass in a formula: names, and functions of them as wholes."""
    if formula.is_Symbol:
        tag = label(formula)
        return [formula] if tag.kind == "value" and tag.lag is not None else []
    if formula.is_Function and not isinstance(formula, (Join, Part, Spread)) and not _is_backward(formula):
        return [formula] if any(map(forward_values, formula.args)) else []
    # What a scalar is repeated along, and what a vector is cut like, is not read.
    read = formula.args[:1] if isinstance(formula, (Part, Spread)) else formula.args
    return [v for a in read for v in forward_values(a)]


def _is_backward(formula: Expr) -> bool:
    return any(label(s).kind in ("gradient", "loss") for s in formula.free_symbols)
