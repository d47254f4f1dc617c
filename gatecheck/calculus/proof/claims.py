"""What the derivation claims, read as it is printed: the side of a proof that is to be proved.

A derivation is data here, SymPy expressions over labelled symbols. They are evaluated node by node; none is
differentiated, simplified or compared by SymPy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import Protocol

from sympy import Expr, Symbol, pi

from ...cells import Size
from ..backward import Backward, Gradient, Term
from ..labels import Label
from ..symbols import Join, LogSumExp, Mean, Part, Softmax, Spread, Times, Total, TransposedTimes, label
from .vectors import Arithmetic, DualMatrix, Matrix, V

#: Functions whose class here is not called as a cell file calls them.
_NAMES: Mapping[str, str] = {"absolute": "abs"}


class Scope(Protocol[V]):
    """What the symbols of a formula stand for at one step."""

    def symbol(self, label: Label) -> V:
        """A value, a gradient, or the direct part of one."""

    def matrix(self, name: str) -> DualMatrix[V]:
        """A parameter matrix."""


def value(expression: Expr, scope: Scope[V], do: Arithmetic[V]) -> V:
    """What a formula says. Raises TypeError where it holds something that no formula of a cell holds."""

    def inner(e: Expr) -> V:
        return value(e, scope, do)

    match expression:
        case Symbol():
            tag = label(expression)
            return do.count(Size.of(tag.name)) if tag.kind == "size" else scope.symbol(tag)
        case Times() | TransposedTimes():
            parameter, operand = expression.args
            matrix = scope.matrix(label(parameter).name).value
            return matrix.times(inner(operand), isinstance(expression, TransposedTimes))
        case Join():
            return do.join([inner(a) for a in expression.args])
        case Part():
            whole, k, join = expression.args
            return do.places([inner(a).size for a in join.args])[int(k)].times(inner(whole), transposed=True)
        case Total():
            return do.total(inner(expression.args[0]))
        case Mean():
            vector = inner(expression.args[0])
            return do.total(vector) * do.power(do.count(vector.size), Fraction(-1))
        case Spread():
            return do.spread(inner(expression.args[0]), inner(expression.args[1]).size)
        case LogSumExp() | Softmax():
            name = "softmax" if isinstance(expression, Softmax) else "logsumexp"
            return do.whole(name, inner(expression.args[0]))
    return _elementwise(expression, scope, do)


def _elementwise(expression: Expr, scope: Scope[V], do: Arithmetic[V]) -> V:
    if expression is pi:
        return do.pi()
    if expression.is_Rational:
        return do.number(Fraction(int(expression.p), int(expression.q)))
    if expression.is_Pow:
        exponent = Fraction(int(expression.exp.p), int(expression.exp.q))
        factors = expression.base.args if expression.base.is_Mul and exponent.denominator == 1 else [expression.base]
        return reduce(mul, (do.power(value(f, scope, do), exponent) for f in factors))
    arguments = [value(a, scope, do) for a in expression.args]
    if expression.is_Add:
        return reduce(add, arguments)
    if expression.is_Mul:
        return reduce(mul, arguments)
    if expression.is_Function:
        return do.apply(called(expression), *arguments)
    raise TypeError(f"no meaning for {type(expression).__name__}")


def called(function: Expr) -> str:
    """What a cell file calls a function."""
    kind = type(function).__name__
    return _NAMES.get(kind, kind)


def paired(term: Term, tangent: V | Matrix[V], scope: Scope[V], do: Arithmetic[V]) -> V:
    """A term of a gradient with a direction: by how much the loss changes, as the term says.

    A matrix's term is an outer product δ vᵀ (v δᵀ where the transpose is read), which with Ẇ makes δ · Ẇ v.
    Raises TypeError where the term does not have the size of what it is a gradient of.
    """
    found, operand = value(term.expression, scope, do), term.edge.operand
    if (operand is None) == isinstance(tangent, Matrix):
        raise TypeError(f"{term.expression} with {operand}")
    if isinstance(tangent, Matrix):
        tangent = tangent.times(value(operand, scope, do), term.edge.transposed)
    if found.size != tangent.size and not term.expression.is_number:
        raise TypeError(f"{term.expression} has size {found.size}")
    return do.total(found * tangent)


def gradients(backward: Backward) -> Iterator[Gradient]:
    """Everything that is derived, in the order of printing."""
    return iter((*backward.quantities, *backward.inputs, *backward.parameters))


def is_unit(backward: Backward, gradient: Gradient) -> bool:
    """Whether this is the loss itself, whose gradient is 1 and has no name."""
    return gradient.name == backward.cell.objective and not backward.loss and gradient.loss == 1
