"""Cell -> Network: the graph of one step, as a reader sees it.

Nodes are the quantities of step t and what is read from step t-1; an edge is elementwise, meets a matrix, meets a
reduction, or lets no gradient pass. Parallel edges of one kind that meet the same things are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...calculus.edges import Block, Broadcast, Diagonal, Factor, Matrix, Reduction, SoftmaxJacobian
from ...calculus.labels import Label
from ...calculus.paths import Hop, ends, hops
from ...calculus.symbols import label
from ...calculus.system import System, system
from ...cells import Cell
from ...cells.tree import Apply
from ..formulas import Formulas

#: In the order in which they are told; missing is what somebody's gradient does not have.
KINDS = ("elementwise", "matrix", "reduction", "constant", "missing")


@dataclass(frozen=True)
class Quantity:
    """A node: a name at step t (lag 0) or t-1 (lag 1). activation: the function that its equation applies last."""

    name: str
    lag: int
    role: str  # "state", "input", "computed"
    activation: str = ""


@dataclass(frozen=True)
class Met:
    """What stands on an edge: a parameter's matrix, or a sign such as Σ, mean, softmax."""

    name: str
    parameter: bool = False
    transposed: bool = False

    def write(self, writer: Formulas) -> str:
        """In the letters of a format."""
        if not self.parameter:
            return writer.names.get(self.name, self.name)
        return writer.name(Label("value", self.name, None)) + (writer.transpose if self.transposed else "")


@dataclass(frozen=True)
class Edge:
    """From a quantity to one that reads it; `met` from the reader inwards, as the factors of the Jacobian stand."""

    source: Quantity
    reader: Quantity
    kind: str
    met: tuple[Met, ...]
    hops: tuple[Hop, ...]
    lit: bool


@dataclass(frozen=True)
class Network:
    """The graph of one step. ends: of the paths that are lit, (at t-1, at t); None where nothing is."""

    system: System
    quantities: tuple[Quantity, ...]
    edges: tuple[Edge, ...]
    ends: tuple[str, str] | None

    @property
    def lit(self) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.lit)


def network(cell: Cell, source: str | None = None, target: str | None = None) -> Network:
    """The graph of one step of a cell.

    Lit are the elementwise paths from source[t-1] to target[t] (by default the protected state to itself), or all
    paths where none is elementwise. What such paths pass within step t-1 is not part of the graph.
    Raises CellError where an end is not computed by the cell, or one is given and the cell has no state.
    """
    equations = system(cell)
    graph = hops(equations)
    chosen = ends(equations, source, target) if cell.states or source or target else None
    lit: tuple[Hop, ...] = ()
    if chosen:
        lit = on_the_way(tuple(h for h in graph if h.elementwise), *chosen) or on_the_way(graph, *chosen)
    nodes = {(q.name, q.lag): q for q in _quantities(cell)}
    edges = [*_edges(graph, nodes, lit), *_constant(cell, graph, nodes)]
    place = {name: k for k, name in enumerate(cell.assigned)}
    edges.sort(key=lambda edge: place[edge.reader.name])
    return Network(equations, tuple(nodes.values()), tuple(edges), chosen)


def on_the_way(graph: tuple[Hop, ...], source: str, target: str) -> tuple[Hop, ...]:
    """The hops into step t that lie on some path from source[t-1] to target[t]; found without walking the paths."""
    reached = {(source, 0)}
    for step in (0, 1):
        for hop in graph:  # in the order of the file: whatever is read within a step comes before its reader
            if (hop.source, step - hop.lag) in reached:
                reached.add((hop.reader, step))
    leading = {target}
    found = []
    for hop in reversed(graph):
        if hop.reader in leading and (hop.source, 1 - hop.lag) in reached:
            found.append(hop)
            if hop.lag == 0:
                leading.add(hop.source)
    return tuple(reversed(found))


def _quantities(cell: Cell) -> Iterator[Quantity]:
    """What is carried, inputs of the step before, inputs, then what is computed, in the order of the file."""
    now = {r.name for e in cell.equations for r in e.reads() if r.lag == 0}
    yield from (Quantity(n, 1, "state" if n in cell.assigned else "input") for n in cell.lagged)
    yield from (Quantity(n, 0, "input") for n in cell.inputs if n in now)
    for equation in cell.equations:
        root = equation.expression
        activation = root.function if isinstance(root, Apply) and len(root.arguments) == 1 else ""
        yield Quantity(equation.name, 0, "state" if equation.name in cell.states else "computed", activation)


def _edges(graph: tuple[Hop, ...], nodes: Mapping[tuple[str, int], Quantity], lit: tuple[Hop, ...]) -> Iterator[Edge]:
    alike: dict[tuple[str, int, str, tuple[Met, ...]], list[Hop]] = {}
    for hop in graph:
        alike.setdefault((hop.source, hop.lag, hop.reader, met(hop)), []).append(hop)
    for (source, lag, reader, words), found in alike.items():
        shining = any(hop in lit for hop in found)
        yield Edge(nodes[source, lag], nodes[reader, 0], kind(words), words, tuple(found), shining)


def _constant(cell: Cell, graph: tuple[Hop, ...], nodes: Mapping[tuple[str, int], Quantity]) -> Iterator[Edge]:
    """What is read but lets no gradient pass: through sign alone, say."""
    known = {(hop.source, hop.lag, hop.reader) for hop in graph}
    for equation in cell.equations:
        for name, lag in dict.fromkeys((r.name, r.lag) for r in equation.reads()):
            if lag is not None and (name, lag, equation.name) not in known:
                yield Edge(nodes[name, lag], nodes[equation.name, 0], "constant", (), (), False)


def kind(words: tuple[Met, ...]) -> str:
    """The kind of an edge that meets these: a matrix outweighs a reduction."""
    if not words:
        return "elementwise"
    return "matrix" if any(w.parameter or w.name == "concat" for w in words) else "reduction"


def met(hop: Hop) -> tuple[Met, ...]:
    """What a hop meets, from the reader inwards.

    The place in a concatenation is told only where no matrix reads it, a scalar's spreading only where it is alone.
    """
    factors = [factor for factor, _ in hop.factors]
    found = [_met(factor, before) for before, factor in zip([None, *factors], factors, strict=False)]
    words = [w for w in found if w is not None]
    for weak in ("concat", "spread"):
        if any(w.name != weak for w in words):
            words = [w for w in words if w.name != weak]
    return tuple(words)


def _met(factor: Factor, before: Factor | None) -> Met | None:
    match factor:
        case Matrix(parameter=parameter, transposed=transposed):
            return Met(label(parameter).name, True, transposed)
        case Reduction():
            return Met("Mean" if _share(before) else "Total")
        case SoftmaxJacobian():
            return Met("Softmax")
        case Block():
            return Met("concat")
        case Broadcast():
            return Met("spread")
    return None


def _share(factor: Factor | None) -> bool:
    """Whether a factor is one over a number of elements: what makes a mean of a sum."""
    symbols = factor.value.free_symbols if isinstance(factor, Diagonal) else ()
    return bool(symbols) and all(label(s).kind == "size" for s in symbols)
