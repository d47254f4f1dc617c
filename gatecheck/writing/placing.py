"""Layering -> Placing: where boxes stand and wires run, in user units.

Heights: the sum of the wires' vertical extents is made small, column by column, with the order of the layering kept
(isotonic regression by pooling adjacent violators; each wire's weight over its own extent, so that the sum is one of
absolute values, which leaves most wires straight). Widths: a column is as wide as its widest box, a gap grows with
the steepest wire in it. Wires bend in gaps only, where no box stands: none can pass through a box.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from .layering import Layering, Vertex

#: Free room between two boxes of a column, beside a bend, and below the spine.
_BOXES, _BENDS, _BELOW_SPINE = 14.0, 11.0, 30.0
#: Between the ends of wires at one box, and from the outermost to the corner.
_PITCH, _CORNER = 11.0, 8.0
_SWEEPS = 140


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

    @cached_property
    def width(self) -> float:
        return max((s.x + s.width / 2 for s in self.stands), default=0)

    @cached_property
    def height(self) -> float:
        lowest = [s.y + s.height / 2 for s in self.stands] + [p.y for run in self.runs for p in run]
        return max(lowest, default=0)


def placed(layering: Layering) -> Placing:
    """Places for every box and wire; the smallest coordinates are 0."""
    return _Placer(layering).placing()


class _Placer:
    def __init__(self, layering: Layering) -> None:
        self.layering = layering
        self.vertices = [vertex for column in layering.columns for vertex in column]
        self.spine = set(map(id, layering.spine))
        self.ports = self._ports()
        self.height = {id(v): self._height(v) for v in self.vertices}
        self.pulls = self._pulls()
        self.y = {id(v): 0.0 for v in self.vertices}

    # Ends of wires at boxes.

    def _ports(self) -> dict[tuple[int, Hashable], float]:
        """How far below the middle of its box each port lies; the spine's lies in the middle."""
        reached: dict[int, dict[Hashable, list[int]]] = {}
        central: dict[int, Hashable] = {}
        for wire, route in zip(self.layering.wires, self.layering.routes, strict=True):
            reached.setdefault(wire.head, {}).setdefault(wire.port, []).append(route[-2].place)
            if {id(route[-2]), id(route[-1])} <= self.spine:
                central[wire.head] = wire.port
        found = {}
        for head, ports in reached.items():
            order = sorted(ports, key=lambda port: sum(ports[port]) / len(ports[port]))
            middle = order.index(central[head]) if head in central else (len(order) - 1) / 2
            found.update({(head, port): (k - middle) * _PITCH for k, port in enumerate(order)})
        return found

    def _height(self, vertex: Vertex) -> float:
        if vertex.box is None:
            return 0
        farthest = max((abs(y) for (head, _), y in self.ports.items() if head == vertex.box), default=0)
        return max(self.layering.boxes[vertex.box].height, 2 * (farthest + _CORNER))

    # Heights.

    def _pulls(self) -> dict[int, list[tuple[int, float, float]]]:
        """For each vertex its neighbours, how far below them it would stand for a straight wire, and the weight."""
        pulls: dict[int, dict[int, tuple[float, float]]] = {id(v): {} for v in self.vertices}
        for wire, route in zip(self.layering.wires, self.layering.routes, strict=True):
            for left, right in pairwise(route):
                port = self.ports[wire.head, wire.port] if right is route[-1] else 0.0
                bends = (left.box is None) + (right.box is None)
                weight = wire.weight * (1, 2, 8)[bends]
                pulls[id(left)][id(right)] = (port, weight)
                pulls[id(right)][id(left)] = (-port, weight)
        return {v: [(other, port, weight) for other, (port, weight) in near.items()] for v, near in pulls.items()}

    def _stack(self, column: Sequence[Vertex]) -> list[float]:
        """How far each vertex of a column must at least stand below the first."""
        offsets = [0.0]
        for upper, lower in pairwise(column):
            free = _BENDS if upper.box is None or lower.box is None else _BOXES
            if id(upper) in self.spine:
                free = _BELOW_SPINE
            offsets.append(offsets[-1] + (self.height[id(upper)] + self.height[id(lower)]) / 2 + free)
        return offsets

    def _settle(self) -> None:
        columns = self.layering.columns
        stacks = [self._stack(column) for column in columns]
        for column, offsets in zip(columns, stacks, strict=True):
            fixed = column and id(column[0]) in self.spine
            for vertex, offset in zip(column, offsets, strict=True):
                self.y[id(vertex)] = offset if fixed or not self.spine else offset + _BELOW_SPINE
        for k in range(_SWEEPS):
            # From squares to absolute values: extents below the floor count as squares.
            floor = max(0.2, 100.0 * 0.94**k)
            for column, offsets in list(zip(columns, stacks, strict=True))[:: 1 if k % 2 == 0 else -1]:
                self._relax(column, offsets, floor)

    def _relax(self, column: Sequence[Vertex], offsets: Sequence[float], floor: float) -> None:
        """Move one column to where its wires pull least, its order and its distances kept."""
        wanted, weights = [], []
        for vertex in column:
            pull = [
                (self.y[other] - port, weight / max(abs(self.y[other] - port - self.y[id(vertex)]), floor))
                for other, port, weight in self.pulls[id(vertex)]
            ] or [(self.y[id(vertex)], 1e-3)]
            weights.append(sum(w for _, w in pull))
            wanted.append(sum(y * w for y, w in pull) / weights[-1])
        levels = _isotonic([y - offset for y, offset in zip(wanted, offsets, strict=True)], weights)
        # Below a spine that starts the column; nothing stands above one that does not.
        least = 0.0 if self.spine else float("-inf")
        fixed = bool(column) and id(column[0]) in self.spine
        for k, (vertex, level, offset) in enumerate(zip(column, levels, offsets, strict=True)):
            self.y[id(vertex)] = offset + (0.0 if fixed and k == 0 else max(level, least))

    # Widths.

    def placing(self) -> Placing:
        """Everything in its place."""
        self._settle()
        boxes = self.layering.boxes
        top = min((self.y[id(v)] - self.height[id(v)] / 2 for v in self.vertices), default=0)
        left, sides = 0.0, []
        for column in self.layering.columns:
            width = max((boxes[v.box].width for v in column if v.box is not None), default=0)
            sides.append((left, left + width))
            left += width + self._gap(column)
        stands: list[Stand] = [Stand(0, 0, 0, 0)] * len(boxes)
        for v in self.vertices:
            if v.box is not None:
                x = sum(sides[v.column]) / 2
                stands[v.box] = Stand(x, self.y[id(v)] - top, boxes[v.box].width, self.height[id(v)])
        return Placing(stands, [self._run(k, sides, stands, top) for k in range(len(self.layering.wires))])

    def _gap(self, column: Sequence[Vertex]) -> float:
        """The room right of a column: the steeper its wires, the wider."""
        steepest = max((abs(self.y[id(v)] - self.y[id(o)]) for v in column for o, _ in v.after), default=0)
        return min(34 + 0.22 * steepest, 130)

    def _run(self, k: int, sides: Sequence[tuple[float, float]], stands: Sequence[Stand], top: float) -> list[Point]:
        wire, route = self.layering.wires[k], self.layering.routes[k]
        tail, head = stands[wire.tail], stands[wire.head]
        bends = [Point(*sides[v.column], self.y[id(v)] - top) for v in route[1:-1]]
        start = Point(tail.x + tail.width / 2, sides[route[0].column][1], tail.y)
        end = Point(sides[route[-1].column][0], head.x - head.width / 2, head.y + self.ports[wire.head, wire.port])
        return [start, *bends, end]


def _isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
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
