"""Network -> Stage: what stands in a picture of it and which wires lead where, before anything has a place.

An edge that meets something leads through a station, a small box that names the matrix or the sign; what the same
reader reads through the same matrix shares one: in n = tanh(U (r ⊙ h')) both r and h' lead into U.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...calculus.labels import Label
from .layering import Box, Wire
from .lettering import Letters, width
from .lines import Line
from .network import Edge, Met, Network, Quantity

#: Sizes of letters: names, what stands in stations, activations and remarks.
NAME, SIGN, NOTE = 19.0, 15.0, 13.0
#: Between a name and its activation.
APART = 8.0
#: Lit wires are drawn straighter, and crossed less.
_LIT = 3.0


@dataclass(frozen=True)
class Station:
    """A small box on the way to a reader, where edges of a kind meet a matrix or a sign."""

    reader: Quantity
    met: tuple[Met, ...]
    kind: str


Shape = Quantity | Station


@dataclass(frozen=True)
class Stage:
    """Shapes with their boxes; wires with their looks and the edge that each is part of; the spine's wires."""

    shapes: Sequence[Shape]
    boxes: Sequence[Box]
    wires: Sequence[Wire]
    lines: Sequence[Line]
    edges: Sequence[Edge]
    spine: Sequence[int]


def staged(network: Network, letters: Letters) -> Stage:
    """The stage for a network, in the letters that will be written."""
    shapes: dict[Shape, int] = {}
    for quantity in network.quantities:
        read = [edge for edge in network.edges if edge.reader == quantity and edge.met]
        found: list[Shape] = [*map(_station, read), quantity]  # tails before heads
        for shape in found:
            shapes.setdefault(shape, len(shapes))
    wires: dict[Wire, tuple[Line, Edge]] = {}
    for edge in network.edges:
        for tail, head, line in _lines(network, edge):
            bundle, port = (line.kind, line.lit), (line.kind, line.lit) if line.arrow else None
            wire = Wire(shapes[tail], shapes[head], bundle, port, _LIT if line.lit else 1.0)
            wires[wire] = (line, edge)
    lines = [line for line, _ in wires.values()]
    return Stage(
        list(shapes),
        [_box(shape, network, letters) for shape in shapes],
        list(wires),
        lines,
        [edge for _, edge in wires.values()],
        _spine(network, shapes, list(wires), lines),
    )


def name(quantity: Quantity, letters: Letters) -> str:
    """A quantity's letter with its step below."""
    return letters.name(Label("value", quantity.name, quantity.lag))


def activation(quantity: Quantity, letters: Letters) -> str:
    """The sign of a quantity's activation, a word or σ."""
    return letters.names.get(quantity.activation, quantity.activation)


def sign(station: Station, letters: Letters) -> str:
    """What is written in a station."""
    return " ".join(met.write(letters) for met in station.met)


def _station(edge: Edge) -> Station:
    return Station(edge.reader, edge.met, edge.kind)


def _lines(network: Network, edge: Edge) -> list[tuple[Shape, Shape, Line]]:
    """An edge as one wire, or as two: into its station and, for all that meet there, onward."""
    if not edge.met:
        return [(edge.source, edge.reader, Line(edge.kind, edge.lit, arrow=True))]
    station = _station(edge)
    onward = any(other.lit for other in network.edges if other.met and _station(other) == station)
    return [
        (edge.source, station, Line(edge.kind, edge.lit, arrow=False)),
        (station, edge.reader, Line(edge.kind, onward, arrow=True)),
    ]


def _box(shape: Shape, network: Network, letters: Letters) -> Box:
    if isinstance(shape, Station):
        return Box(width(sign(shape, letters), SIGN) + 14, 24, late=True)
    note = activation(shape, letters)
    wide = width(name(shape, letters), NAME) + (APART + width(note, NOTE) if note else 0) + 26
    if shape.lag or shape.role == "input":
        return Box(max(50, wide), 38, group=1 if shape.role == "state" else 2 if shape.lag else 3)
    # What nothing of this step reads is handed on: it stands at the right.
    return Box(max(50, wide), 38, late=all(edge.source != shape for edge in network.edges))


def _spine(network: Network, shapes: dict[Shape, int], wires: Sequence[Wire], lines: Sequence[Line]) -> list[int]:
    """The wires of a shortest lit path, from the source itself if it starts there."""
    starts = dict.fromkeys(edge.source for edge in network.lit if edge.source.lag)
    if network.ends is None or not starts:
        return []
    source, target = network.ends
    own = [quantity for quantity in starts if quantity.name == source]
    ways: dict[int, list[int]] = {shapes[quantity]: [] for quantity in own or starts}
    for k in sorted(range(len(wires)), key=lambda k: wires[k].head):  # so that each tail's way is final
        tail, head = wires[k].tail, wires[k].head
        if lines[k].lit and tail in ways and (head not in ways or len(ways[tail]) + 1 < len(ways[head])):
            ways[head] = [*ways[tail], k]
    return next((ways.get(shapes[q], []) for q in network.quantities if (q.name, q.lag) == (target, 0)), [])
