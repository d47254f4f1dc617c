"""Which gates decide how much of a state stays: those that its own elementwise edge, s[t-1] to s[t], is made of.

The forget bias is the general thing said of one of them: a bias of 1 there lets a new network keep its cell state
(Gers et al., 2000; Jozefowicz et al., 2015). Which bias that is, and of which sign, follows from the equations.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Mul, Rational

from .edges import Diagonal, edges
from .paths import hops
from .symbols import Atom, sigmoid
from .system import System, preactivation


@dataclass(frozen=True)
class Keeper:
    """state stays where gate = σ(… + bias) is open (sign 1), or closed (sign -1)."""

    state: str
    gate: str
    bias: str
    sign: int


def keepers(system: System) -> tuple[Keeper, ...]:
    """The gates with a bias that keep each state; none for a state that only matrices carry."""
    found = []
    for hop in hops(system):
        if hop.source == hop.reader and hop.lag == 1 and hop.elementwise:
            factors = [factor.value for factor, _ in hop.factors if isinstance(factor, Diagonal)]
            kept = _written_out(system, Mul(*factors))
            for gate, bias in _gates(system, kept).items():
                # A gate may stand in a quotient, f / (f + i): the sign is that of the slope where all is half open.
                slope = kept.diff(system.line(gate).symbol)
                middle = slope.xreplace(dict.fromkeys(slope.free_symbols, Rational(1, 2)))
                if middle.is_number and middle != 0:
                    found.append(Keeper(hop.source, gate, bias, 1 if middle > 0 else -1))
    return tuple(found)


def _written_out(system: System, kept: Expr) -> Expr:
    """The factor, with names of this step that are no function's value written out: f = 1 - i."""
    for line in reversed(system.lines):
        elementwise = not line.expression.has(Atom) and not line.activation and line.name in system.cell.assigned
        if elementwise and line.symbol in kept.free_symbols:
            kept = kept.xreplace({line.symbol: line.expression})
    return kept


def _gates(system: System, kept: Expr) -> dict[str, str]:
    """Every sigmoid gate in a factor, with the first bias that is added to its pre-activation."""
    found = {}
    for line in system.lines:
        if line.symbol in kept.free_symbols and line.activation and isinstance(line.expression, sigmoid):
            inner = edges(system, system.line(preactivation(line.name)))
            biases = [e.source.name for e in inner if e.source.lag is None and e.operand is None and not e.factors]
            if biases:
                found[line.name] = biases[0]
    return found
