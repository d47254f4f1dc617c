"""Exact arithmetic with numbers: a prime field in which positive numbers have their roots.

p = 2q + 1 with q prime, and -1 is no square: the squares are to the field what positive numbers are to the reals. Every
number but 0 is a square or the opposite of one; squares times squares are squares; and a square has exactly one root of
every order that is a square, since they are a group of prime order q. So √(8 y) = 2 √2 √y, as in the reals, where 2 is
a square. For that p is sought among the numbers one less than a multiple of 8 · 3 · 5 · 7 · … · 179: in these fields
all primes below 180 are squares (by quadratic reciprocity), hence all common decimals.

A function is nothing but its name: its value at an argument is drawn at random, once, and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from math import lcm, prod
from random import Random

from sympy import factorint, isprime

from ...cells import SCALAR, Size
from .vectors import Drawing, Matrix, Result, Vector, expect, joint, plain

#: How often numbers are drawn again, in all; the error bound counts every time.
MOST_TRIES = 2**14
_SMALL = [n for n in range(3, 180, 2) if all(n % d for d in range(3, n, 2))]


class Unlucky(Exception):
    """A number that cannot be used came up: zero below a bar, or no square below a root."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class NoSquare(Exception):
    """A constant that is positive in the reals is no square in this field."""

    def __init__(self, primes: Iterable[int]) -> None:
        super().__init__()
        self.primes = frozenset(primes)


@cache
def modulus(squares: frozenset[int] = frozenset()) -> int:
    """The least safe prime in whose field -1 is no square, and 2, the odd primes below 180 and the given ones are."""
    step = 8 * prod(sorted({*_SMALL, *squares} - {2}))
    p = step * 77 - 1 if not squares else step - 1  # 77: found by this very search; see its test
    while not (isprime(p) and isprime(p // 2)):
        p += step
    return p


class Residues(Vector):
    """A vector of numbers modulo p."""

    def __init__(self, p: int, values: list[int], size: Size) -> None:
        self.p, self.values, self.size = p, values, size

    def _with(self, other: Residues, values: list[int]) -> Residues:
        return Residues(self.p, values, joint(self.size, other.size))

    def _pairs(self, other: Residues) -> Iterable[tuple[int, int]]:
        a, b = self.values, other.values
        width = max(len(a), len(b))
        return zip(a if len(a) == width else a * width, b if len(b) == width else b * width, strict=True)

    def __add__(self, other: Residues) -> Residues:
        return self._with(other, [(a + b) % self.p for a, b in self._pairs(other)])

    def __mul__(self, other: Residues) -> Residues:
        return self._with(other, [a * b % self.p for a, b in self._pairs(other)])

    def scaled(self, number: Fraction) -> Residues:
        n = _residue(number, self.p)
        return Residues(self.p, [a * n % self.p for a in self.values], self.size)

    def raised(self, number: Fraction) -> Residues:
        n = _residue(number, self.p)
        return Residues(self.p, [(a + n) % self.p for a in self.values], self.size)


class ResidueMatrix(Matrix[Residues]):
    """Rows of numbers."""

    def __init__(self, p: int, rows: list[list[int]], sizes: tuple[Size, Size]) -> None:
        self.p, self.rows, self.sizes = p, rows, sizes

    def times(self, vector: Residues, transposed: bool = False) -> Residues:
        to, of = self.sizes[::-1] if transposed else self.sizes
        expect(of, vector)
        rows = zip(*self.rows, strict=True) if transposed else self.rows
        values = [sum(a * b for a, b in zip(row, vector.values, strict=True)) % self.p for row in rows]
        return Residues(self.p, values, to)


class Field(Drawing[Residues]):
    """Numbers modulo a prime; sizes: a number for every letter."""

    def __init__(self, sizes: dict[str, int], seed: str, squares: frozenset[int] = frozenset()) -> None:
        self.sizes, self.seed, self.squares, self.p = sizes, seed, squares, modulus(squares)
        self.random = Random(seed)
        self.tries = 0
        # What functions gave, and the orders of roots; the latest last.
        self.known: dict[tuple[object, ...], list[int]] = {}

    # Drawing.

    def draw(self, size: Size) -> Residues:
        return Residues(self.p, self._drawn(size.value(self.sizes)), plain(size))

    def draw_matrix(self, rows: Size, columns: Size) -> Matrix[Residues]:
        drawn = [self._drawn(columns.value(self.sizes)) for _ in range(rows.value(self.sizes))]
        return ResidueMatrix(self.p, drawn, (plain(rows), plain(columns)))

    def _drawn(self, width: int) -> list[int]:
        return [self.random.randrange(self.p) for _ in range(width)]

    def attempt(self, work: Callable[[], Result], times: int) -> Result:
        """Raises Unlucky where luck fails that often, or where other draws do not change what could not be used."""
        drawn, last = len(self.known), 0
        for _ in range(times):
            try:
                return work()
            except Unlucky as error:
                self.tries += 1
                if self.tries > MOST_TRIES or error.number == last:
                    raise
                last = error.number
                while len(self.known) > drawn:
                    self.known.popitem()
        raise Unlucky(last)

    # Arithmetic.

    def number(self, value: Fraction) -> Residues:
        return Residues(self.p, [_residue(value, self.p)], SCALAR)

    def pi(self) -> Residues:
        return self.power(Residues(self.p, self._value(("pi",)), SCALAR), Fraction(2))

    def power(self, base: Residues, exponent: Fraction) -> Residues:
        if exponent < 0 and 0 in base.values:
            raise Unlucky(0)
        if exponent.denominator == 1:
            return Residues(self.p, [pow(a, int(exponent), self.p) for a in base.values], base.size)
        q = self.p // 2
        for a in base.values:
            if pow(a, q, self.p) != 1:
                raise self._no_square(a)
            order = self.known.setdefault(("root", a), [1])
            order[0] = lcm(order[0], exponent.denominator)
        e = exponent.numerator * pow(exponent.denominator, -1, q) % q
        return Residues(self.p, [pow(a, e, self.p) for a in base.values], base.size)

    @property
    def orders(self) -> int:
        """The product of the orders of all roots that were taken."""
        return prod(order[0] for key, order in self.known.items() if key[0] == "root")

    def _no_square(self, a: int) -> Exception:
        constant = _rational(a, self.p)
        if constant is None or constant <= 0:
            return Unlucky(a)
        return NoSquare([*factorint(constant.numerator), *factorint(constant.denominator)])

    def apply(self, function: str, *arguments: Residues) -> Residues:
        size = SCALAR
        for a in arguments:
            size = joint(size, a.size)
        width = max(len(a.values) for a in arguments)
        columns = [a.values * (width if len(a.values) < width else 1) for a in arguments]
        values = [self._at(function, each) for each in zip(*columns, strict=True)]
        return Residues(self.p, values, size)

    def _at(self, function: str, arguments: tuple[int, ...]) -> int:
        if function == "step" and (constant := _rational(arguments[0], self.p)) is not None:
            return int(constant > 0)  # maximum(a, a + 1) has been decided
        return self._value((function, *arguments))[0]

    def _value(self, key: tuple[object, ...], width: int = 1) -> list[int]:
        if key not in self.known:
            self.known[key] = self._drawn(width)
        return self.known[key]

    def whole(self, function: str, argument: Residues) -> Residues:
        size = SCALAR if function == "logsumexp" else argument.size
        key = (function, *argument.values)
        return Residues(self.p, self._value(key, size.value(self.sizes)), size)

    def total(self, vector: Residues) -> Residues:
        return Residues(self.p, [sum(vector.values) % self.p], SCALAR)

    def count(self, size: Size) -> Residues:
        return self.number(Fraction(size.value(self.sizes)))

    def spread(self, scalar: Residues, size: Size) -> Residues:
        width = size.value(self.sizes) if len(scalar.values) == 1 else 1
        return Residues(self.p, scalar.values * width, size)

    def places(self, sizes: Sequence[Size]) -> list[Matrix[Residues]]:
        widths = [size.value(self.sizes) for size in sizes]
        whole, found = Size.total(sizes), list[Matrix[Residues]]()
        for k, (width, size) in enumerate(zip(widths, sizes, strict=True)):
            start = sum(widths[:k])
            rows = [[int(i == start + j) for j in range(width)] for i in range(sum(widths))]
            found.append(ResidueMatrix(self.p, rows, (whole, size)))
        return found


def _residue(number: Fraction, p: int) -> int:
    return number.numerator * pow(number.denominator, -1, p) % p


def _rational(a: int, p: int) -> Fraction | None:
    """The fraction of small numbers that is a, if there is one (Wang, 1981)."""
    limit = 1 << p.bit_length() // 4  # few enough that hardly a number is one by chance
    r, s, previous = a, 1, (p, 0)
    while r >= limit:
        quotient = previous[0] // r
        previous, (r, s) = (r, s), (previous[0] - quotient * r, previous[1] - quotient * s)
    return Fraction(r, s) if 0 < abs(s) < limit else None
