"""System -> Paths: every route by which s[t-1] reaches s'[t], in the network as it is.

The *total* derivative follows two time slices: routes may pass through other quantities of step t-1 before they cross
to t. The *partial* derivative, everything else read at [t-1] held fixed, is the part that crosses at once. The sum over
all paths is the total Jacobian; a path that meets no linear map is elementwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sympy.core.parameters import distribute

from ..cells import Cell
from ..errors import CellError, Problem, nearest
from .edges import Factor, Kind, edges, kind
from .system import Line, System, preactivation, system

#: More than anyone reads.
MOST = 2_000


@dataclass(frozen=True)
class Step:
    """A factor, the line whose author's order it is printed in, and how many steps before t it is evaluated."""

    factor: Factor
    line: Line
    before: int


@dataclass(frozen=True)
class Hop:
    """From one named quantity to one that reads it: an edge of the graph, pre-activations passed over."""

    source: str
    reader: str
    lag: int
    factors: tuple[tuple[Factor, Line], ...]

    @property
    def kind(self) -> Kind:
        return kind(factor for factor, _ in self.factors)

    @property
    def elementwise(self) -> bool:
        return self.kind == "elementwise"


@dataclass(frozen=True)
class Path:
    """A sequence of hops from s[t-1] to s'[t]; the first `early` of them are taken within step t-1."""

    hops: tuple[Hop, ...]
    early: int

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities passed, as in c → h → f → c."""
        return (self.hops[0].source, *(hop.reader for hop in self.hops))

    @property
    def kind(self) -> Kind:
        return kind(step.factor for step in self.jacobian())

    @property
    def elementwise(self) -> bool:
        return self.kind == "elementwise"

    @property
    def partial(self) -> bool:
        """Whether it belongs to the derivative with all else read at [t-1] held fixed."""
        return self.early == 0

    def jacobian(self) -> tuple[Step, ...]:
        """The factors of the path's Jacobian from left to right: the last hop stands first."""
        steps: list[Step] = []
        for k, hop in reversed(list(enumerate(self.hops))):
            steps.extend(Step(factor, line, int(k < self.early)) for factor, line in hop.factors)
        return tuple(steps)


@dataclass(frozen=True)
class Paths:
    """All paths between two quantities, elementwise ones first, then in the order of the file."""

    system: System
    source: str
    target: str
    paths: tuple[Path, ...]

    @property
    def elementwise(self) -> tuple[Path, ...]:
        return tuple(p for p in self.paths if p.elementwise)

    @property
    def others(self) -> tuple[Path, ...]:
        return tuple(p for p in self.paths if not p.elementwise)

    def of_kind(self, kind: Kind) -> tuple[Path, ...]:
        return tuple(p for p in self.paths if p.kind == kind)

    @property
    def partial(self) -> tuple[Path, ...]:
        return tuple(p for p in self.paths if p.partial)


@lru_cache(maxsize=8)  # asked for once per count, and as dear as a derivation
def hops(equations: System) -> tuple[Hop, ...]:
    """Every edge of the cell's graph, in the order of the file.

    Parallel elementwise reads of one name are one edge; every product that reads it is an edge of its own.
    """
    with distribute(False):
        return tuple(hop for name in equations.cell.assigned for hop in hops_into(equations, name))


def hops_into(equations: System, name: str) -> Iterator[Hop]:
    """The edges of that graph that end in a quantity: pre-activations are passed over."""
    line = equations.line(name)
    for edge in edges(equations, line):
        head = tuple((f, line) for f in edge.factors)
        if edge.source.name == preactivation(name):
            inner = equations.line(edge.source.name)
            for deeper in edges(equations, inner):
                if deeper.source.lag is not None:
                    tail = tuple((f, inner) for f in deeper.factors)
                    yield Hop(deeper.source.name, name, deeper.source.lag, head + tail)
        elif edge.source.lag is not None:
            yield Hop(edge.source.name, name, edge.source.lag, head)


def ends(equations: System, source: str | None = None, target: str | None = None) -> tuple[str, str]:
    """Where paths start (at t-1) and end (at t).

    The default is the first carried state that an elementwise path protects (c of an LSTM); else the first state.
    Raises CellError where a name is not computed by the cell, or the cell has no state.
    """
    cell = equations.cell
    if not cell.states:
        raise CellError(
            Problem(f"{cell.name} has no state: nothing is carried from t-1 to t", None, "See derive, for one step.")
        )
    source = source or target or _protected(equations)
    target = target or source
    for name in (source, target):
        if name not in cell.assigned:
            raise CellError(Problem(f"{name} is not computed by {cell.name}", None, nearest(name, cell.assigned)))
    return source, target


def paths(cell: Cell, source: str | None = None, target: str | None = None) -> Paths:
    """Every path from source[t-1] to target[t]; the default is that of `ends`.

    Raises CellError where a name is not a state, the cell has none, or the paths are too many to list.
    """
    equations = system(cell)
    source, target = ends(equations, source, target)
    graph = hops(equations)
    _few(graph, equations, source, target)
    found = sorted(
        _walk(graph, source, target),
        key=lambda p: (not p.elementwise, p.early, len(p.hops) if p.elementwise else 0),
    )
    return Paths(equations, source, target, tuple(found))


def _few(graph: tuple[Hop, ...], equations: System, source: str, target: str) -> None:
    if (many := number(graph, equations, source, target, 1)) > MOST:
        message = f"{many:,} paths lead from {source}[t-1] to {target}[t]: too many to list"
        raise CellError(Problem(message, None, f"At most {MOST:,} are listed; choose other ends."))


def transitions(equations: System, target: str | None = None) -> dict[tuple[str, str], tuple[Path, ...]]:
    """The Jacobian of a step, by blocks: (s', s) -> the partial paths from s[t-1] to s'[t], for all carried states.

    target: one more quantity whose rows are wanted. Raises CellError where the paths are too many to list.
    """
    graph, states = hops(equations), equations.cell.states
    found = {}
    for end in dict.fromkeys((*states, *([target] if target else []))):
        for source in states:
            _few(graph, equations, source, end)
            ways = sorted((p for p in _walk(graph, source, end) if p.partial), key=lambda p: not p.elementwise)
            found[end, source] = tuple(ways)
    return found


def within(equations: System, source: str) -> dict[str, tuple[Path, ...]]:
    """How what a step carries depends on one quantity of the same step: state -> paths; none is from itself."""
    graph = tuple(hop for hop in hops(equations) if not hop.lag)
    found = {}
    for state in equations.cell.states:
        if state != source and (ways := tuple(_inside(graph, source, state))):
            found[state] = ways
    return found


def _inside(graph: tuple[Hop, ...], source: str, target: str) -> Iterator[Path]:
    for hop in graph:
        if hop.source == source:
            if hop.reader == target:
                yield Path((hop,), 1)
            for rest in _inside(graph, hop.reader, target):
                yield Path((hop, *rest.hops), 1 + rest.early)


def count(found: Paths, steps: int, *, elementwise: bool = False) -> int:
    """How many paths lead from source[t-1] to target[t-1+steps], exactly; on request those that meet no linear map."""
    graph = tuple(hop for hop in hops(found.system) if hop.elementwise or not elementwise)
    return number(graph, found.system, found.source, found.target, steps)


def number(graph: tuple[Hop, ...], equations: System, source: str, target: str, steps: int) -> int:
    """How many ways lead through a graph: integers carried from quantity to quantity, slice by slice."""
    ways = {source: 1}
    for k in range(steps + 1):
        before, ways = ways, {source: 1} if k == 0 else {}
        for reader in equations.cell.assigned:
            for hop in graph:
                if hop.reader == reader and not (hop.lag and k == 0):
                    ways[reader] = ways.get(reader, 0) + (before if hop.lag else ways).get(hop.source, 0)
    return ways.get(target, 0)


def _protected(equations: System) -> str:
    """Found by counting: to walk every path of a cell with many takes for ever."""
    graph = tuple(hop for hop in hops(equations) if hop.elementwise)
    states = equations.cell.states
    return next((s for s in states if number(graph, equations, s, s, 1)), states[0])


def _walk(graph: tuple[Hop, ...], source: str, target: str) -> Iterator[Path]:
    """Depth first; a step's equations are in an order, so no walk can turn round."""
    pending: list[tuple[str, int, tuple[Hop, ...], int]] = [(source, 0, (), 0)]
    while pending:
        name, crossed, taken, early = pending.pop()
        if crossed and name == target:
            yield Path(taken, early)
            continue
        for hop in reversed(graph):
            if hop.source == name and hop.lag + crossed <= 1:
                now = crossed + hop.lag
                pending.append((hop.reader, now, (*taken, hop), early + (now == 0)))
