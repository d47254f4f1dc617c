"""Slips around matrices: the wrong way round, factors on the wrong side, parts in another order."""

from __future__ import annotations

from itertools import combinations

from ..expressions import LINEAR, Expression, arguments, factors, product, terms, total
from .scope import Scope, Slips, parted


def matrix(node: Expression, scope: Scope) -> Slips:
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
            for part, rest in parted(factors(vector)):
                if rest:
                    made = product([part, [operation, matrix, product(rest)]])
                    yield "outside-product", made, node, made
        if len(terms(vector)) > 1:
            for part, rest in parted(terms(vector)):
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
