"""Network -> words: the graph of a step as sentences, as a listing, as data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..formats import Text
from ..formulas import Formulas
from .network import KINDS, Edge, Network, Quantity

#: What each kind of edge is called.
HEADINGS = {
    "elementwise": "elementwise",
    "matrix": "through a matrix",
    "reduction": "through a reduction",
    "constant": "without a gradient",
    "missing": "missing",
}
_HOW = {
    "elementwise": "elementwise",
    "constant": "without passing a gradient back",
    "missing": "in a way that is missing",
}


def at(writer: Formulas, quantity: Quantity) -> str:
    """c, c[t−1]."""
    return quantity.name + writer.index(-quantity.lag)


def through(writer: Formulas, edge: Edge) -> str:
    """What an edge meets, from the reader inwards: W_f, Σ, U V."""
    return " ".join(met.write(writer) for met in edge.met)


def listed(words: Iterable[str]) -> str:
    """`f, i and g`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def alternative(graph: Network) -> str:
    """Nodes and edges in full sentences, for who does not see the picture; what is lit says the caption."""
    writer = Formulas(graph.system)
    carried = [at(writer, q) for q in graph.quantities if q.lag]
    inputs = [q.name for q in graph.quantities if q.role == "input" and not q.lag]
    sentences = [f"One step of {graph.system.cell.name} as a graph."]
    sentences += [f"From step t{writer.minus}1 come {listed(carried)}."] if carried else []
    sentences += [f"{'Inputs are' if len(inputs) > 1 else 'The input is'} {listed(inputs)}."] if inputs else []
    for name in graph.system.cell.assigned:
        edges = [edge for edge in graph.edges if edge.reader.name == name]
        parts = [_reads(writer, [e for e in edges if e.kind == kind]) for kind in KINDS]
        sentences += [f"{name} reads {'; '.join(filter(None, parts))}."]
    return " ".join(sentences)


def _reads(writer: Formulas, edges: Sequence[Edge]) -> str:
    """What is read by edges of one kind."""
    if not edges:
        return ""
    if how := _HOW.get(edges[0].kind):
        return f"{listed(at(writer, e.source) for e in edges)} {how}"
    return listed(f"{at(writer, e.source)} through {through(writer, e)}" for e in edges)


def caption(graph: Network) -> str:
    """What is missing, what is lit, and what that means."""
    if not any(edge.kind == "missing" for edge in graph.edges):
        return _lit(graph)
    return f"The dotted line is missing. {_lit(graph) if graph.lit else ''}".rstrip()


def _lit(graph: Network) -> str:
    if graph.ends is None:
        return "Nothing is carried from step to step."
    source, target = graph.ends
    minus = Formulas.minus
    ends = f"from {source}[t{minus}1] to {target}"
    if not graph.lit:
        return f"No path leads {ends}."
    several = len({edge.source for edge in graph.lit}) < len(graph.lit)
    words = f"{'Thick lines lead' if several else 'The thick line leads'} {ends}"
    elementwise = all(edge.kind == "elementwise" for edge in graph.lit)
    words += " elementwise: no matrix is on the way." if elementwise else "; no way is elementwise."
    if not any((edge.source.name, edge.source.lag) == (source, 1) for edge in graph.lit):
        words += f" What {source} passes within step t{minus}1 is not drawn."
    return words


def as_text(graph: Network) -> str:
    """A listing in ASCII: for each kind of edge, who is read by whom; lit edges are starred."""
    writer = Text(graph.system)
    lines = [f"{graph.system.cell.name}: the graph of one step", ""]
    for kind in KINDS:
        rows: dict[Quantity, list[str]] = {}
        for edge in (e for e in graph.edges if e.kind == kind):
            via = f" ({through(writer, edge)})" if edge.met else ""
            rows.setdefault(edge.source, []).append(f"{edge.reader.name}{via}{' *' if edge.lit else ''}")
        column = max((len(at(writer, q)) for q in rows), default=0)
        body = [f"    {at(writer, q):<{column}} -> {', '.join(rows[q])}" for q in graph.quantities if q in rows]
        lines += [f"  {HEADINGS[kind]}", *body, ""] if body else []
    if graph.lit and graph.ends:
        lines.append(f"  * on the way from {graph.ends[0]}[t-1] to {graph.ends[1]}")
    return "\n".join(lines).rstrip()


def as_data(graph: Network) -> dict[str, Any]:
    """Nodes and edges, without places."""
    writer = Text(graph.system)
    return {
        "schema": "gatecheck/graph/1",
        "cell": graph.system.cell.name,
        "from": graph.ends[0] if graph.ends else None,
        "to": graph.ends[1] if graph.ends else None,
        "nodes": [
            {
                "id": at(writer, q),
                "name": q.name,
                "lag": q.lag,
                "role": q.role,
                "activation": q.activation or None,
                "size": str(graph.system.cell.size(q.name)),
            }
            for q in graph.quantities
        ],
        "edges": [
            {
                "from": at(writer, e.source),
                "to": e.reader.name,
                "kind": e.kind,
                "through": [met.write(writer) for met in e.met],
                "lit": e.lit,
            }
            for e in graph.edges
        ],
    }
