"""Slips in sums and products: terms and factors too many, in the wrong place, or joined by the other sign."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..expressions import LINEAR, Expression, factors, power, product, put, terms, total
from .scope import Scope, Slips, parted


def multiple(node: Expression, scope: Scope) -> Slips:
    """A term twice, or half of it."""
    for part, rest in parted(terms(node)):
        if isinstance(part, (str, list)):
            for number, slip in ((2.0, "doubled"), (0.5, "halved")):
                made = product([number, part])
                yield slip, total([*rest, made]) if rest else made, part, made


def products(node: Expression, scope: Scope) -> Slips:
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
        for part, rest in parted(node[1:]):
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
    for part, rest in parted(node[1:]):
        made = product([total(rest), part])
        yield "product-for-sum", made, node, made


def _halves(found: list[Expression]) -> Iterator[set[int]]:
    """Some of at most five parts, the first among them: each way to cut them in two, where neither is a number."""
    places = [k for k, part in enumerate(found, 1) if isinstance(part, (str, list))]
    if 3 <= len(places) <= 5:
        numbers = set(range(1, len(found) + 1)) - set(places)
        for count in range(len(places) - 1):
            yield from ({places[0], *numbers, *some} for some in combinations(places[1:], count))


def moved(node: Expression, scope: Scope) -> Slips:
    """A factor at another term of a sum than its own."""
    if isinstance(node, list) and node[0] == "+":
        for k, term in enumerate(node[1:]):
            inside = term[2] if isinstance(term, list) and term[0] in LINEAR else term
            for factor, rest in parted(factors(inside)):
                if rest and isinstance(factor, (str, list)):
                    bare = put(term, 2, product(rest)) if inside is not term else product(rest)
                    for m, other in enumerate(node[1:]):
                        if m != k and scope.fits(other, factor):
                            parts = [t for n, t in enumerate(node[1:]) if n not in (k, m)]
                            made = total([product([factor, other]), bare, *parts])
                            yield "factor-elsewhere", made, node, made
