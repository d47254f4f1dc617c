"""What the two sides of a proof are worked out with: vectors, in whatever arithmetic.

The author's equations (`forward`) and the derived formulas (`claims`) are each read once, over any arithmetic: exact
polynomials in symbols (`indexed`), numbers of a prime field (`residues`), degrees (`degrees`), or lines of a program
for a sceptic. A vector of size 1 is a scalar and goes with a vector of any size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, Self, TypeVar

from ...cells import SCALAR, Size


class Vector(ABC):
    """A quantity at one step; + and * are elementwise."""

    size: Size

    @abstractmethod
    def __add__(self, other: Self) -> Self: ...

    @abstractmethod
    def __mul__(self, other: Self) -> Self: ...

    @abstractmethod
    def scaled(self, number: Fraction) -> Self:
        """The vector times a number."""

    @abstractmethod
    def raised(self, number: Fraction) -> Self:
        """The vector plus a number, at each element."""

    def __neg__(self) -> Self:
        return self.scaled(Fraction(-1))

    def __sub__(self, other: Self) -> Self:
        return self + -other

    def __rsub__(self, number: int) -> Self:
        return (-self).raised(Fraction(number))


V = TypeVar("V", bound=Vector)
Result = TypeVar("Result")


class Matrix(ABC, Generic[V]):
    """A linear map."""

    @abstractmethod
    def times(self, vector: V, transposed: bool = False) -> V:
        """W v, or Wᵀ v. Raises TypeError where v has another size than the matrix takes."""


class Arithmetic(ABC, Generic[V]):
    """The operations that are not written + and *."""

    @abstractmethod
    def number(self, value: Fraction) -> V:
        """A constant scalar."""

    @abstractmethod
    def pi(self) -> V:
        """π, of which nothing is known but that it is positive."""

    @abstractmethod
    def power(self, base: V, exponent: Fraction) -> V:
        """Elementwise."""

    @abstractmethod
    def apply(self, function: str, *arguments: V) -> V:
        """An elementwise function, of which nothing is known but its name."""

    @abstractmethod
    def whole(self, function: str, argument: V) -> V:
        """softmax or logsumexp, of which nothing is known but its name."""

    @abstractmethod
    def total(self, vector: V) -> V:
        """The sum of a vector's elements."""

    @abstractmethod
    def count(self, size: Size) -> V:
        """A size as a number."""

    @abstractmethod
    def spread(self, scalar: V, size: Size) -> V:
        """A scalar repeated."""

    @abstractmethod
    def places(self, sizes: Sequence[Size]) -> list[Matrix[V]]:
        """For parts of these sizes, what puts each at its place in their concatenation; its transpose takes it out."""

    def join(self, parts: Sequence[V]) -> V:
        """Vectors end to end: the sum of the parts, each put at its place."""
        first, *rest = [m.times(v) for m, v in zip(self.places([p.size for p in parts]), parts, strict=True)]
        return sum(rest, first)


class Drawing(Arithmetic[V]):
    """An arithmetic in which a cell can be run on what is drawn at random."""

    @abstractmethod
    def draw(self, size: Size) -> V:
        """A vector."""

    @abstractmethod
    def draw_matrix(self, rows: Size, columns: Size) -> Matrix[V]:
        """A matrix."""

    @abstractmethod
    def attempt(self, work: Callable[[], Result], times: int) -> Result:
        """What the work gives; where it meets what cannot be used, it is done again with other draws."""


@dataclass(frozen=True)
class Dual(Generic[V]):
    """A quantity and its tangent: how it changes in a direction. None: not at all."""

    value: V
    tangent: V | None = None


@dataclass(frozen=True)
class DualMatrix(Generic[V]):
    """A matrix and its tangent."""

    value: Matrix[V]
    tangent: Matrix[V] | None = None


def joint(a: Size, b: Size) -> Size:
    """The size of a + b or a * b."""
    return b if a is SCALAR else a


def expect(size: Size, vector: Vector) -> None:
    """Raises TypeError where a vector has another size."""
    if vector.size != size:
        raise TypeError(f"size {vector.size} where {size} is wanted")


def plain(size: Size) -> Size:
    """The size, with one object for all scalars: comparing sizes takes long."""
    return SCALAR if size.scalar else size


def added(*vectors: V | None) -> V | None:
    """The sum of what is there; None where nothing is."""
    found = [v for v in vectors if v is not None]
    return sum(found[1:], found[0]) if found else None
