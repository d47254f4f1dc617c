"""Wrong variants of one expression: every way to get it wrong by one slip, whatever it computes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from .expressions import Expression, arguments, mapped, put, vectors
from .operators import OPERATORS, Operator, Scope, Slips


class Variant(NamedTuple):
    """A wrong variant: which slip, the whole expression with it, and what stands where something else belongs."""

    slip: str
    expression: Expression
    old: Expression
    new: Expression


def variants(expression: Expression, scope: Scope) -> Iterator[Variant]:
    """Every wrong variant of an expression, the likelier slips first, none twice."""
    known = {repr(expression)}

    def fits(made: Expression) -> bool:
        return scope.sound(made) and scope.fits(made, expression)

    for operator in OPERATORS:
        for slip, made, old, new in _everywhere(expression, scope, operator):
            if (text := repr(made)) not in known and fits(made):
                known.add(text)
                yield Variant(slip, made, old, new)
    for slip, made, old, new in chain(_renamings(expression, scope), _upstream(expression, scope)):
        if (text := repr(made)) not in known and fits(made):
            known.add(text)
            yield Variant(slip, made, old, new)


def _everywhere(expression: Expression, scope: Scope, operator: Operator) -> Slips:
    """What an operator makes of the whole, and of every part of it."""
    yield from operator(expression, scope)
    for k, argument in arguments(expression):
        for slip, made, old, new in _everywhere(argument, scope, operator):
            yield slip, put(expression, k, made), old, new


def _upstream(expression: Expression, scope: Scope) -> Slips:
    """The gradient that comes in where a value belongs: 1 - δh² for 1 - h²."""
    found = list(dict.fromkeys(vectors(expression)))
    for name in found:
        for other in found:
            if scope.gradient(other) and not scope.gradient(name) and scope.fits(name, other):
                yield "wrong-name", _with(expression, name, other), name, other


def _renamings(expression: Expression, scope: Scope) -> Slips:
    """Another name, or a function of it, wherever the name stands."""
    counted = list(vectors(expression))
    for name in dict.fromkeys(counted):
        if counted.count(name) > 1:
            for other in scope.others(name):
                yield "wrong-name", _with(expression, name, other), name, other
            for function in ("tanh", "sigmoid"):
                made = [function, name]
                yield "extra-function", _with(expression, name, made), name, made


def _with(expression: Expression, name: str, other: Any) -> Expression:
    return mapped(expression, lambda n: other if n == name else n)
