"""Vectors written out, element by element, as lines of a Python program for SymPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from ..calculus.proof.vectors import Arithmetic, Matrix, Vector, expect, joint
from ..cells import SCALAR, Size

#: How tightly a text binds.
SUM, PRODUCT, POWER, WHOLE = range(4)


@dataclass(frozen=True)
class Scalar:
    """An expression of Python; nothing is simplified but what 0 and 1 do."""

    text: str
    level: int = WHOLE
    constant: bool = False  # a number of Python's own, or a fraction

    def within(self, level: int) -> str:
        """The text as part of something that binds at that level."""
        return f"({self.text})" if self.level < level else self.text

    def __add__(self, other: Scalar) -> Scalar:
        if ZERO in (self, other):
            return other if self == ZERO else self
        sign, size = ("-", other.text[1:]) if other.negative else ("+", other.text)
        return Scalar(f"{self.text} {sign} {size}", SUM, self.constant and other.constant)

    def __mul__(self, other: Scalar) -> Scalar:
        if ZERO in (self, other):
            return ZERO
        sign = "-" * (self.negative != other.negative)
        factors = [s.text[1:] if s.negative else s.within(PRODUCT) for s in (self, other)]
        product = "*".join(f for f in factors if f != "1") or "1"
        return Scalar(f"{sign}{product}", PRODUCT, self.constant and other.constant)

    @property
    def negative(self) -> bool:
        return self.text.startswith("-") and self.level != SUM

    def __pow__(self, exponent: Fraction) -> Scalar:
        # 7**-1 would be a float in Python.
        base = f"Rational({self.text})" if self.constant else self.within(WHOLE)
        return Scalar(f"{base}**{number(exponent).within(WHOLE)}", POWER)


def number(value: Fraction) -> Scalar:
    """A number that stays exact in Python."""
    size = f"Rational({abs(value.numerator)}, {value.denominator})" if value.denominator > 1 else f"{abs(value)}"
    return Scalar(f"-{size}", PRODUCT, True) if value < 0 else Scalar(size, WHOLE, True)


ZERO, ONE = number(Fraction(0)), number(Fraction(1))


class Scalars(Vector):
    """The elements of a vector."""

    def __init__(self, elements: Sequence[Scalar], size: Size) -> None:
        self.elements, self.size = list(elements), size

    def _with(self, other: Scalars, name: str) -> Scalars:
        a, b = self.elements, other.elements
        width = max(len(a), len(b))
        pairs = zip(a * (width // len(a)), b * (width // len(b)), strict=True)
        return Scalars([getattr(x, name)(y) for x, y in pairs], joint(self.size, other.size))

    def __add__(self, other: Scalars) -> Scalars:
        return self._with(other, "__add__")

    def __mul__(self, other: Scalars) -> Scalars:
        return self._with(other, "__mul__")

    def scaled(self, number_: Fraction) -> Scalars:
        return Scalars([number(number_)], SCALAR) * self

    def raised(self, number_: Fraction) -> Scalars:
        return Scalars([number(number_)], SCALAR) + self


class ScalarMatrix(Matrix[Scalars]):
    """The elements of a matrix, row by row."""

    def __init__(self, rows: Sequence[Sequence[Scalar]], sizes: tuple[Size, Size]) -> None:
        self.rows, self.sizes = rows, sizes

    def times(self, vector: Scalars, transposed: bool = False) -> Scalars:
        to, of = self.sizes[::-1] if transposed else self.sizes
        expect(of, vector)
        rows = zip(*self.rows, strict=True) if transposed else self.rows
        return Scalars([_sum(a * b for a, b in zip(row, vector.elements, strict=True)) for row in rows], to)


def _sum(scalars: object) -> Scalar:
    return reduce(Scalar.__add__, scalars, ZERO)  # type: ignore[call-overload]


class Program(Arithmetic[Scalars]):
    """Notes the functions that are used, by name."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.used: set[str] = set()

    def number(self, value: Fraction) -> Scalars:
        return Scalars([number(value)], SCALAR)

    def pi(self) -> Scalars:
        return Scalars([Scalar("pi")], SCALAR)

    def power(self, base: Scalars, exponent: Fraction) -> Scalars:
        return Scalars([a**exponent for a in base.elements], base.size)

    def apply(self, function: str, *arguments: Scalars) -> Scalars:
        self.used.add(function)
        width = max(len(a.elements) for a in arguments)
        columns = [a.elements * (width // len(a.elements)) for a in arguments]
        texts = (f"{function}({', '.join(s.text for s in each)})" for each in zip(*columns, strict=True))
        return Scalars([Scalar(text) for text in texts], reduce(joint, (a.size for a in arguments)))

    def whole(self, function: str, argument: Scalars) -> Scalars:
        self.used.add(function)
        call = f"{function}([{', '.join(s.text for s in argument.elements)}])"
        if function == "logsumexp":
            return Scalars([Scalar(call)], SCALAR)
        return Scalars([Scalar(f"{call}[{k}]") for k in range(len(argument.elements))], argument.size)

    def total(self, vector: Scalars) -> Scalars:
        return Scalars([_sum(vector.elements)], SCALAR)

    def count(self, size: Size) -> Scalars:
        return self.number(Fraction(size.value(self.sizes)))

    def spread(self, scalar: Scalars, size: Size) -> Scalars:
        return Scalars(scalar.elements * (size.value(self.sizes) // len(scalar.elements)), size)

    def places(self, sizes: Sequence[Size]) -> list[Matrix[Scalars]]:
        widths = [size.value(self.sizes) for size in sizes]
        whole, found = Size.total(sizes), list[Matrix[Scalars]]()
        for k, (width, size) in enumerate(zip(widths, sizes, strict=True)):
            start = sum(widths[:k])
            rows = [[ONE if i == start + j else ZERO for j in range(width)] for i in range(sum(widths))]
            found.append(ScalarMatrix(rows, (whole, size)))
        return found
