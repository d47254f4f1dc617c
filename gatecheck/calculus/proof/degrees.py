"""Degrees instead of numbers: how far the numbers of a run are from what is drawn, which bounds the chance of an error.

A run in a prime field draws numbers, and works out others by + * / from them; each is a quotient of two polynomials in
the draws. Worked out with the pair of their degrees in the place of the number, a run gives the degrees of its result.
A root of order b of a number of degree d has degree d/b. The value of a function at a new argument is a new draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce

from ...cells import SCALAR, Size
from .vectors import Drawing, Matrix, Result, Vector, joint, plain


class Degree(Vector):
    """The degrees above and below the bar of a vector's elements."""

    def __init__(self, above: Fraction | int, below: Fraction | int, size: Size) -> None:
        self.above, self.below, self.size = above, below, size

    def __add__(self, other: Degree) -> Degree:
        above = max(self.above + other.below, other.above + self.below)
        return Degree(above, self.below + other.below, joint(self.size, other.size))

    def __mul__(self, other: Degree) -> Degree:
        return Degree(self.above + other.above, self.below + other.below, joint(self.size, other.size))

    def scaled(self, number: Fraction) -> Degree:
        return self

    def raised(self, number: Fraction) -> Degree:
        return Degree(max(self.above, self.below), self.below, self.size)

    @property
    def whole(self) -> Fraction | int:
        """Of what vanishes where two such numbers are equal."""
        return self.above + self.below


class DegreeMatrix(Matrix[Degree]):
    """A matrix of draws, or of zeros and ones."""

    def __init__(self, do: Degrees, degree: int, sizes: tuple[Size, Size]) -> None:
        self.do, self.degree, self.sizes = do, degree, sizes

    def times(self, vector: Degree, transposed: bool = False) -> Degree:
        entry = Degree(self.degree, 0, self.sizes[0] if transposed else self.sizes[1])
        product = self.do.total(entry * vector) if self.degree else vector
        return Degree(product.above, product.below, self.sizes[1] if transposed else self.sizes[0])


class Degrees(Drawing[Degree]):
    """argument: the highest degree that was met in a function's argument."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.sizes = sizes
        self.argument: Fraction | int = 1

    def draw(self, size: Size) -> Degree:
        return Degree(1, 0, plain(size))

    def draw_matrix(self, rows: Size, columns: Size) -> Matrix[Degree]:
        return DegreeMatrix(self, 1, (plain(rows), plain(columns)))

    def attempt(self, work: Callable[[], Result], times: int) -> Result:
        return work()

    def number(self, value: Fraction) -> Degree:
        return Degree(0, 0, SCALAR)

    def pi(self) -> Degree:
        return self.draw(SCALAR)

    def power(self, base: Degree, exponent: Fraction) -> Degree:
        above, below = (base.above, base.below) if exponent > 0 else (base.below, base.above)
        return Degree(above * abs(exponent), below * abs(exponent), base.size)

    def apply(self, function: str, *arguments: Degree) -> Degree:
        self.argument = max(self.argument, *(a.whole for a in arguments))
        return self.draw(reduce(joint, (a.size for a in arguments)))

    def whole(self, function: str, argument: Degree) -> Degree:
        return self.apply(function, argument) if function == "softmax" else self.apply(function, self.total(argument))

    def total(self, vector: Degree) -> Degree:
        more = vector.size.value(self.sizes) - 1
        return Degree(vector.above + more * vector.below, vector.below * (more + 1), SCALAR)

    def count(self, size: Size) -> Degree:
        return self.number(Fraction(1))

    def spread(self, scalar: Degree, size: Size) -> Degree:
        return Degree(scalar.above, scalar.below, size)

    def places(self, sizes: Sequence[Size]) -> list[Matrix[Degree]]:
        return [DegreeMatrix(self, 0, (Size.total(sizes), size)) for size in sizes]
