"""System -> Backward: the adjoint of every equation, for any loss that enters at any quantities.

Backpropagation through time (Werbos, 1990): the gradient of the loss with respect to s[t] is the sum, over everything
that reads s, of the transposed Jacobian times the reader's gradient; a reader of s[t-1] contributes one step later.
Contributions stay a list: adding them in SymPy would sort and merge what the reader of a formula wants told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sympy import Expr, Integer
from sympy.core.parameters import distribute

from ..cells import Cell
from ..errors import CellError, Problem, nearest
from .edges import Edge, edges
from .symbols import gradient, symbol
from .system import Line, System, system


@dataclass(frozen=True)
class Term:
    """One contribution to a gradient, through one edge; with lag 1 it is evaluated one step later.

    places: where the factors stand in print, where that is not told by the reader's equation alone.
    """

    edge: Edge
    expression: Expr
    places: Mapping[Expr, int] | None = None

    @property
    def positions(self) -> Mapping[Expr, int]:
        return self.edge.reader.positions if self.places is None else self.places

    @property
    def lag(self) -> int:
        return self.edge.source.lag or 0

    @property
    def line(self) -> Line:
        return self.edge.reader


@dataclass(frozen=True)
class Gradient:
    """All contributions to the gradient of one name, in the order of the cell file's equations, same step first.

    loss: what the loss of the step adds itself: ∂L_t/∂name where it reads the name, 1 for the loss, else None.
    """

    name: str
    terms: tuple[Term, ...]
    loss: Expr | None = None

    @property
    def now(self) -> tuple[Term, ...]:
        """The terms of the same step."""
        return tuple(term for term in self.terms if term.lag == 0)

    @property
    def later(self) -> tuple[Term, ...]:
        """The terms of t+1."""
        return tuple(term for term in self.terms if term.lag == 1)


@dataclass(frozen=True)
class Backward:
    """Backpropagation through time for a cell.

    quantities: the gradient of every named quantity, pre-activations included, in backward order;
    inputs and parameters: theirs, in the order of the cell.
    """

    system: System
    loss: tuple[str, ...]
    quantities: tuple[Gradient, ...]
    inputs: tuple[Gradient, ...]
    parameters: tuple[Gradient, ...]

    @property
    def cell(self) -> Cell:
        return self.system.cell

    def without_data(self) -> Backward:
        """The same without the gradients of inputs that are data."""
        return replace(self, inputs=tuple(g for g in self.inputs if g.name not in self.cell.data))

    def gradient(self, name: str) -> Gradient:
        return next(g for g in (*self.quantities, *self.inputs, *self.parameters) if g.name == name)


def derive(cell: Cell, loss: Iterable[str] | None = None, unit: bool = False) -> Backward:
    """The backward equations of a cell; the loss reads the named quantities, by default the output alone.

    unit: where the cell computes its own loss L, the gradient of that is 1 and is written so.
    Raises CellError where the loss is said to read something that the cell does not compute.
    """
    reads = tuple(loss) if loss is not None else (cell.output,)
    for name in reads:
        if name not in cell.assigned:
            raise CellError(Problem(f"the loss cannot read {name}", None, nearest(name, cell.assigned)))
    if unit and loss is None and cell.objective:
        return differentiate(system(cell), (), cell.objective)
    return differentiate(system(cell), reads)


def differentiate(
    equations: System, reads: tuple[str, ...], objective: str = "", known: Backward | None = None
) -> Backward:
    """The backward equations of a system of lines, for a loss that reads the named quantities, or that is one.

    Only lines that are not the very ones of a known derivation are differentiated.
    """
    found: dict[str, list[Term]] = {}
    direct = {name: symbol("loss", name, 0) for name in reads} | ({objective: Integer(1)} if objective else {})
    given = _by_line(known) if known else {}
    with distribute(False):  # here once: every change of it empties SymPy's cache
        for line in equations.lines:
            arriving = direct[objective] if line.name == objective else gradient(line.name)
            for term in given[id(line)] if id(line) in given else _terms(equations, line, arriving):
                found.setdefault(term.edge.source.name, []).append(term)

    dead = _dead(equations, found, direct)

    def collected(name: str) -> Gradient:
        terms = [term for term in found.get(name, []) if term.line.name not in dead]
        return Gradient(name, tuple(sorted(terms, key=lambda term: term.lag)), direct.get(name))

    return Backward(
        equations,
        reads,
        tuple(collected(line.name) for line in reversed(equations.lines)),
        tuple(map(collected, equations.cell.inputs)),
        tuple(map(collected, equations.parameters)),
    )


def _dead(equations: System, found: Mapping[str, list[Term]], direct: Mapping[str, Expr]) -> set[str]:
    """Lines whose gradient is zero, as that of a in sign(a): nothing that they read gets anything from them."""
    dead: set[str] = set()
    for line in reversed(equations.lines):
        reached = line.name in direct or line.name in equations.cell.outputs
        if not reached and all(term.line.name in dead for term in found.get(line.name, ())):
            dead.add(line.name)
    return dead


def _terms(equations: System, line: Line, arriving: Expr) -> list[Term]:
    """What a line adds to the gradients of the names that it reads, given its own."""
    return [Term(edge, edge.pull(arriving)) for edge in edges(equations, line)]


def _by_line(known: Backward) -> dict[int, list[Term]]:
    """The terms of a derivation by the identity of their lines."""
    found: dict[int, list[Term]] = {id(line): [] for line in known.system.lines}
    for collected in (*known.quantities, *known.inputs, *known.parameters):
        for term in collected.terms:
            found[id(term.line)].append(term)
    return found
