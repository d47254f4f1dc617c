"""System -> Backward: the adjoint of every equation, for any loss that enters at any quantities.

Backpropagation through time (Werbos, 1990): the gradient of the loss with respect to s[t] is the sum, over everything
that reads s, of the transposed Jacobian times the reader's gradient; a reader of s[t-1] contributes one step later.
Contributions stay a list: adding them in SymPy would sort and merge what the reader of a formula wants told apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Expr
from sympy.core.parameters import distribute

from ..cells import Cell
from ..errors import CellError, Problem, nearest
from .edges import Edge, edges
from .symbols import gradient
from .system import Line, System, system


@dataclass(frozen=True)
class Term:
    """One contribution to a gradient, through one edge; with lag 1 it is evaluated one step later."""

    edge: Edge
    expression: Expr

    @property
    def lag(self) -> int:
        return self.edge.source.lag or 0

    @property
    def line(self) -> Line:
        return self.edge.reader


@dataclass(frozen=True)
class Gradient:
    """All contributions to the gradient of one name, in the order of the cell file's equations, same step first.

    loss says whether ∂L/∂name[t] itself is one of them.
    """

    name: str
    terms: tuple[Term, ...]
    loss: bool = False

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

    def gradient(self, name: str) -> Gradient:
        return next(g for g in (*self.quantities, *self.inputs, *self.parameters) if g.name == name)


def derive(cell: Cell, loss: Iterable[str] | None = None) -> Backward:
    """The backward equations of a cell; the loss reads the named quantities, by default the output alone.

    Raises CellError where the loss is said to read something that the cell does not compute.
    """
    reads = tuple(loss) if loss is not None else (cell.output,)
    for name in reads:
        if name not in cell.assigned:
            raise CellError(Problem(f"the loss cannot read {name}", None, nearest(name, cell.assigned)))
    return differentiate(system(cell), reads)


def differentiate(equations: System, reads: tuple[str, ...], known: Backward | None = None) -> Backward:
    """The backward equations of a system of lines, for a loss that reads the named quantities.

    Only lines that are not the very ones of a known derivation are differentiated.
    """
    found: dict[str, list[Term]] = {}
    given = _by_line(known) if known else {}
    with distribute(False):  # here once: every change of it empties SymPy's cache
        for line in equations.lines:
            terms = given[id(line)] if id(line) in given else _terms(equations, line)
            for term in terms:
                found.setdefault(term.edge.source.name, []).append(term)

    def collected(name: str) -> Gradient:
        return Gradient(name, tuple(sorted(found.get(name, []), key=lambda term: term.lag)), name in reads)

    return Backward(
        equations,
        reads,
        tuple(collected(line.name) for line in reversed(equations.lines)),
        tuple(map(collected, equations.cell.inputs)),
        tuple(map(collected, equations.cell.parameters)),
    )


def _terms(equations: System, line: Line) -> list[Term]:
    """What a line adds to the gradients of the names that it reads."""
    return [Term(edge, edge.pull(gradient(line.name))) for edge in edges(equations, line)]


def _by_line(known: Backward) -> dict[int, list[Term]]:
    """The terms of a derivation by the identity of their lines."""
    found: dict[int, list[Term]] = {id(line): [] for line in known.system.lines}
    for collected in (*known.quantities, *known.inputs, *known.parameters):
        for term in collected.terms:
            found[id(term.line)].append(term)
    return found
