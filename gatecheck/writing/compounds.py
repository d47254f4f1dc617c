"""Names for compound values that both passes of a reference need, as tanh_c for tanh(c)."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Symbol, preorder_traversal

from ..calculus.backward import Backward
from ..calculus.edges import Diagonal
from ..calculus.symbols import Times, TransposedTimes, label, value
from ..calculus.system import Line
from .kept import forward_values


def compounds(backward: Backward, lines: Iterable[Line]) -> dict[Expr, Symbol]:
    """Names for the larger values that both passes need, as tanh_c for tanh(c); the innermost first."""
    wanted: dict[Expr, None] = {}
    for gradient in (*backward.quantities, *backward.inputs, *backward.parameters):
        for term in gradient.terms:
            for factor in term.edge.factors:
                if isinstance(factor, Diagonal):
                    wanted.update(dict.fromkeys(v for v in forward_values(factor.value) if not v.is_Symbol))
    forward = {e for line in lines if not line.activation for e in preorder_traversal(line.expression)}
    shared = [e for e in wanted if e in forward]
    known = {*backward.cell.shapes, *backward.system.sizes}
    named: dict[Expr, Symbol] = {}
    for e in sorted(shared, key=lambda e: (e.count_ops(), str(e))):
        name = _compound_name(e, known)
        known.add(name)
        named[e] = value(name, 0)
    return named


_WORDS = {"Total": "sum", "absolute": "abs", "Join": "concat"}


def _compound_name(expression: Expr, known: set[str]) -> str:
    values = (label(s) for s in expression.free_symbols if label(s).kind == "value")
    leaves = sorted(values, key=lambda x: (x.name, x.lag or 0))
    parts = [x.name + ("_prev" if x.lag == 1 else "") for x in leaves if x.lag is not None]
    matrices = [x.name for x in leaves if x.lag is None]
    kind = type(expression).__name__
    head = [] if isinstance(expression, (Times, TransposedTimes)) else [_WORDS.get(kind, kind.lower())]
    words = [*head, *matrices, *parts]
    name = "_".join(words if len(words) <= 3 else [*words[:1], "of", parts[0] if parts else words[1]])
    return name if name not in known else next(f"{name}_{k}" for k in range(2, 1000) if f"{name}_{k}" not in known)
