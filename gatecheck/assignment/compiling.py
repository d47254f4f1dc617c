"""Derivation -> program: SymPy expressions as data that NumPy can run, and people can read, without SymPy.

Terms and factors keep the order in which they are printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr

from ..calculus.backward import Backward, Gradient, Term
from ..calculus.symbols import Part, Spread, label
from ..writing.formulas import Formulas
from .expressions import Expression, product, total
from .program import Program, previous

_NAMES = {
    "Times": "matmul",
    "TransposedTimes": "matmul_t",
    "Join": "join",
    "Total": "sum",
    "Mean": "mean",
    "LogSumExp": "logsumexp",
    "Softmax": "softmax",
}
Order = Callable[[Expr], list[Expr]]  # the arguments of a sum or a product as they are printed


def compiled(backward: Backward) -> Program:
    """The program of a derivation."""
    writer = Formulas(backward.system)
    lines = backward.system.lines
    return Program(
        {line.name: expression(line.expression, _order(writer, line.positions)) for line in lines},
        {g.name: _terms(g, writer) for g in (*backward.quantities, *backward.inputs)},
        {g.name: [_parameter(t, writer) for t in g.terms] for g in backward.parameters},
    )


def _order(writer: Formulas, positions: Mapping[Expr, int]) -> Order:
    return lambda of: writer.ordered(of, positions)


def _terms(gradient: Gradient, writer: Formulas) -> list[list[Any]]:
    """A gradient's contributions, as [lag, expression]."""
    return [[t.lag, expression(t.expression, _order(writer, t.positions))] for t in gradient.terms]


def _parameter(term: Term, writer: Formulas) -> list[Any]:
    """A parameter gradient's contribution, as [δ, operand of the product or null, transposed]."""
    order, edge = _order(writer, term.positions), term.edge
    operand = None if edge.operand is None else expression(edge.operand, order)
    return [expression(term.expression, order), operand, edge.transposed]


def expression(of: Expr, order: Order = lambda of: sorted(of.args, key=str)) -> Expression:
    """An expression as data; order: in which the arguments of sums and products are printed."""
    if of.is_number:  # rationals, and the √π of erf's derivative
        return float(of)
    if of.is_Symbol:
        return _name(of)
    if of.is_Add or of.is_Mul:
        return (total if of.is_Add else product)(expression(a, order) for a in order(of))
    if of.is_Pow:
        return ["^", expression(of.base, order), float(of.exp)]
    arguments = [expression(a, order) for a in of.args]
    if isinstance(of, Part):
        return ["part", arguments[0], int(of.args[1]), arguments[2][1:]]
    if isinstance(of, Spread):
        return ["spread", *arguments]
    kind = type(of).__name__
    return [_NAMES.get(kind, kind), *arguments]


def _name(symbol: Expr) -> str:
    kind, name, lag = label(symbol)
    if kind == "size":
        return f"#{name}"
    if kind == "gradient":
        return f"d{name}"
    return previous(name) if lag == 1 else name
