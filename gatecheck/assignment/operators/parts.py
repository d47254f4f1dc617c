"""Slips in single parts: missing, with the other sign, another name, a function where none belongs."""

from __future__ import annotations

from itertools import combinations

from ..expressions import LINEAR, Expression, arguments, coefficient, negative, power, product, put, total
from .scope import ALIKE, Scope, Slips, parted


def lost(node: Expression, scope: Scope) -> Slips:
    """A term or a factor that is missing, or two of them."""
    if not isinstance(node, list):
        return
    if node[0] == "+":
        for part, rest in parted(node[1:]):
            yield "missing-term", total(rest), part, 0.0
    elif node[0] == "*":
        for part, rest in parted(node[1:]):
            if isinstance(part, (str, list)) and coefficient(rest)[1]:
                yield "missing-factor", product(rest), part, 1.0
        for two in combinations(range(1, len(node)), 2):
            rest = [f for k, f in enumerate(node) if k and k not in two]
            if coefficient(rest)[1]:
                yield "missing-factors", product(rest), product(node[k] for k in two), 1.0


def sign(node: Expression, scope: Scope) -> Slips:
    """A term, or a product, with the other sign."""
    if isinstance(node, list) and node[0] == "+":
        for k, part in arguments(node):
            yield "wrong-sign", put(node, k, negative(part)), part, negative(part)
    elif not isinstance(node, float):
        yield "wrong-sign", negative(node), node, negative(node)


def extra(node: Expression, scope: Scope) -> Slips:
    """A function where none belongs: tanh of what is activated already."""
    if isinstance(node, str) and node[0] not in "#":
        for function in ("tanh", "sigmoid"):
            yield "extra-function", [function, node], node, [function, node]
        yield "extra-square", power(node, 2.0), node, power(node, 2.0)
    if isinstance(node, str) or (isinstance(node, list) and node[0] in (*ALIKE, *LINEAR, "^")):
        made: Expression = total([1.0, negative(node)])
        yield "opposite", made, node, made
    elif isinstance(node, float):
        for number in (0.0, 2.0, -1.0):
            if number != node:
                yield "wrong-number", number, node, number


def name(node: Expression, scope: Scope) -> Slips:
    """Another name in one place."""
    inner = node[1] if isinstance(node, list) and node[0] in ALIKE else node
    if isinstance(inner, str):
        for other in scope.others(inner):
            yield "wrong-name", other, node, other
