"""What the backward pass needs of the forward pass."""

from __future__ import annotations

from sympy import Expr, Symbol

from ..calculus.backward import Backward
from ..calculus.edges import Diagonal
from ..calculus.symbols import Times, TransposedTimes, label


def kept_values(backward: Backward) -> list[Expr]:
    """The forward values that the backward equations need: names, then larger expressions as tanh(c)."""
    found: dict[Expr, None] = {}
    for gradient in (*backward.quantities, *backward.inputs, *backward.parameters):
        for term in gradient.terms:
            for factor in term.edge.factors:
                if isinstance(factor, Diagonal):
                    found.update(dict.fromkeys(forward_values(factor.value)))
            if term.edge.operand is not None:
                found.update(dict.fromkeys(_symbols(term.edge.operand)))
    rank = {name: k for k, name in enumerate((*backward.cell.inputs, *backward.cell.lagged))}
    order = [line.name for line in backward.system.lines]

    def key(e: Expr) -> tuple[bool, bool, int, str]:
        if not e.is_Symbol:
            return True, False, 0, str(e)
        tag = label(e)
        place = rank.get(tag.name, len(rank)) if tag.lag or tag.name in backward.cell.inputs else order.index(tag.name)
        return False, not tag.lag and tag.name not in backward.cell.inputs, place, ""

    return sorted(found, key=key)


def forward_values(factor: Expr) -> list[Expr]:
    """The forward values in a derivative: names, and functions of them as wholes."""
    if factor.is_Symbol:
        tag = label(factor)
        return [factor] if tag.kind == "value" and tag.lag is not None else []
    if factor.is_Function and not isinstance(factor, (Times, TransposedTimes)) and len(factor.args) != 1:
        return [v for a in factor.args for v in forward_values(a)]
    if factor.is_Function:
        return [factor]
    return [v for a in factor.args for v in forward_values(a)]


def _symbols(expression: Expr) -> list[Symbol]:
    return sorted(
        (s for s in expression.free_symbols if label(s).kind == "value" and label(s).lag is not None), key=str
    )
