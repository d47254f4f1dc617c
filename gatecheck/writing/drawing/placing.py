"""Layering -> Placing: where boxes stand and wires run, in user units.

Heights: the sum of the wires' vertical extents is made small, column by column, with the order of the layering kept
(isotonic regression by pooling adjacent violators; each wire's weight over its own extent, so that the sum is one of
absolute values, which leaves most wires straight). Widths: a column is as wide as its widest box, a gap grows with
the steepest wire in it. Wires bend in gaps only, where no box stands: none can pass through a box.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .layering import Layering, Vertex

#: Free room between two boxes of a column, beside a bend, and below the spine.
_BOXES, _BENDS, _BELOW_SPINE = 14.0, 11.0, 30.0
#: Between the ends of wires at one box, and from the outermost to the corner.
_PITCH, _CORNER = 11.0, 8.0
#: How much straighter a wire is wished for whose ends are no, one or two bends.
_STRAIGHTER = (1, 2, 8)
#: Between columns, for level wires; by how much more the steeper they are; at most.
_GAP, _SLOPE, _WIDEST = 34.0, 0.22, 130.0
#: How often all columns are relaxed, and the floor below which extents count as squares: first, by sweep, last.
_SWEEPS = 140
_STEEPEST, _COOLING, _FLATTEST = 100.0, 0.94, 0.2
#: What holds a vertex without wires where it is.
_FAINT = 1e-3


@dataclass(frozen=True)
class Stand:
    """Where a box stands: its centre and its size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Point:
    """A place that a wire passes, and the stretch about it (from left to right) in which it runs level."""

    left: float
    right: float
    y: float


@dataclass(frozen=True)
class Placing:
    """stands: of each box; runs: of each wire, the points that it passes, its ends included."""

    stands: list[Stand]
    runs: list[list[Point]]

    @property
    def width(self) -> float:
        return max((s.x + s.width / 2 for s in self.stands), default=0)

    @property
    def height(self) -> float:
        lowest = [s.y + s.height / 2 for s in self.stands] + [p.y for run in self.runs for p in run]
        return max(lowest, default=0)


def placed(layering: Layering) -> Placing:
    """Places for every box and wire; the smallest coordinates are 0."""
    return _Placer(layering).placing()


class _Placer:
    def __init__(self, layering: Layering) -> None:
        self.layering = layering
        self.columns = layering.columns
        self.spine = frozenset(layering.spine)
        self.ports = self._ports()
        self.tall = {vertex: self._tall(vertex) for column in self.columns for vertex in column}
        self.pulls = self._pulls()
        self.y = dict.fromkeys(self.tall, 0.0)
        self._settle()
        self.sides = self._sides()

    # Ends of wires at boxes.

    def _ports(self) -> dict[tuple[int, Hashable], float]:
        """How far below the middle of its box each port lies; the spine's lies in the middle."""
        reached: dict[int, dict[Hashable, list[int]]] = {}
        central: dict[int, Hashable] = {}
        for wire, route in zip(self.layering.wires, self.layering.routes, strict=True):
            reached.setdefault(wire.head, {}).setdefault(wire.port, []).append(route[-2].place)
            if self.spine.issuperset(route[-2:]):
                central[wire.head] = wire.port
        found = {}
        for head, ports in reached.items():
            order = sorted(ports, key=lambda port: sum(ports[port]) / len(ports[port]))
            middle = order.index(central[head]) if head in central else (len(order) - 1) / 2
            found.update({(head, port): (k - middle) * _PITCH for k, port in enumerate(order)})
        return found

    def _tall(self, vertex: Vertex) -> float:
        if vertex.box is None:
            return 0
        farthest = max((abs(y) for (head, _), y in self.ports.items() if head == vertex.box), default=0)
        return max(self.layering.boxes[vertex.box].height, 2 * (farthest + _CORNER))

    # Heights.

    def _pulls(self) -> dict[Vertex, dict[Vertex, tuple[float, float]]]:
        """For each vertex its neighbours, with how far below it each would stand for a straight wire, and a weight."""
        pulls: dict[Vertex, dict[Vertex, tuple[float, float]]] = {vertex: {} for vertex in self.tall}
        for wire, route in zip(self.layering.wires, self.layering.routes, strict=True):
            for left, right in pairwise(route):
                port = self.ports[wire.head, wire.port] if right is route[-1] else 0.0
                weight = wire.weight * _STRAIGHTER[(left.box is None) + (right.box is None)]
                pulls[left][right] = (-port, weight)
                pulls[right][left] = (port, weight)
        return pulls

    def _stack(self, column: Sequence[Vertex]) -> list[float]:
        """How far each vertex of a column must at least stand below the first."""
        offsets = [0.0]
        for upper, lower in pairwise(column):
            bend = upper.box is None or lower.box is None
            free = _BELOW_SPINE if upper in self.spine else _BENDS if bend else _BOXES
            offsets.append(offsets[-1] + (self.tall[upper] + self.tall[lower]) / 2 + free)
        return offsets

    def _settle(self) -> None:
        """Heights for all: columns are relaxed in turn, to and fro."""
        stacked = [(column, self._stack(column)) for column in self.columns]
        for column, offsets in stacked:
            self.y.update(zip(column, offsets, strict=True))
        for k in range(_SWEEPS):
            # From squares to absolute values: extents below the floor count as squares.
            floor = max(_FLATTEST, _STEEPEST * _COOLING**k)
            for column, offsets in stacked if k % 2 == 0 else reversed(stacked):
                fixed = int(column[0] in self.spine)  # at height 0
                self._relax(column[fixed:], offsets[fixed:], floor)

    def _relax(self, column: Sequence[Vertex], offsets: Sequence[float], floor: float) -> None:
        """Move the vertices of one column to where their wires pull least, their order and distances kept."""
        wanted, weights = [], []
        for vertex, offset in zip(column, offsets, strict=True):
            here = self.y[vertex]
            aims = [(self.y[other] - below, weight) for other, (below, weight) in self.pulls[vertex].items()]
            pulls = [(y, weight / max(abs(y - here), floor)) for y, weight in aims] or [(here, _FAINT)]
            weights.append(sum(weight for _, weight in pulls))
            wanted.append(sum(y * weight for y, weight in pulls) / weights[-1] - offset)
        # Nothing rises above a spine.
        least = 0.0 if self.spine else float("-inf")
        for vertex, level, offset in zip(column, isotonic(wanted, weights), offsets, strict=True):
            self.y[vertex] = max(level, least) + offset

    # Widths.

    def _sides(self) -> list[tuple[float, float]]:
        """The left and the right side of each column."""
        boxes, sides, left = self.layering.boxes, [], 0.0
        for column in self.columns:
            right = left + max((boxes[v.box].width for v in column if v.box is not None), default=0)
            sides.append((left, right))
            steepest = max((abs(self.y[v] - self.y[other]) for v in column for other, _ in v.after), default=0)
            left = right + min(_GAP + _SLOPE * steepest, _WIDEST)
        return sides

    # Everything together.

    def placing(self) -> Placing:
        """Everything in its place."""
        top = min((self.y[vertex] - tall / 2 for vertex, tall in self.tall.items()), default=0)
        boxes = {v.box: v for v in self.tall if v.box is not None}
        stands = [self._stand(box.width, boxes[k], top) for k, box in enumerate(self.layering.boxes)]
        return Placing(stands, [self._run(k, stands, top) for k in range(len(self.layering.wires))])

    def _stand(self, width: float, vertex: Vertex, top: float) -> Stand:
        return Stand(sum(self.sides[vertex.column]) / 2, self.y[vertex] - top, width, self.tall[vertex])

    def _run(self, k: int, stands: Sequence[Stand], top: float) -> list[Point]:
        wire, route = self.layering.wires[k], self.layering.routes[k]
        tail, head = stands[wire.tail], stands[wire.head]
        bends = [Point(*self.sides[bend.column], self.y[bend] - top) for bend in route[1:-1]]
        start = Point(tail.x + tail.width / 2, self.sides[route[0].column][1], tail.y)
        port = self.ports[wire.head, wire.port]
        return [start, *bends, Point(self.sides[route[-1].column][0], head.x - head.width / 2, head.y + port)]


def isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest never falling sequence, by weighted squares."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for mean, weight in zip(wanted, weights, strict=True):
        many = 1
        while pools and pools[-1][0] >= mean:
            before, its, number = pools.pop()
            mean = (before * its + mean * weight) / (its + weight)
            weight, many = its + weight, number + many
        pools.append((mean, weight, many))
    return [mean for mean, _, many in pools for _ in range(many)]
