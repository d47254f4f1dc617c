"""What an operator is given, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from ..expressions import Expression

#: Elementwise functions that are taken for each other.
ALIKE = ("sigmoid", "tanh", "relu", "exp", "softplus")


class Scope(Protocol):
    """What else could have been written."""

    def others(self, name: str) -> list[Expression]:
        """What is of the same size, and would go unnoticed in its place."""

    def sound(self, expression: Expression) -> bool:
        """Whether every operation gets what it can be applied to."""

    def square(self, matrix: str) -> bool:
        """Whether a matrix fits both ways."""

    def gradient(self, name: str) -> bool:
        """Whether a name is that of a gradient."""

    def fits(self, one: Expression, other: Expression) -> bool:
        """Whether two expressions are of one size."""


Slips = Iterator[tuple[str, Expression, Expression, Expression]]  # slip, what stands there now, old, new
Operator = Callable[[Expression, Scope], Slips]


def parted(found: list[Expression]) -> Iterator[tuple[Expression, list[Expression]]]:
    """Each of several parts, with the rest."""
    return ((part, found[:k] + found[k + 1 :]) for k, part in enumerate(found))
