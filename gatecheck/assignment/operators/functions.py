"""Slips in functions and their derivatives."""

from __future__ import annotations

from collections.abc import Iterator

from ..expressions import Expression, negative, power, product, total
from .scope import ALIKE, Scope, Slips


def derivative(node: Expression, scope: Scope) -> Slips:
    """What is taken for σ′ = y (1 - y) and for tanh′ = 1 - y²."""
    y = _slope_of_tanh(node)
    if y is not None:
        for wrong in (
            product([y, total([1.0, negative(y)])]),
            total([1.0, negative(y)]),
            power(total([1.0, negative(y)]), 2.0),
            total([1.0, power(y, 2.0)]),
            power(y, 2.0),
            y,
            ["tanh", y],
        ):
            yield "wrong-derivative", wrong, node, wrong
    if isinstance(node, list) and node[0] == "*":
        for y in node[1:]:
            opposite = total([1.0, negative(y)])
            if opposite in node[1:]:
                rest = [f for f in node[1:] if f not in (y, opposite)]
                for wrong in (
                    total([1.0, negative(power(y, 2.0))]),
                    product([y, total([1.0, y])]),
                    power(opposite, 2.0),
                    power(y, 2.0),
                    total([y, opposite]),
                    ["sigmoid", y],
                    power(product([y, opposite]), -1.0),
                    product([["sigmoid", y], total([1.0, negative(["sigmoid", y])])]),
                ):
                    yield "wrong-derivative", product([*rest, wrong]), product([y, opposite]), wrong


def _slope_of_tanh(node: Expression) -> Expression | None:
    """The y of 1 - y²."""
    if isinstance(node, list) and node[0] == "+" and len(node) == 3 and node[1] == 1.0:
        squared = negative(node[2])
        if isinstance(squared, list) and squared[0] == "^" and squared[2] == 2.0:
            return squared[1]
    return None


def function(node: Expression, scope: Scope) -> Slips:
    """A function that is missing, another, or applied twice."""
    if not isinstance(node, list):
        return
    if node[0] in ALIKE:
        yield "missing-function", node[1], node, node[1]
        for other in ALIKE:
            if other != node[0]:
                made = [other, node[1]]
                yield "wrong-function", made, node, made
        yield "function-twice", [node[0], node], node, [node[0], node]
        if node[0] == "sigmoid":
            for made in _sigmoids(node[1]):
                yield "wrong-sigmoid", made, node, made
    elif node[0] == "^" and node[2] == 2.0:
        yield "missing-square", node[1], node, node[1]
        yield "doubled-for-square", product([2.0, node[1]]), node, product([2.0, node[1]])
        yield "wrong-power", power(node[1], 3.0), node, power(node[1], 3.0)
        opposite: Expression = total([1.0, negative(node[1])])
        for other in (opposite, *(scope.others(node[1]) if isinstance(node[1], str) else ())):
            yield "wrong-square", product([node[1], other]), node, product([node[1], other])
    elif node[0] == "^":
        yield "missing-power", node[1], node, node[1]
    elif node[0] in ("absolute", "sign", "log", "softmax", "step"):
        yield "missing-function", node[1], node, node[1]
    elif node[0] == "mean":
        yield "sum-for-mean", ["sum", node[1]], node, ["sum", node[1]]
    elif node[0] == "sum":
        yield "mean-for-sum", ["mean", node[1]], node, ["mean", node[1]]


def _sigmoids(argument: Expression) -> Iterator[Expression]:
    """What 1 / (1 + exp(-a)) becomes by a slip of the one who writes it out."""
    decay = ["exp", negative(argument)]
    yield total([1.0, decay])
    yield power(total([1.0, negative(decay)]), -1.0)
    yield from (power(["+", number, decay], -1.0) for number in (2.0, -1.0, 0.5))
    yield product([decay, power(total([1.0, decay]), -1.0)])
    yield total([1.0, power(decay, -1.0)])
