"""Why a gradient is what it is: which equations read the name, and the local derivative that each contributes."""

from __future__ import annotations

from typing import Any

from ..calculus.backward import Gradient
from ..calculus.edges import Edge
from ..calculus.system import System
from .document import Mark, Math, Table, Words
from .equations import equation
from .formulas import Formulas
from .routes import at, local

#: What the rows are there for.
CHAIN_RULE = (
    "By the chain rule a gradient is a sum over all that reads the name. Each adds its own gradient times its "
    "derivative by the name, transposed where that is a matrix; what the next step reads comes from t+1. A matrix gets "
    "the outer product of a gradient and what it multiplies."
)


def reasons(writer: Formulas, found: Gradient) -> tuple[Table, ...]:
    """A row for everything that reads the name: the loss or an equation, the derivative there, and its kind."""
    direct = found.loss if found.loss is not None and found.loss.is_Symbol else None
    loss: list[tuple[Words, ...]] = [(("the loss",), (Math(writer.write(direct)),), ("direct",))] if direct else []
    rows = (*loss, *(_row(writer, term.edge) for term in found.terms))
    return (Table((), rows),) if rows else ()


def _row(writer: Formulas, edge: Edge) -> tuple[Words, ...]:
    read = equation(writer, edge.reader)
    return (Math(writer.equation(read.left, writer.sum(read.addends))),), *contribution(writer, edge)


def contribution(writer: Formulas, edge: Edge) -> tuple[Words, Words]:
    """What an equation contributes, in words and in a formula."""
    lag = edge.source.lag or 0
    reader = at(writer, edge.reader.name, -lag)
    if edge.operand is not None:
        times = Math(writer.write(edge.operand, edge.reader.positions))
        name = writer.name(edge.source)
        matrix = Math(writer.transposed(name) if edge.transposed else name)
        return (matrix, " multiplies ", times), (Mark("matrix", "outer product"),)
    source = at(writer, edge.source.name, 0) if edge.source.lag is not None else writer.name(edge.source)
    derivative = Math(writer.derivative(reader, source))
    return (derivative, " = ", Math(local(writer, edge))), (Mark(edge.kind, edge.kind),)


def because(system: System, found: Gradient) -> list[dict[str, Any]]:
    """The same as data."""
    writer = Formulas(system)
    return [
        {
            "equation": term.line.of.name,
            "reader": term.line.name,
            "steps_later": term.lag,
            "kind": "outer product" if term.edge.operand is not None else term.edge.kind,
            "derivative": None if term.edge.operand is not None else local(writer, term.edge),
        }
        for term in found.terms
    ]
