"""Which gates decide how much of a state stays: those that its own elementwise edge, s[t-1] to s[t], is made of.

The forget bias is the general thing said of one of them: a bias of 1 there lets a new network keep its cell state
(Gers et al., 2000; Jozefowicz et al., 2015). Which bias that is, and of which sign, follows from the equations.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Dummy, Expr, Integer, Mul, Rational, cancel

from .edges import Diagonal, Edge, edges
from .paths import hops_into
from .symbols import Atom, label, sigmoid, value
from .system import System, preactivation


@dataclass(frozen=True)
class Keeper:
    """More of state stays the more gate = σ(… + bias) is open (sign 1), or closed (sign -1); it may have no bias.

    at_one: what the state's own equation multiplies the state before by where the gate is 1: seldom just 1 or 0.
    writes: whether what else enters the state does so through the gate alone: nothing where it is 0.
    """

    state: str
    gate: str
    bias: str
    sign: int
    at_one: Expr
    writes: bool


def gates(system: System) -> tuple[str, ...]:
    """The names that are a sigmoid and scale something that varies, in the order of the file."""
    names = [line.name for line in system.lines if isinstance(line.expression, sigmoid)]
    scaled = {e.source.name for reader in system.lines for e in edges(system, reader) if _scales(e)}
    return tuple(name for name in names if name in scaled)


def _scales(edge: Edge) -> bool:
    """Whether the derivative by a name holds something that varies, and is not the name or its reader."""
    values = [s for f in edge.factors if isinstance(f, Diagonal) for s in map(label, f.value.free_symbols)]
    own = (edge.source, label(edge.reader.symbol))
    return any(s.kind == "value" and s.lag is not None and s not in own for s in values)


def keepers(system: System) -> tuple[Keeper, ...]:
    """The gates with a bias that keep each state; none for a state that only matrices carry."""
    return tuple(keeper for keeper in keeping(system) if keeper.bias)


def keeping(system: System) -> tuple[Keeper, ...]:
    """The gates that keep each state, with or without a bias."""
    found = []
    states = (name for name in system.cell.assigned if name in system.cell.states)
    for hop in (hop for state in states for hop in hops_into(system, state)):
        if hop.source == hop.reader and hop.lag == 1 and hop.elementwise:
            factors = [factor.value for factor, _ in hop.factors if isinstance(factor, Diagonal)]
            kept = _written_out(system, Mul(*factors))
            for gate, bias in _gates(system, kept).items():
                # A gate may stand in a quotient, f / (f + i): the sign is that of the slope where all is half open.
                slope = kept.diff(system.line(gate).symbol)
                middle = slope.xreplace(dict.fromkeys(slope.free_symbols, Rational(1, 2)))
                if middle.is_number and middle != 0:
                    at_one = _settled(kept.xreplace({system.line(gate).symbol: Integer(1)}))
                    sign, writes = 1 if middle > 0 else -1, _writes(system, hop.source, gate)
                    found.append(Keeper(hop.source, gate, bias, sign, at_one, writes))
    return tuple(found)


def _written_out(system: System, kept: Expr) -> Expr:
    """The factor, with names of this step that are no function's value written out: f = 1 - i."""
    for line in reversed(system.lines):
        elementwise = not line.expression.has(Atom) and not line.activation and line.name in system.cell.assigned
        if elementwise and line.symbol in kept.free_symbols:
            kept = kept.xreplace({line.symbol: line.expression})
    return kept


def _settled(expression: Expr) -> Expr:
    """The number that an expression comes to; itself, as it is written, where it is none."""
    plain = cancel(expression)
    return plain if plain.is_number else expression


def _writes(system: System, state: str, gate: str) -> bool:
    """Whether a state that was 0 stays 0 where the gate is 0."""
    line = system.line(state)
    inner = system.line(preactivation(state)).expression if line.activation else line.expression
    entering = _written_out(system, inner)
    entering = entering.xreplace({atom: Dummy() for atom in entering.atoms(Atom)})
    closed = {value(state, 1): Integer(0), system.line(gate).symbol: Integer(0)}
    return bool(_settled(entering.xreplace(closed)) == 0)


def _gates(system: System, kept: Expr) -> dict[str, str]:
    """Every sigmoid gate in a factor, with the first bias that is added to its pre-activation, if any."""
    found = {}
    for line in system.lines:
        if line.symbol in kept.free_symbols and isinstance(line.expression, sigmoid):
            inner = edges(system, system.line(preactivation(line.name))) if line.activation else []
            biases = [e.source.name for e in inner if e.source.lag is None and e.operand is None and not e.factors]
            found[line.name] = biases[0] if biases else ""
    return found
