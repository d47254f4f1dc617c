"""Lines and gradients -> formulas with a left and a right side, in one order for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr

from ..calculus.backward import Backward, Gradient, Term
from ..calculus.labels import Label
from ..calculus.levels import merged
from ..calculus.symbols import gradient, label
from ..calculus.system import Line
from .formulas import Formulas, signed


@dataclass(frozen=True)
class Formula:
    """`left = addends`; each addend is a sign and a term, so that long sums can be broken between terms."""

    left: str
    addends: tuple[tuple[str, str], ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """The right side, cut where a line may break: a, + b, − c."""
        if not self.addends:
            return ("0",)
        (sign, first), *rest = self.addends
        return (first if sign == "+" else sign + first, *(f"{s} {term}" for s, term in rest))

    @property
    def right(self) -> str:
        return " ".join(self.terms)

    def __str__(self) -> str:
        return f"{self.left} = {self.right}"


def equation(writer: Formulas, line: Line) -> Formula:
    """A forward line, as `c = f ⊙ c[t−1] + i ⊙ g`."""
    left = writer.name(label(line.symbol))
    return Formula(left, tuple(writer.addends(line.expression, line.positions)))


def quantity(writer: Formulas, found: Gradient, shift: int = 0) -> Formula:
    """The gradient of a vector: the loss's term, those of the same step, then those of t+1; or all `shift` later."""
    addends = [("+", writer.write(found.loss, shift=shift))] if found.loss else []
    for lag, terms in enumerate((found.now, found.later)):
        addends += [_signed(writer, e, positions, lag + shift) for e, positions in merged(terms)]
    return Formula(writer.name(label(gradient(found.name)), shift), tuple(addends))


def addend(writer: Formulas, term: Term) -> tuple[str, str]:
    """One contribution, with its sign."""
    return _signed(writer, term.expression, term.positions, term.lag)


def _signed(writer: Formulas, expression: Expr, positions: Mapping[Expr, int], lag: int) -> tuple[str, str]:
    negative, size = signed(expression)
    text = writer.write(size, positions, lag)
    return writer.minus if negative else "+", writer.bracketed(text) if negative and size.is_Add else text


def parameter(writer: Formulas, found: Gradient) -> Formula:
    """The gradient of a parameter: a sum over time."""
    addends = []
    for term in found.terms:
        negative, size = signed(term.expression)
        addends.append((writer.minus if negative else "+", _over_time(writer, term, size)))
    return Formula(writer.loss(writer.name(Label("value", found.name, None))), tuple(addends))


def _over_time(writer: Formulas, term: Term, expression: Expr) -> str:
    edge = term.edge
    if edge.operand is None:
        text = writer.write(expression, term.positions)
    else:
        sides = (edge.operand, expression) if edge.transposed else (expression, edge.operand)
        text = writer.outer(*sides, term.positions)
    return writer.over_time(text)


def all_formulas(writer: Formulas, backward: Backward) -> list[Formula]:
    """Every backward formula of a cell, in the order of printing."""
    return [
        *(quantity(writer, g) for g in backward.quantities),
        *(quantity(writer, g) for g in backward.inputs),
        *(parameter(writer, g) for g in backward.parameters),
    ]
