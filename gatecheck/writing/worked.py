"""Worked -> rows: the formula of every quantity, the calculation of one of its numbers, and all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Expr

from ..calculus.backward import Gradient, Term
from ..calculus.levels import merged
from ..calculus.numbers import Array, evaluate
from ..calculus.symbols import gradient
from ..calculus.system import Line
from ..calculus.worked import Values, Worked
from .equations import Formula, equation, parameter, quantity
from .formulas import Formulas
from .order import blocks
from .working import Addends, Numbers, numbers_in

#: So many characters of Unicode are two lines of a terminal beside a name; longer calculations are shortened.
_LONG = 130
#: And so many a product of two numbers.
_PRODUCT = 12
#: What is added up: expressions with where their parts stand in print, and the values they are computed from.
Parts = Sequence[tuple[Expr, Mapping[Expr, int], Values]]


@dataclass(frozen=True)
class Calculation(Formula):
    """What gives one number; length: about how many characters that takes by hand, whatever the format."""

    length: int = 0


@dataclass(frozen=True)
class Row:
    """A quantity: its formula, the calculation of its first number, and its numbers, (n,) or (m,n)."""

    formula: Formula
    calculation: Calculation
    numbers: Array


class Rows:
    """The rows of a worked example in a format's notation; steps are counted from 0."""

    def __init__(self, kind: type[Formulas], found: Worked, digits: int) -> None:
        system, sizes = found.backward.system, found.given.sizes
        self.found = found
        self.names = kind(system)
        self.numbers = numbers_in(kind)(system, sizes, digits)
        # How much is written out shall not depend on the format.
        self._gauge = numbers_in(Formulas)(system, sizes, digits)

    def forward(self, t: int) -> Iterator[Row]:
        """What a step computes."""
        for line in self.found.backward.system.lines:
            if line.symbol in self.found.at[t]:
                yield Row(equation(self.names, line), self.line(line, t), self.found.at[t][line.symbol])

    def backward(self, t: int) -> Iterator[Row]:
        """The gradients of a step, each after those that it reads."""
        asked = blocks(self.found.backward.without_data())
        told = [g for block in asked for g in block.gradients if not self.found.zero(g)]
        for g in sorted(told, key=lambda g: bool(g.now)):
            if gradient(g.name) in self.found.at[t]:
                formula = quantity(self.names, replace(g, terms=self.found.terms[g.name, t]))
                yield Row(formula, self.gradient(g, t), self.found.at[t][gradient(g.name)])

    def initial(self) -> Iterator[Row]:
        """What leaves the first step backwards: the gradient of what it reads at [t-1]."""
        for name, numbers in self.found.initial.items():
            terms = self.found.terms[name, -1]
            if terms and name not in self.found.backward.cell.data:
                g = replace(self.found.backward.gradient(name), terms=terms, loss=None)
                yield Row(quantity(self.names, g, -1), self.gradient(g, -1), numbers)

    def parameters(self) -> Iterator[Row]:
        """The gradients of parameters, summed over time."""
        for g in self.found.backward.parameters:
            if g.name in self.found.parameters and not self.found.zero(g):
                numbers = self.found.parameters[g.name]
                yield Row(parameter(self.names, g), self.parameter(g, (0,) * numbers.ndim), numbers)

    # Calculations of one number.

    def line(self, line: Line, t: int, unit: int = 0) -> Calculation:
        """A forward quantity."""
        return self._calculation([(line.expression, line.positions, self.found.at[t])], unit)

    def gradient(self, found: Gradient, t: int, unit: int = 0) -> Calculation:
        """The gradient of a quantity or an input; at -1, of what the first step reads at [t-1]."""
        at, terms = self.found.at, self.found.terms[found.name, t]
        parts: list[tuple[Expr, Mapping[Expr, int], Values]] = []
        if found.loss is not None and t >= 0:
            parts.append((found.loss, {}, at[t]))
        for lag in (0, 1):
            parts += [(e, places, at[t + lag]) for e, places in merged(term for term in terms if term.lag == lag)]
        return self._calculation(parts, unit)

    def parameter(self, found: Gradient, index: tuple[int, ...]) -> Calculation:
        """One entry of a parameter's gradient."""
        addends: Addends = []
        for t, values in enumerate(self.found.at):
            for term in self.found.terms[found.name, t]:
                if term.edge.operand is None:
                    addends += self.numbers.work(term.expression, term.positions, values, index[0])
                else:
                    addends.append(self._product(term, term.edge.operand, values, index))
        return self._total(self.numbers.shortened(addends), _PRODUCT * len(addends))

    def _product(self, term: Term, operand: Expr, values: Values, index: tuple[int, ...]) -> tuple[str, str]:
        """What a step adds to an entry of a matrix's gradient: an outer product's entry."""
        sides = (operand, term.expression) if term.edge.transposed else (term.expression, operand)
        numbers = [evaluate(e, values, self.found.given.sizes) for e in sides]
        a, b = (float(n[k if len(n) > 1 else 0]) for n, k in zip(numbers, index, strict=True))
        text = self.numbers.figure(abs(a)) + self.numbers.multiply + self.numbers.factor_of(b)
        return (self.numbers.minus if a < 0 else "+"), text

    def _calculation(self, parts: Parts, unit: int) -> Calculation:
        """The sum of some expressions, in as much detail as there is room for."""
        for detail in (2, 1, 0):
            length = sum(len(term) + 3 for _, term in _addends(self._gauge, parts, unit, detail))
            if length <= _LONG:
                break
        return self._total(_addends(self.numbers, parts, unit, detail), length)

    def _total(self, addends: Addends, length: int) -> Calculation:
        return Calculation("", tuple(addends) or (("+", self.numbers.figure(0)),), length)


def _addends(writer: Numbers, parts: Parts, unit: int, detail: int) -> Addends:
    return [addend for e, places, values in parts for addend in writer.work(e, places, values, unit, detail)]
