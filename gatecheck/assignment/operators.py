"""Slips: what may stand in the place of one node of an expression. None knows a cell, or what the expression is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Protocol

from .expressions import (
    LINEAR,
    Expression,
    arguments,
    coefficient,
    factors,
    negative,
    power,
    product,
    put,
    terms,
    total,
)

#: Elementwise functions that are taken for each other.
_ALIKE = ("sigmoid", "tanh", "relu", "exp", "softplus")


class Scope(Protocol):
    """What else could have been written."""

    def others(self, name: str) -> list[Expression]:
        """What is of the same size, and would go unnoticed in its place."""

    def square(self, matrix: str) -> bool:
        """Whether a matrix fits both ways."""

    def gradient(self, name: str) -> bool:
        """Whether a name is that of a gradient."""

    def fits(self, one: Expression, other: Expression) -> bool:
        """Whether two expressions are of one size."""


Slips = Iterator[tuple[str, Expression, Expression, Expression]]  # slip, what stands there now, old, new
Operator = Callable[[Expression, Scope], Slips]


def _parted(found: list[Expression]) -> Iterator[tuple[Expression, list[Expression]]]:
    """Each of several parts, with the rest."""
    return ((part, found[:k] + found[k + 1 :]) for k, part in enumerate(found))


def _lost(node: Expression, scope: Scope) -> Slips:
    """A term or a factor that is missing, or two of them."""
    if not isinstance(node, list):
        return
    if node[0] == "+":
        for part, rest in _parted(node[1:]):
            yield "missing-term", total(rest), part, 0.0
    elif node[0] == "*":
        for part, rest in _parted(node[1:]):
            if isinstance(part, (str, list)) and coefficient(rest)[1]:
                yield "missing-factor", product(rest), part, 1.0
        for two in combinations(range(1, len(node)), 2):
            rest = [f for k, f in enumerate(node) if k and k not in two]
            if coefficient(rest)[1]:
                yield "missing-factors", product(rest), product(node[k] for k in two), 1.0


def _sign(node: Expression, scope: Scope) -> Slips:
    """A term, or a product, with the other sign."""
    if isinstance(node, list) and node[0] == "+":
        for k, part in arguments(node):
            yield "wrong-sign", put(node, k, negative(part)), part, negative(part)
    elif not isinstance(node, float):
        yield "wrong-sign", negative(node), node, negative(node)


def _derivative(node: Expression, scope: Scope) -> Slips:
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


def _function(node: Expression, scope: Scope) -> Slips:
    """A function that is missing, another, or applied twice."""
    if not isinstance(node, list):
        return
    if node[0] in _ALIKE:
        yield "missing-function", node[1], node, node[1]
        for other in _ALIKE:
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


def _multiple(node: Expression, scope: Scope) -> Slips:
    """A term twice, or half of it."""
    for part, rest in _parted(terms(node)):
        if isinstance(part, (str, list)):
            for number, slip in ((2.0, "doubled"), (0.5, "halved")):
                made = product([number, part])
                yield slip, total([*rest, made]) if rest else made, part, made


def _product(node: Expression, scope: Scope) -> Slips:
    """Products for sums, and the other way round; brackets that are missing; a factor twice, or divided by."""
    if not isinstance(node, list):
        return
    if node[0] == "*" and len(node) > 2:
        for one, other in combinations(range(1, len(node)), 2):
            a, b = node[one], node[other]
            if isinstance(a, (str, list)) and isinstance(b, (str, list)):
                rest = [f for k, f in enumerate(node) if k not in (0, one, other)]
                yield "sum-for-product", product([*rest, ["+", a, b]]), product([a, b]), ["+", a, b]
        for some in _halves(node[1:]):
            one, other = (product(node[k] for k in range(1, len(node)) if (k in some) == chosen) for chosen in (1, 0))
            yield "sum-for-product", ["+", one, other], node, ["+", one, other]
        for part, rest in _parted(node[1:]):
            if isinstance(part, (str, list)):
                yield "factor-twice", product([*node[1:], part]), part, product([part, part])
                yield "divided", product([*rest, power(part, -1.0)]), part, power(part, -1.0)
            for k, inner in enumerate(terms(part)):
                if len(terms(part)) > 1:
                    alone = [t for m, t in enumerate(terms(part)) if m != k]
                    made = total([product([*rest, inner]), *alone])
                    yield "missing-brackets", made, node, made
    elif node[0] == "+":
        yield from multiplied(node)


def multiplied(node: list[Expression]) -> Slips:
    """A product for a sum, of two of its terms or of one and the rest."""
    for one, other in combinations(range(1, len(node)), 2):
        rest = [t for k, t in enumerate(node) if k not in (0, one, other)]
        both = product([node[one], node[other]])
        yield "product-for-sum", total([*rest, both]), total([node[one], node[other]]), both
    for part, rest in _parted(node[1:]):
        made = product([total(rest), part])
        yield "product-for-sum", made, node, made


def _halves(found: list[Expression]) -> Iterator[set[int]]:
    """Some of at most five parts, the first among them: each way to cut them in two, where neither is a number."""
    places = [k for k, part in enumerate(found, 1) if isinstance(part, (str, list))]
    if 3 <= len(places) <= 5:
        numbers = set(range(1, len(found) + 1)) - set(places)
        for count in range(len(places) - 1):
            yield from ({places[0], *numbers, *some} for some in combinations(places[1:], count))


def _moved(node: Expression, scope: Scope) -> Slips:
    """A factor at another term of a sum than its own."""
    if isinstance(node, list) and node[0] == "+":
        for k, term in enumerate(node[1:]):
            inside = term[2] if isinstance(term, list) and term[0] in LINEAR else term
            for factor, rest in _parted(factors(inside)):
                if rest and isinstance(factor, (str, list)):
                    bare = put(term, 2, product(rest)) if inside is not term else product(rest)
                    for m, other in enumerate(node[1:]):
                        if m != k and scope.fits(other, factor):
                            parts = [t for n, t in enumerate(node[1:]) if n not in (k, m)]
                            made = total([product([factor, other]), bare, *parts])
                            yield "factor-elsewhere", made, node, made


def _matrix(node: Expression, scope: Scope) -> Slips:
    """A matrix the wrong way round; a factor on the wrong side of a product; parts of a vector in another order."""
    if not isinstance(node, list):
        return
    if node[0] in LINEAR:
        operation, matrix, vector = node
        for alike in scope.others(matrix):
            yield "wrong-name", [operation, alike, vector], matrix, alike
        if scope.fits(node, vector):
            yield "missing-matrix", vector, node, vector
        if scope.square(matrix):
            other = LINEAR[operation == "matmul"]
            made = [other, matrix, vector]
            yield "transposed" if operation == "matmul" else "missing-transpose", made, node, made
            for part, rest in _parted(factors(vector)):
                if rest:
                    made = product([part, [operation, matrix, product(rest)]])
                    yield "outside-product", made, node, made
        if len(terms(vector)) > 1:
            for part, rest in _parted(terms(vector)):
                made = total([[operation, matrix, total(rest)], part])
                if scope.fits(node, part):
                    yield "outside-product", made, node, made
    elif node[0] == "*":
        for k, inner in arguments(node):
            if isinstance(inner, list) and inner[0] in LINEAR and scope.square(inner[1]):
                for m, part in arguments(node):
                    if m != k and isinstance(part, (str, list)):
                        rest = [f for n, f in enumerate(node) if n not in (0, k, m)]
                        made = [inner[0], inner[1], product([part, inner[2]])]
                        yield "inside-product", product([*rest, made]), product([part, inner]), made
    elif node[0] == "join":
        for k, m in combinations(range(1, len(node)), 2):
            order = list(node)
            order[k], order[m] = order[m], order[k]
            yield "concat-order", order, node, order


def _extra(node: Expression, scope: Scope) -> Slips:
    """A function where none belongs: tanh of what is activated already."""
    if isinstance(node, str) and node[0] not in "#":
        for function in ("tanh", "sigmoid"):
            yield "extra-function", [function, node], node, [function, node]
        yield "extra-square", power(node, 2.0), node, power(node, 2.0)
    if isinstance(node, str) or (isinstance(node, list) and node[0] in (*_ALIKE, *LINEAR, "^")):
        made: Expression = total([1.0, negative(node)])
        yield "opposite", made, node, made
    elif isinstance(node, float):
        for number in (0.0, 2.0, -1.0):
            if number != node:
                yield "wrong-number", number, node, number


def _name(node: Expression, scope: Scope) -> Slips:
    """Another name in one place."""
    if isinstance(node, str):
        for other in scope.others(node):
            yield "wrong-name", other, node, other


#: The likelier slips first.
OPERATORS: tuple[Operator, ...] = (
    _lost,
    _sign,
    _derivative,
    _function,
    _matrix,
    _multiple,
    _name,
    _moved,
    _extra,
    _product,
)
