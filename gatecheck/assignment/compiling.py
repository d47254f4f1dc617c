"""Derivation -> program: SymPy expressions as data that NumPy can run without SymPy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Expr

from ..calculus.backward import Backward, Term
from ..calculus.symbols import Part, Spread, label
from .operations import Expression
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


def compiled(backward: Backward) -> Program:
    """The program of a derivation."""
    return Program(
        {line.name: expression(line.expression) for line in backward.system.lines},
        {g.name: terms(g.terms) for g in (*backward.quantities, *backward.inputs)},
        {g.name: [parameter(t) for t in g.terms] for g in backward.parameters},
    )


def terms(found: Iterable[Term]) -> list[list[Any]]:
    """A gradient's contributions, as [lag, expression]."""
    return [[term.lag, expression(term.expression)] for term in found]


def parameter(term: Term) -> list[Any]:
    """A parameter gradient's contribution, as [δ, operand of the product or null, transposed]."""
    operand = None if term.edge.operand is None else expression(term.edge.operand)
    return [expression(term.expression), operand, term.edge.transposed]


def expression(of: Expr) -> Expression:
    """An expression as data. Arguments are sorted, so that the data is the same for every hash seed."""
    if of.is_number:  # rationals, and the √π of erf's derivative
        return float(of)
    if of.is_Symbol:
        return _name(of)
    if of.is_Add or of.is_Mul:
        return ["+" if of.is_Add else "*", *sorted((expression(a) for a in of.args), key=repr)]
    if of.is_Pow:
        return ["^", expression(of.base), float(of.exp)]
    arguments = [expression(a) for a in of.args]
    if isinstance(of, Part):
        return ["part", arguments[0], int(of.args[1]), [expression(a) for a in of.args[2].args]]
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
