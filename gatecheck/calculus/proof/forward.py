"""The author's equations -> values and tangents: the side of a proof that knows nothing of the derivation.

It reads the syntax tree of the cell file, in forward mode (Wengert, 1964): every node has a value, and a tangent made
from those of its children by the rules below. Nothing here imports the calculus or SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Protocol

from ...cells import tree as t
from .vectors import Arithmetic, Dual, DualMatrix, V, added

_HALF = Fraction(1, 2)


class Reads(Protocol[V]):
    """What the names of an equation stand for."""

    def vector(self, read: t.Read) -> Dual[V]:
        """A vector or scalar."""

    def matrix(self, name: str) -> DualMatrix[V]:
        """A parameter matrix."""


#: Function -> its slopes by each argument, given an arithmetic, its value y and its arguments a, b.
#: Slopes that are zero almost everywhere are left out.
SLOPES: Mapping[str, Callable[..., tuple[Any, ...]]] = {
    "sigmoid": lambda do, y, a: (y * (1 - y),),
    "tanh": lambda do, y, a: (1 - y * y,),
    "exp": lambda do, y, a: (y,),
    "log": lambda do, y, a: (do.power(a, Fraction(-1)),),
    "softplus": lambda do, y, a: (do.apply("sigmoid", a),),
    "erf": lambda do, y, a: (do.power(do.pi(), -_HALF).scaled(Fraction(2)) * do.apply("exp", -(a * a)),),
    "relu": lambda do, y, a: (do.apply("step", a),),
    "abs": lambda do, y, a: (do.apply("sign", a),),
    "sign": lambda do, y, a: (),
    "maximum": lambda do, y, a, b: (do.apply("step", a - b), 1 - do.apply("step", a - b)),
}


def forward(node: t.Node, reads: Reads[V], do: Arithmetic[V]) -> Dual[V]:
    """The value of an expression, and its tangent where what it reads has one."""
    match node:
        case t.Number(text=text):
            return Dual(do.number(Fraction(text)))
        case t.Read():
            return reads.vector(node)
        case t.Apply(function="sqrt", arguments=(argument,)):
            return _power(argument, _HALF, reads, do)
        case t.Apply(function=function, arguments=arguments):
            return _apply(function, [forward(a, reads, do) for a in arguments], do)
        case t.Binary(operator=operator, left=left, right=right):
            return _binary(operator, left, right, reads, do)
        case t.Negate(argument=argument):
            return _negative(forward(argument, reads, do))
        case t.Power(base=base, exponent=exponent):
            return _power(base, Fraction(exponent), reads, do)
        case t.Product(matrix=matrix, transposed=transposed, operand=operand):
            w, v = reads.matrix(matrix.name), forward(operand, reads, do)
            moved = w.tangent.times(v.value, transposed) if w.tangent is not None else None
            along = w.value.times(v.tangent, transposed) if v.tangent is not None else None
            return Dual(w.value.times(v.value, transposed), added(moved, along))
        case t.Concat(parts=parts):
            return _concat([forward(p, reads, do) for p in parts], do)
        case t.Reduce(function=function, argument=argument):
            return _reduce(function, forward(argument, reads, do), do)
        case t.Softmax(argument=argument):
            return _softmax(forward(argument, reads, do), do)
    raise TypeError(f"no rule for {type(node).__name__}")


def _product(a: Dual[V], b: Dual[V]) -> Dual[V]:
    left = a.tangent * b.value if a.tangent is not None else None
    right = a.value * b.tangent if b.tangent is not None else None
    return Dual(a.value * b.value, added(left, right))


def _negative(a: Dual[V]) -> Dual[V]:
    return Dual(-a.value, -a.tangent if a.tangent is not None else None)


def _binary(operator: str, left: t.Node, right: t.Node, reads: Reads[V], do: Arithmetic[V]) -> Dual[V]:
    a = forward(left, reads, do)
    if operator == "/":
        return _product(a, _power(right, Fraction(-1), reads, do))
    b = forward(right, reads, do)
    if operator == "*":
        return _product(a, b)
    b = _negative(b) if operator == "-" else b
    return Dual(a.value + b.value, added(a.tangent, b.tangent))


def _power(node: t.Node, exponent: Fraction, reads: Reads[V], do: Arithmetic[V]) -> Dual[V]:
    """(a^e)˙ = e a^(e-1) ȧ; a whole power of a product factor by factor, so that what is divided by stays apart."""
    if exponent.denominator == 1:
        match node:
            case t.Binary(operator="*" | "/" as operator, left=left, right=right):
                other = -exponent if operator == "/" else exponent
                return _product(_power(left, exponent, reads, do), _power(right, other, reads, do))
            case t.Negate(argument=argument):
                inner = _power(argument, exponent, reads, do)
                return _negative(inner) if exponent % 2 else inner
            case t.Power(base=base, exponent=text):
                return _power(base, Fraction(text) * exponent, reads, do)
    a = forward(node, reads, do)
    if exponent == 1:
        return a
    slope = do.power(a.value, exponent - 1).scaled(exponent) if a.tangent is not None else None
    return Dual(do.power(a.value, exponent), slope * a.tangent if slope is not None and a.tangent is not None else None)


def _apply(function: str, arguments: list[Dual[V]], do: Arithmetic[V]) -> Dual[V]:
    """f(a, b)˙ = ∂₁f ȧ + ∂₂f ḃ."""
    values = [a.value for a in arguments]
    y = do.apply(function, *values)
    if all(a.tangent is None for a in arguments):
        return Dual(y)
    slopes: tuple[V, ...] = SLOPES[function](do, y, *values)
    moved = [slope * a.tangent for slope, a in zip(slopes, arguments, strict=False) if a.tangent is not None]
    return Dual(y, added(*moved))


def _concat(parts: list[Dual[V]], do: Arithmetic[V]) -> Dual[V]:
    places = do.places([p.value.size for p in parts])
    moved = [m.times(p.tangent) for m, p in zip(places, parts, strict=True) if p.tangent is not None]
    return Dual(do.join([p.value for p in parts]), added(*moved))


def _reduce(function: str, a: Dual[V], do: Arithmetic[V]) -> Dual[V]:
    """Sums are linear; (log Σ exp a)˙ = Σ softmax(a) ȧ."""
    if function == "logsumexp":
        value = do.whole("logsumexp", a.value)
        return Dual(value, do.total(do.whole("softmax", a.value) * a.tangent) if a.tangent is not None else None)
    share = do.power(do.count(a.value.size), Fraction(-1)) if function == "mean" else do.number(Fraction(1))
    return Dual(do.total(a.value) * share, do.total(a.tangent) * share if a.tangent is not None else None)


def _softmax(a: Dual[V], do: Arithmetic[V]) -> Dual[V]:
    """y = softmax(a): ẏ = y (ȧ - Σ y ȧ)."""
    y = do.whole("softmax", a.value)
    return Dual(y, y * (a.tangent - do.total(y * a.tangent)) if a.tangent is not None else None)
