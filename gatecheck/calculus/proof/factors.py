"""Sums as products of irreducible sums: what stands below a bar, or is not multiplied out, has one form then."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from sympy import ZZ
from sympy.polys.rings import PolyElement, PolyRing

#: Whole numbers are integers, which are ten times faster.
Number = Fraction | int
Monomial = tuple[tuple[int, Number], ...]
Key = tuple[tuple[Monomial, Number], ...]


def factored(key: Key) -> tuple[int, list[tuple[Key, int]]]:
    """A sum with whole coefficients and without common factor as ±1 and powers of irreducible sums."""
    orders: dict[int, int] = {}  # √a is what a polynomial is in, where it occurs
    for m, _ in key:
        for g, e in m:
            orders[g] = lcm(orders.get(g, 1), e.denominator)
    if any(_linear(key, g, order) for g, order in orders.items()):
        return 1, [(key, 1)]
    ring = PolyRing([f"g{g}" for g in orders], ZZ)
    rows = (({g: int(e * orders[g]) for g, e in m}, c) for m, c in key)
    sign, found = ring.from_dict({tuple(row.get(g, 0) for g in orders): ZZ(int(c)) for row, c in rows}).factor_list()
    factors = []
    for polynomial, times in found:
        terms = _terms(polynomial, orders)
        flip = 1 if terms[0][1] > 0 else -1
        sign *= flip**times
        factors.append((tuple((m, c * flip) for m, c in terms), int(times)))
    return int(sign), sorted(factors)


def _terms(polynomial: PolyElement, orders: dict[int, int]) -> Key:
    rows = ((zip(orders, exponents, strict=True), int(c)) for exponents, c in polynomial.terms())
    found = ((tuple(sorted((g, short(Fraction(e, orders[g]))) for g, e in row if e)), c) for row, c in rows)
    return tuple(sorted(found))


def _linear(key: Key, generator: int, order: int) -> bool:
    """Whether a generator stands in one term alone, and there to the first power: then the sum is irreducible."""
    found = [e for m, _ in key for g, e in m if g == generator]
    return len(found) == 1 and found[0] * order == 1


def short(number: Number) -> Number:
    """The number, as an integer where it is whole."""
    return number.numerator if number.denominator == 1 else number
