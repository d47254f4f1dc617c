"""Edges -> arrays: the rows of a Jacobian pulled back through a cell, step by step, in many networks at once.

Edge.pull says what a gradient becomes on its way back; this says it in numbers, for a block of rows. Started from the
identity at s[T], what arrives at s[T-k] is the total derivative ds[T]/ds[T-k], since it arrives from everything that
reads s, at its own step as well as one later. What has met no linear map on its way is a diagonal, and kept apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sympy import Expr, Symbol

from .edges import Block, Broadcast, Cut, Diagonal, Edge, Factor, Matrix, Reduction, SoftmaxJacobian, edges
from .numbers import Array, evaluate
from .system import System

#: Rows (N, R, m) at a step -> rows (N, R, n): multiplied by an m by n Jacobian from the right.
Operator = Callable[[Array, int], Array]


@dataclass(frozen=True)
class Way:
    """An edge whose factors are arrays, for every step."""

    edge: Edge
    elementwise: bool
    operators: tuple[Operator, ...]

    def pull(self, rows: Array, step: int) -> Array:
        """The rows (N, R, m) of the edge's reader at a step as rows (N, R, n) of its source."""
        for operator in self.operators:
            rows = operator(rows, step)
        return rows


def ways(system: System, values: Mapping[Symbol, Array], sizes: Mapping[str, int]) -> tuple[Way, ...]:
    """Every edge between named quantities, last reader first.

    values: (T, N, n) for quantities, with those of [t-1] under their own symbols; parameters (N, n) or (N, m, n).
    """
    numbers = _Numbers(system, values, sizes)
    found = (e for line in reversed(system.lines) for e in edges(system, line) if e.source.name in system.sizes)
    return tuple(Way(e, e.kind == "elementwise", tuple(map(numbers.operator, e.factors))) for e in found)


class Arrived(NamedTuple):
    """What has arrived at a quantity (size n) from s[T] (size R): its gradient, had s[T] been the loss, row by row.

    elementwise: (N, 1, n), the diagonal of what met no linear map; others: (N, R, n). None where no path has arrived.
    """

    elementwise: Array | None
    others: Array | None

    @property
    def total(self) -> Array | None:
        """Both together, (N, R, n)."""
        if self.elementwise is None:
            return self.others
        diagonal = self.elementwise * np.eye(self.elementwise.shape[-1])
        return diagonal if self.others is None else diagonal + self.others

    def through(self, way: Way, step: int) -> Arrived:
        """What a way makes of it at a step: what was elementwise stays so only where the way is."""
        parts = self if way.elementwise else (None, self.total)
        return Arrived(*(None if part is None else way.pull(part, step) for part in parts))

    def plus(self, other: Arrived | None) -> Arrived:
        """The sum of what arrived from two readers."""
        pairs = zip(self, other or (None, None), strict=True)
        return Arrived(*(a if b is None else b if a is None else a + b for a, b in pairs))


def backwards(through: Iterable[Way], state: str, networks: int, size: int, steps: int) -> Iterator[Arrived]:
    """What arrives at the state at steps T, T-1, …, 0 from itself at step T = steps - 1: dstate[T]/dstate[T-k]."""
    arrived = {state: Arrived(np.ones((networks, 1, size)), None)}
    for step in reversed(range(steps)):
        earlier: dict[str, Arrived] = {}
        for way in through:
            if (at_reader := arrived.get(way.edge.reader.name)) is not None:
                place = earlier if way.edge.source.lag else arrived
                name = way.edge.source.name
                place[name] = at_reader.through(way, step).plus(place.get(name))
        yield arrived.get(state, Arrived(None, None))
        arrived = earlier


@dataclass(frozen=True)
class _Numbers:
    system: System
    values: Mapping[Symbol, Array]
    sizes: Mapping[str, int]

    def operator(self, factor: Factor) -> Operator:
        """What multiplying rows by a factor's Jacobian does."""
        match factor:
            case Diagonal(value=value):
                slopes = self._over_time(value)
                return lambda rows, t: rows * slopes[t][:, None]
            case Matrix(parameter=parameter, transposed=transposed):
                w = np.swapaxes(self.values[parameter], -1, -2) if transposed else self.values[parameter]
                return lambda rows, t: rows @ w
            case Block(k=k, join=join):
                ends = np.cumsum([0, *map(self._width, join.args)])
                return lambda rows, t: rows[..., ends[k] : ends[k + 1]]
            case Cut(k=k, join=join):
                ends = np.cumsum([0, *map(self._width, join.args)])
                return lambda rows, t: _between(rows, ends[k], ends[-1] - ends[k + 1])
            case Reduction(vector=vector):
                n = self._width(vector)
                return lambda rows, t: np.repeat(rows, n, axis=-1)
            case Broadcast():
                return lambda rows, t: rows.sum(axis=-1, keepdims=True)
            case SoftmaxJacobian(y=y):
                shares = self._over_time(y)
                return lambda rows, t: _through_softmax(rows, shares[t][:, None])

    def _over_time(self, value: Expr) -> Array:
        """The value at every step of every network, (T, N, n)."""
        found = evaluate(value, self.values, self.sizes)
        steps = next(self.values[line.symbol].shape[:2] for line in self.system.lines)
        return np.broadcast_to(found, (*steps, found.shape[-1]))

    def _width(self, vector: Expr) -> int:
        return self.system.size(vector).value(self.sizes)


def _between(rows: Array, before: int, after: int) -> Array:
    """Rows with so many zeros before and after."""
    return np.pad(rows, [*[(0, 0)] * (rows.ndim - 1), (before, after)])


def _through_softmax(rows: Array, y: Array) -> Array:
    return y * (rows - (rows * y).sum(axis=-1, keepdims=True))
