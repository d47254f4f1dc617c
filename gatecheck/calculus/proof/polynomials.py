"""Polynomials with rational coefficients and exponents in numbered generators, in normal form.

The generators are names, or stand for something: a root of a prime number, a sum that is raised to a power, whatever
`indexed` adds. All of commutative algebra that a proof needs is here; indices are not its concern.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from math import comb, floor, gcd, lcm
from typing import NamedTuple

from sympy import factorint

from ...cells import SCALAR, Size
from .factors import Key, Monomial, Number, factored, short
from .vectors import Vector, joint

Terms = dict[Monomial, Number]

#: Far more monomials than a derivation that a person would read; what it takes is refused, not waited for.
MOST_TERMS = 20_000
#: A sum's power is multiplied out up to this many monomials.
MOST_EXPANDED = 500


class TooLarge(Exception):
    """An expression has more monomials than can be handled."""


class Generator(NamedTuple):
    """What a number in a monomial stands for."""

    kind: str  # value, δ, tangent, size, pi, place; sum, root; function, whole, image, total
    parts: tuple[object, ...]
    indexed: bool  # has the running index
    moving: frozenset[str]  # the names whose tangents are inside


class Polynomial(Vector):
    """A vector or scalar; its terms are never changed."""

    def __init__(self, ring: Generators, terms: Terms, size: Size) -> None:
        self.ring = ring
        self.terms = terms
        self.size = size

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        accumulate(terms, other.terms.items())
        return Polynomial(self.ring, terms, joint(self.size, other.size))

    def __mul__(self, other: Polynomial) -> Polynomial:
        if self.ring.closed and not (self.terms.keys() <= {()} or other.terms.keys() <= {()}):
            return self.ring.enclosed(self).times(self.ring.enclosed(other))
        return self.times(other)

    def times(self, other: Polynomial) -> Polynomial:
        """The product, multiplied out."""
        if len(self.terms) * len(other.terms) > MOST_TERMS:
            raise TooLarge
        terms: Terms = {}
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                accumulate(terms, self.ring.normal(merged(m, n), c * d).items())
        return Polynomial(self.ring, terms, joint(self.size, other.size))

    def scaled(self, number: Fraction) -> Polynomial:
        n = short(number)
        return Polynomial(self.ring, {m: c * n for m, c in self.terms.items() if n}, self.size)

    def raised(self, number: Fraction) -> Polynomial:
        return self + self.ring.number(number)

    def key(self) -> Key:
        """The polynomial as something that can be compared and kept in sets."""
        return tuple(sorted(self.terms.items()))


class Generators:
    """The generators met so far, by number; equal generators have one number.

    closed: a sum in a product stays one factor of it, where there would be far too many monomials. Then polynomials
    that are the same are still equal, but equal ones may not be the same.
    """

    def __init__(self, closed: bool = False) -> None:
        self.closed = closed
        self.generators: list[Generator] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self._leading: dict[int, tuple[Monomial, Number] | None] = {}  # of sums and roots
        self._factors: dict[Key, tuple[int, list[tuple[Key, int]]]] = {}

    def generator(self, kind: str, *parts: object, indexed: bool, moving: Iterable[str] = ()) -> int:
        """The number of a generator."""
        number = self._numbers.setdefault((kind, *parts), len(self.generators))
        if number == len(self.generators):
            self.generators.append(Generator(kind, parts, indexed, frozenset(moving)))
        return number

    def single(self, number: int, size: Size) -> Polynomial:
        """A generator as a polynomial."""
        return Polynomial(self, {((number, 1),): 1}, size)

    def key(self, number: int) -> Key:
        """What a sum or a root is one of."""
        return self.generators[number].parts[0]  # type: ignore[return-value]

    def number(self, value: Fraction) -> Polynomial:
        """A constant."""
        return Polynomial(self, {(): short(value)} if value else {}, SCALAR)

    def indexed(self, key: Key) -> bool:
        """Whether a polynomial has the running index."""
        return any(self.generators[g].indexed for m, _ in key for g, _ in m)

    def power(self, base: Polynomial, exponent: Fraction) -> Polynomial:
        """Raises ZeroDivisionError for 1/0."""
        whole = exponent.denominator == 1
        if not base.terms:
            return base if exponent > 0 else self.number(1 / Fraction(0))
        if len(base.terms) == 1:
            ((m, c),) = base.terms.items()
            return self._of_monomial(m, c, exponent, base.size)
        if whole and exponent > 0 and not self.closed and expandable(len(base.terms), int(exponent)):
            return reduce(Polynomial.times, [base] * int(exponent))
        factor = Fraction(gcd(*(c.numerator for c in base.terms.values())))
        factor /= lcm(*(c.denominator for c in base.terms.values()))
        if not whole:  # a root of a product need not be the product of roots
            return self._radical(factor, exponent) * self._of_root(base.scaled(1 / factor).key(), exponent, base.size)
        return self._of_factors(base, factor, int(exponent))

    def enclosed(self, sum_: Polynomial) -> Polynomial:
        """A sum as one monomial, unless it has tangents: those stay apart."""
        moving = any(self.generators[g].moving for m in sum_.terms for g, _ in m)
        return sum_ if len(sum_.terms) < 2 or moving else self.power(sum_, Fraction(1))

    def _of_factors(self, base: Polynomial, factor: Fraction, exponent: int) -> Polynomial:
        """A whole power of a sum with that content."""
        factor *= 1 if min(base.terms.items())[1] > 0 else -1
        common = shared(base.terms)
        rest = base.scaled(1 / factor).times(Polynomial(self, {_raised(common, -1): 1}, SCALAR))
        outside = self._of_monomial(common, factor, Fraction(exponent), base.size)
        if len(rest.terms) < 2:
            return outside.times(self.power(rest, Fraction(exponent)))
        sign, factors = self._factored(rest.key())
        powers = (self._of_sum(key, exponent * times, base.size) for key, times in factors)
        return reduce(Polynomial.times, powers, outside.scaled(Fraction(sign) ** exponent))

    def _factored(self, key: Key) -> tuple[int, list[tuple[Key, int]]]:
        """A sum without common factor as ±1 and powers of irreducible sums, so that what is divided by has one form."""
        if key not in self._factors:
            self._factors[key] = factored(key)
        return self._factors[key]

    def _of_sum(self, key: Key, exponent: int, size: Size) -> Polynomial:
        """A whole power of a sum."""
        number = self.generator("sum", key, indexed=self.indexed(key))
        leading = max(key, key=lambda term: term[0][::-1])
        simple = leading[0] and all(e > 0 for m, _ in key for _, e in m)
        self._leading[number] = leading if simple else None
        return Polynomial(self, self.normal(((number, exponent),), 1), size)

    def _of_root(self, key: Key, exponent: Fraction, size: Size) -> Polynomial:
        """A broken power of a sum or a product."""
        number = self.generator("root", key, indexed=self.indexed(key))
        self._leading[number] = None
        return Polynomial(self, self.normal(((number, exponent),), 1), size)

    def _of_monomial(self, m: Monomial, c: Number, exponent: Fraction, size: Size) -> Polynomial:
        if exponent.denominator == 1:
            return Polynomial(self, self.normal(_raised(m, exponent), short(Fraction(c) ** int(exponent))), size)
        root = self._radical(abs(Fraction(c)), exponent)
        if not m and c > 0:
            return root
        if c > 0 and len(m) == 1 and -1 <= m[0][1] <= 1:  # √√a is a^¼, but √a² need not be a
            ((g, e),) = m
            if self.generators[g].kind == "sum":
                return root * self._of_root(self.key(g), e * exponent, size)
            return root * Polynomial(self, self.normal(((g, e * exponent),), 1), size)
        return root * self._of_root(((m, 1 if c > 0 else -1),), exponent, size)

    def _radical(self, number: Fraction, exponent: Fraction) -> Polynomial:
        """A root of a positive number, prime by prime; a very large prime factor may stay composite."""
        found = self.number(Fraction(1))
        for part, sign in ((number.numerator, 1), (number.denominator, -1)):
            for prime, times in sorted(factorint(part, limit=2**15).items()):
                found = found * self._of_root((((), int(prime)),), exponent * int(times) * sign, SCALAR)
        return found

    # The normal form of a product.

    def normal(self, monomial: Monomial, coefficient: Number) -> Terms:
        """A monomial with sums and roots reduced: a root's exponent is between 0 and 1, what is whole of it stands as
        powers of sums; Q^e has e < 1, and e < 0 only where no multiple of Q's leading monomial stands beside it, since
        Q = l + r says l Q^e = Q^(e+1) - r Q^e."""
        if not coefficient:
            return {}
        if not any(g in self._leading for g, _ in monomial):
            return {monomial: coefficient}
        found: Terms = {}
        pending = [(monomial, coefficient)]
        while pending:
            m, c = pending.pop()
            rewritten = self._rewritten(m)
            if rewritten is None:
                accumulate(found, [(m, c)])
            else:
                pending.extend((n, c * d) for n, d in rewritten)
            if len(pending) > MOST_TERMS:
                raise TooLarge
        return found

    def _rewritten(self, m: Monomial) -> list[tuple[Monomial, Number]] | None:
        """One step towards the normal form; None where it is reached."""
        for g, e in m:
            if g not in self._leading:
                continue
            key = self.key(g)
            whole, rest = floor(e), merged(m, ((g, -floor(e)),))
            if self.generators[g].kind == "root":
                if whole:
                    base = self.power(Polynomial(self, dict(key), SCALAR), Fraction(whole))
                    return [(merged(rest, n), d) for n, d in base.terms.items()]
                continue
            if e >= 1 and not self.closed and expandable(len(key), whole):
                return [(merged(rest, n), d) for n, d in reduce(multiplied, [dict(key)] * whole).items()]
            leading = self._leading[g]
            if e < 0 and leading and divides(leading[0], m):
                rest, share = merged(m, _raised(leading[0], -1)), 1 / Fraction(leading[1])
                others = [(merged(rest, n), -d * share) for n, d in key if n != leading[0]]
                return [(merged(rest, ((g, 1),)), share), *others]
        return None


def _raised(monomial: Monomial, exponent: Number) -> Monomial:
    return tuple((g, short(e * exponent)) for g, e in monomial)


def expandable(terms: int, exponent: int) -> bool:
    """Whether a sum of so many terms is multiplied out when raised to that exponent."""
    return comb(terms + exponent - 1, exponent) <= MOST_EXPANDED


def multiplied(a: Terms, b: Terms) -> Terms:
    """The product of two sums, not yet in normal form."""
    found: Terms = {}
    for m, c in a.items():
        accumulate(found, ((merged(m, n), c * d) for n, d in b.items()))
    return found


def accumulate(terms: Terms, more: Iterable[tuple[Monomial, Number]]) -> None:
    """Add more terms to a sum."""
    for m, c in more:
        total = terms.pop(m, 0) + c
        if total:
            terms[m] = total


def merged(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials."""
    if not a or not b:
        return a or b
    exponents = dict(a)
    for g, e in b:
        exponents[g] = exponents.get(g, 0) + e
    return tuple(sorted((g, e) for g, e in exponents.items() if e))


def divides(a: Monomial, b: Monomial) -> bool:
    """Whether the exponents of a nowhere exceed those of b."""
    exponents = dict(b)
    return all(exponents.get(g, 0) >= e for g, e in a)


def shared(terms: Terms) -> Monomial:
    """The largest monomial that divides every one."""
    each = [dict(m) for m in terms]
    met = sorted({g for m in each for g in m})
    least = ((g, min(m.get(g, 0) for m in each)) for g in met)
    return tuple((g, e) for g, e in least if e)
