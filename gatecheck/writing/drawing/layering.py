"""Boxes and wires -> Layering: columns, and the order within each that lets few wires cross.

The method of Sugiyama, Tagawa and Toda (1981): columns by the longest path; wires over several columns are led through
bends, one in each; sweeps sort each column by the mean place of its neighbours, and neighbours that cross less the
other way round change places. Wires of one bundle share their bends, so that a quantity read by many leaves as one
line that branches.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

#: Rounds of sorting; crossings seldom fall after the first few.
_ROUNDS = 12


@dataclass(frozen=True)
class Box:
    """Something to place. group: its place in the first column, None where columns follow from the wires.

    A box that is late stands as far right as those that it leads to allow.
    """

    width: float
    height: float
    group: int | None = None
    late: bool = False


@dataclass(frozen=True)
class Wire:
    """From box `tail` to box `head`, tail < head.

    Wires of one tail and bundle share their bends, those of one head and port share their end.
    """

    tail: int
    head: int
    bundle: Hashable = None
    port: Hashable = None
    weight: float = 1


@dataclass(eq=False)
class Vertex:
    """A box in its column, or a bend (box is None); before and after are its neighbours, with the wires' weights."""

    column: int
    box: int | None
    group: int
    before: list[tuple[Vertex, float]] = field(default_factory=list)
    after: list[tuple[Vertex, float]] = field(default_factory=list)
    place: int = 0


@dataclass(frozen=True)
class Layering:
    """columns of vertices in order from the top; routes: of each wire, from its tail over its bends to its head."""

    boxes: Sequence[Box]
    wires: Sequence[Wire]
    columns: list[list[Vertex]]
    routes: list[list[Vertex]]
    spine: list[Vertex]


def layered(boxes: Sequence[Box], wires: Sequence[Wire], spine: Sequence[int] = ()) -> Layering:
    """Columns and order. spine: wires, end to end, that run along the top."""
    depth = _depths(boxes, wires)
    vertices = [Vertex(depth[k], k, box.group or 0) for k, box in enumerate(boxes)]
    bends: dict[Hashable, Vertex] = {}
    routes = []
    for wire in wires:
        route = [vertices[wire.tail]]
        for column in range(depth[wire.tail] + 1, depth[wire.head]):
            route.append(bends.setdefault((wire.tail, wire.bundle, column), Vertex(column, None, 0)))
        routes.append([*route, vertices[wire.head]])
    top = list(dict.fromkeys(vertex for k in spine for vertex in routes[k]))
    for vertex in top:
        vertex.group = -1
    _connect(wires, routes)
    columns: list[list[Vertex]] = [[] for _ in range(max(depth, default=-1) + 1)]
    for vertex in (*vertices, *bends.values()):
        columns[vertex.column].append(vertex)
    _order(columns)
    return Layering(boxes, wires, columns, routes, top)


def _depths(boxes: Sequence[Box], wires: Sequence[Wire]) -> list[int]:
    """The column of each box: the longest path to it; then late ones as far right as they may."""
    depth = [0 if box.group is not None else 1 for box in boxes]
    for wire in sorted(wires, key=lambda wire: wire.head):
        depth[wire.head] = max(depth[wire.head], depth[wire.tail] + 1)
    latest = [max(depth, default=0)] * len(boxes)
    for wire in sorted(wires, key=lambda wire: -wire.tail):
        # A head is later in the list than its tail: where it stands is settled.
        settled = latest if boxes[wire.head].late else depth
        latest[wire.tail] = min(latest[wire.tail], settled[wire.head] - 1)
    return [late if box.late else early for box, early, late in zip(boxes, depth, latest, strict=True)]


def _connect(wires: Sequence[Wire], routes: Sequence[Sequence[Vertex]]) -> None:
    """Neighbours on both sides; a stretch that several wires share counts once, with the largest weight."""
    stretches: dict[tuple[Vertex, Vertex], float] = {}
    for wire, route in zip(wires, routes, strict=True):
        for pair in pairwise(route):
            stretches[pair] = max(wire.weight, stretches.get(pair, 0))
    for (left, right), weight in stretches.items():
        left.after.append((right, weight))
        right.before.append((left, weight))


def _order(columns: list[list[Vertex]]) -> None:
    """Sort every column; of all orders met, the first with the fewest crossings stays.

    Once beginning forwards (what one quantity leads to starts side by side), once backwards (what leads to one).
    """
    start = [sorted(column, key=lambda vertex: vertex.group) for column in columns]
    fewest = float("inf")
    for first in (0, 1):
        order = [list(column) for column in start]
        _number(order)
        for k in range(first, first + _ROUNDS):
            forwards = k % 2 == 0
            for column in order if forwards else order[::-1]:
                _sort(column, forwards)
            while _exchange(order):
                pass
            if (crossings := _crossings(order)) < fewest:
                fewest, columns[:] = crossings, [list(column) for column in order]
    _number(columns)


def _number(columns: list[list[Vertex]]) -> None:
    for column in columns:
        for k, vertex in enumerate(column):
            vertex.place = k


def _sort(column: list[Vertex], forwards: bool) -> None:
    """By the mean place of the neighbours in the column before (or after); who has none there stays where it is."""

    def key(vertex: Vertex) -> tuple[int, float]:
        near = vertex.before if forwards else vertex.after
        total = sum(weight for _, weight in near)
        mean = sum(other.place * weight for other, weight in near) / total if near else vertex.place
        return vertex.group, mean

    column.sort(key=key)
    _number([column])


def _exchange(columns: list[list[Vertex]]) -> bool:
    """Let neighbours in a column change places where that saves crossings; whether any did."""
    changed = False
    for column in columns:
        for k in range(len(column) - 1):
            upper, lower = column[k], column[k + 1]
            if upper.group == lower.group and _crossed(upper, lower) > _crossed(lower, upper):
                column[k], column[k + 1] = lower, upper
                upper.place, lower.place = k + 1, k
                changed = True
    return changed


def _crossed(upper: Vertex, lower: Vertex) -> float:
    """How much the wires of two vertices of a column cross if one stands above the other."""
    return _tangled(upper.before, lower.before) + _tangled(upper.after, lower.after)


def _tangled(upper: Sequence[tuple[Vertex, float]], lower: Sequence[tuple[Vertex, float]]) -> float:
    """The same on one side; wires that meet in a vertex do not cross."""
    return sum(w * v for a, w in upper for b, v in lower if a.place > b.place)


def _crossings(columns: list[list[Vertex]]) -> float:
    """Of the whole picture."""
    return sum(_tangled(upper.after, lower.after) for column in columns for upper, lower in combinations(column, 2))
