"""Part one of a proof: for all sizes, the adjoint of every equation, deterministically.

An equation y = e(r, …) has a tangent ẏ = Σ J_r ṙ, found from the author's syntax tree; the derivation says what y adds
to the gradient of each r. It is right where, with δ standing for the gradient of y, the polynomials

    Σ_i δ[i] ẏ[i]    and    Σ_r Σ_j (what is derived for r)[j] ṙ[j]

are the same: then the derived terms are J_rᵀ δ for every value of everything, whatever the sizes. Functions are opaque
generators, of which only the slope is known; an identity between polynomials holds for whatever they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sympy import Expr

from ...cells import SCALAR, Equation
from ...cells import tree as t
from ...errors import CellError, Fault, Problem
from ..backward import Backward, Gradient, Term
from ..labels import Label
from ..symbols import Join, Part, label
from .claims import called, gradients, is_unit, paired, value
from .forward import forward
from .naming import Names
from .opening import vanishes
from .polynomials import Polynomial, TooLarge
from .spelling import spelled


@dataclass(frozen=True)
class Adjoint:
    """One thing shown: what `name` adds to the gradient of everything that it reads.

    name is an equation's; activation: only its last function is meant, which reads the pre-activation.
    """

    name: str
    reads: tuple[t.Read, ...]
    activation: bool = False


def adjoints(backward: Backward) -> tuple[Adjoint, ...]:
    """What every equation adds to every gradient, shown.

    Raises Fault where the derivation says something else, CellError where an equation is too large to be worked out.
    """
    _ends(backward)
    found: list[Adjoint] = []
    for equation in backward.cell.equations:
        try:
            found += _shown(backward, equation)
        except TooLarge:
            message = f"the equation of {equation.name} has too many terms to be proved"
            raise CellError(Problem(message, equation.place, "Give parts of it names of their own.")) from None
        except ZeroDivisionError:
            raise CellError(Problem(f"the equation of {equation.name} divides by zero", equation.place)) from None
    return tuple(found)


def _shown(backward: Backward, equation: Equation) -> list[Adjoint]:
    """Raises TooLarge where products would have to be multiplied out that have too many terms."""
    try:
        return list(_Equation(backward, equation).shown())
    except TooLarge:
        try:
            return list(_Equation(backward, equation, closed=True).shown())
        except Fault:  # what differs there may be equal
            raise TooLarge from None


def _ends(backward: Backward) -> None:
    """Every name has one gradient, every term an equation, and the loss enters where it reads."""
    cell, lines = backward.cell, [line.name for line in backward.system.lines]
    derived = (backward.quantities, backward.inputs, backward.parameters)
    for group, wanted in zip(derived, (lines, cell.inputs, cell.parameters), strict=True):
        if sorted(g.name for g in group) != sorted(wanted):
            raise Fault(f"gradients are derived of {', '.join(g.name for g in group)}, not of {', '.join(wanted)}")
    for g in gradients(backward):
        if strange := [term.line.name for term in g.terms if term.line.name not in lines]:
            raise Fault(f"the gradient of {g.name} has a term of {strange[0]}, which is no equation")
        named = g.loss is not None and g.loss.is_Symbol and label(g.loss) == Label("loss", g.name, 0)
        if not (named if g.name in backward.loss else g.loss is None or is_unit(backward, g)):
            reads = ", ".join(backward.loss) or "nothing"
            raise Fault(f"the loss reads {reads}, and adds {g.loss} to the gradient of {g.name} itself")


class _Equation:
    """One equation, and what is derived from its lines; closed: products of sums are not multiplied out."""

    def __init__(self, backward: Backward, equation: Equation, closed: bool = False) -> None:
        self.backward, self.equation = backward, equation
        self.names = Names(backward.system, closed)
        self.ring = self.names.ring
        *self.inner, self.last = backward.system.lines_of(equation)
        if is_unit(backward, backward.gradient(equation.name)):
            self.names.arriving[equation.name] = self.ring.number(Fraction(1))

    def shown(self) -> Iterator[Adjoint]:
        """The activation of a pre-activation, then the whole equation."""
        name, node, own = self.equation.name, self.equation.expression, self.names.own
        terms = [(g, term) for g, term in _terms(self.backward) if term.line.of.name == name]
        last = [(g, term) for g, term in terms if term.line.name == name]
        for line in self.inner:
            outer = self._activation(line.name)
            own[name] = forward(outer, self.names, self.ring).value
            yield self._show(outer, last)
        own |= {line.name: self._value(line.expression) for line in self.inner}
        own[name] = forward(node, self.names, self.ring).value
        if not vanishes(own[name] - self._value(self.last.expression), self.ring):
            raise Fault(f"what is printed as the equation of {name} is not what the cell file says")
        for line in self.inner:
            arriving = (self._value(term.expression) for g, term in last if g.name == line.name)
            self.names.arriving[line.name] = sum(arriving, self.ring.number(Fraction(0)))
        passed = {(line.name, name) for line in self.inner}
        yield self._show(node, [(g, term) for g, term in terms if (g.name, term.line.name) not in passed])

    def _activation(self, inner: str) -> t.Node:
        """The last line as a node of its own: a function of the pre-activation."""
        place, expression = self.equation.place, self.last.expression
        read = t.Read(place, inner, 0)
        if expression.is_Pow:
            return t.Power(place, read, str(expression.exp))
        return t.Apply(place, called(expression), (read,))

    def _show(self, node: t.Node, terms: list[tuple[Gradient, Term]]) -> Adjoint:
        """Raises Fault where the terms are not the adjoint of the node."""
        ring, zero = self.ring, self.ring.number(Fraction(0))
        reads = {str(r): r for r in node.walk() if isinstance(r, t.Read)}
        moved = forward(node, self.names, ring).tangent
        whole = ring.total(self.names.delta(self.equation.name) * moved) if moved is not None else zero
        derived = dict.fromkeys(reads, zero)
        for g, term in terms:
            read = t.Read(self.equation.place, g.name, term.edge.source.lag)
            if str(read) not in reads:
                raise Fault(f"the gradient of {g.name} has a term of {self.equation.name}, which does not read {read}")
            if {part.args[2] for part in term.expression.atoms(Part)} - term.line.expression.atoms(Join):
                raise Fault(f"the gradient of {read} takes a part of what {self.equation.name} does not join")
            derived[str(read)] += self._paired(read, term)
        for name, got in derived.items():
            wanted = Polynomial(ring, {m: c for m, c in whole.terms.items() if name in ring.moving(m)}, SCALAR)
            if not vanishes(wanted - got, ring):
                message = f"what {self.equation.name} adds to the gradient of {name} is not what is derived"
                raise Fault(f"{message}\n  it adds:  {spelled(wanted)}\n  derived:  {spelled(got)}")
        return Adjoint(self.equation.name, tuple(reads.values()), node is not self.equation.expression)

    def _paired(self, read: t.Read, term: Term) -> Polynomial:
        try:
            return paired(term, self.names.direction(read), self.names, self.ring)
        except (TypeError, ZeroDivisionError) as error:
            message = f"what {self.equation.name} adds to the gradient of {read} is derived as what no gradient can be"
            raise Fault(f"{message}: {error}") from error

    def _value(self, expression: Expr) -> Polynomial:
        return value(expression, self.names, self.ring)


def _terms(backward: Backward) -> list[tuple[Gradient, Term]]:
    return [(g, term) for g in gradients(backward) for term in g.terms]
