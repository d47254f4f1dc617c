"""Expressions with numbers in the place of names, as a person writes them down: 0.5·1 − 0.8641·0.5 + 1.

A product with a matrix becomes the products of one row's numbers with the vector's; order, signs and brackets are
those of the formula. Numbers are rounded for printing alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from sympy import Expr, Integer, Mul, Symbol

from ..calculus.numbers import Array, evaluate
from ..calculus.symbols import (
    Atom,
    Join,
    LogSumExp,
    Mean,
    Part,
    Softmax,
    Spread,
    Times,
    Total,
    TransposedTimes,
    exp,
    label,
    sigmoid,
    symbol,
)
from ..calculus.system import System
from ..calculus.worked import Values
from .formulas import PRODUCT, SUM, WHOLE, Formulas, signed
from .rounding import shortest

#: (sign, term): what is added up.
Addends = list[tuple[str, str]]

Answer = TypeVar("Answer")

#: Before the kind of a symbol: its number is written without the sign, which stands in front of the whole term.
_TURNED = "-"
#: So many products of a row are written out.
_MOST_PRODUCTS = 4


class Numbers(Formulas):
    """A writer of numbers in the place of names; a format's own writer goes behind it (see `numbers_in`).

    The unit is that of the result; detail says how much of what mixes elements is written out:
    2 all but atoms within atoms, 1 their operands as one number each, 0 a number for each atom.
    """

    def __init__(self, system: System, sizes: Mapping[str, int], digits: int) -> None:
        super().__init__(system)
        self.times = self.dot = self.multiply
        self.sizes = sizes
        self.decimals = digits
        self._values: Values = {}
        self._unit = 0
        self._detail = 2

    # What a caller asks for.

    def work(
        self, expression: Expr, positions: Mapping[Expr, int], values: Values, unit: int = 0, detail: int = 2
    ) -> Addends:
        """What is added up for a unit, counted from 0."""
        self._positions, self._values, self._unit, self._detail = positions, values, unit, detail
        if isinstance(expression, sigmoid):  # as it is worked out by hand
            self._positions = {**positions, Integer(1): -1}
            expression = 1 / (1 + exp(-expression.args[0]))
        return self._sum(expression)

    def figure(self, number: float) -> str:
        """A number inside a calculation."""
        return self.noted(shortest(number, self.decimals))

    def noted(self, text: str) -> str:
        """A rounded number in the format's notation."""
        mantissa, _, exponent = text.partition("e")
        if not exponent:
            return self.digits(text)
        return self.digits(mantissa) + self.multiply + self.raised(self.digits("10"), str(int(exponent)))

    def factor_of(self, number: float) -> str:
        """A number beside others, in brackets where it is negative."""
        return self.bracketed(self.figure(number)) if number < 0 else self.figure(number)

    def shortened(self, addends: Addends) -> Addends:
        """Addends without the middle of a long sum."""
        return addends if len(addends) <= _MOST_PRODUCTS else [*addends[:2], ("+", self.ellipsis), addends[-1]]

    # Sums, and the signs of their terms.

    def _sum(self, expression: Expr) -> Addends:
        found: Addends = []
        for part in self._sorted_sum(expression) if expression.is_Add else [expression]:
            negative, size = signed(part)
            opened = self._opened(size)
            if opened is None:
                found.append(self._signed(part, first=not found))
            else:
                turned = {"+": self.minus, self.minus: "+"} if negative else {}
                found += [(turned.get(sign, sign), term) for sign, term in opened]
        return found

    def _print_Add(self, expression: Expr, order: object = None) -> str:
        return self.sum(self._sum(expression))

    def _print_Mul(self, expression: Expr) -> str:
        negative = expression.as_coeff_Mul()[0] < 0
        return self.sum([self._signed(expression, first=True)]) if negative else super()._print_Mul(expression)

    def _side(self, number: str, factors: list[Expr]) -> str:
        if not self.bar and number == "1" and len(factors) == 1:
            return self._in(factors[0], PRODUCT, factors[0].is_Symbol)
        return super()._side(number, factors)

    def _signed(self, term: Expr, first: bool = False) -> tuple[str, str]:
        """The sign of a term, its first number's included, and the rest; first: a zero needs no sign there."""
        negative, size = signed(term)
        factors = list(Mul.make_args(size))
        front = min((f for f in factors if not f.is_Number), key=self._factor_key, default=size)
        if first and (front.is_Symbol or self._lone(front)) and self.figure(self._number(front)) == self.figure(0):
            negative = False
        if self._lone(size) and self._number(size) < 0:
            return self._sign(not negative), self.figure(-self._number(size))
        if front.is_Symbol and self._level(front) == PRODUCT and all(f.p == 1 for f in factors if f.is_Number):
            tag = label(front)
            factors[factors.index(front)] = symbol(_TURNED + tag.kind, tag.name, tag.lag)
            negative, size = not negative, Mul(*factors, evaluate=False) if len(factors) > 1 else factors[0]
        return self._sign(negative), self._in(size, SUM, True)

    def _lone(self, atom: Expr) -> bool:
        """Whether an atom is written as one number."""
        written_out = self._detail and isinstance(atom, Mean | Softmax | LogSumExp)
        return isinstance(atom, Atom) and not written_out and self._opened(atom) is None

    def _sign(self, negative: bool) -> str:
        return self.minus if negative else "+"

    def _factor_key(self, factor: Expr) -> tuple[int, float, bool]:
        return (-1, 0, False) if _is_turned(factor) else super()._factor_key(factor)

    # Names.

    def _number(self, expression: Expr) -> float:
        """The number of an expression for the unit at hand."""
        return _of_unit(evaluate(expression, self._values, self.sizes), self._unit)

    def _print_Symbol(self, expression: Symbol) -> str:
        kind, name, lag = label(expression)
        if kind.startswith(_TURNED):
            return self.figure(-self._number(symbol(kind.removeprefix(_TURNED), name, lag)))
        return self.figure(self._number(expression))

    def _level(self, expression: Expr) -> int:
        if _is_turned(expression):
            return WHOLE
        if not expression.is_Symbol and not isinstance(expression, Atom):
            return super()._level(expression)
        source = self._source(expression)
        if source is not None:
            return self._there(source, self._level)
        if self._opened(expression) is not None:
            return SUM
        if self._detail and isinstance(expression, Mean | Softmax | LogSumExp):
            return WHOLE if isinstance(expression, LogSumExp) else PRODUCT
        return WHOLE if self._number(expression) >= 0 else PRODUCT

    # What mixes elements.

    def _print_Function(self, expression: Expr) -> str:
        if not isinstance(expression, Atom):
            return str(super()._print_Function(expression))
        source = self._source(expression)
        if source is not None:
            return self._there(source, self._print)
        opened = self._opened(expression)
        return self.figure(self._number(expression)) if opened is None else self.sum(opened)

    _print_Times = _print_TransposedTimes = _print_Join = _print_Part = _print_Spread = _print_Function

    def _print_Mean(self, expression: Expr) -> str:
        if not self._detail:
            return self.figure(self._number(expression))
        vector = expression.args[0]
        count = self.digits(str(self._length(vector)))
        return self.fraction(self.bracketed(self.sum(self._elements(vector))), count, False)

    def _print_Softmax(self, expression: Expr) -> str:
        if not self._detail:
            return self.figure(self._number(expression))
        powers = self._powers(expression.args[0])
        return self.fraction(powers[self._unit][1], self.sum(self.shortened(powers)), len(powers) > 1)

    def _print_LogSumExp(self, expression: Expr) -> str:
        if not self._detail:
            return self.figure(self._number(expression))
        return self.call(self.operator("log"), [self.sum(self.shortened(self._powers(expression.args[0])))])

    def _powers(self, vector: Expr) -> Addends:
        numbers = map(float, evaluate(vector, self._values, self.sizes))
        return [("+", self.call(self.operator("exp"), [self.figure(n)])) for n in numbers]

    def _opened(self, expression: Expr) -> Addends | None:
        """What an atom adds up; None for what is no sum."""
        if not self._detail or not isinstance(expression, Atom):
            return None
        source = self._source(expression)
        if source is not None:
            return self._there(source, self._sum)
        if isinstance(expression, Total):
            return self._elements(expression.args[0])
        return self._products(expression) if isinstance(expression, Times | TransposedTimes) else None

    def _source(self, expression: Expr) -> tuple[Expr, int] | None:
        """Where the number of what only hands numbers on comes from: an expression, and the unit of it."""
        if not self._detail:
            return None
        match expression:
            case Spread():
                return expression.args[0], 0
            case Part():
                vector, k, join = expression.args
                return vector, sum(map(self._length, join.args[: int(k)])) + self._unit
            case Join():
                unit, parts = self._unit, list(expression.args)
                while unit >= self._length(parts[0]):
                    unit -= self._length(parts.pop(0))
                return parts[0], unit
        return None

    def _there(self, source: tuple[Expr, int], ask: Callable[[Expr], Answer]) -> Answer:
        """What is asked about an expression, for another unit."""
        before = self._unit
        expression, self._unit = source
        found = ask(expression)
        self._unit = before
        return found

    def _length(self, vector: Expr) -> int:
        return len(evaluate(vector, self._values, self.sizes))

    def _elements(self, vector: Expr) -> Addends:
        """The sum of a vector's elements."""
        if self._detail < 2 or vector.has(Atom):
            numbers = map(float, evaluate(vector, self._values, self.sizes))
            return self.shortened([(self._sign(n < 0), self.figure(abs(n))) for n in numbers])
        found = [self._there((vector, k), self._sum) for k in range(self._length(vector))]
        return self.shortened([addend for addends in found for addend in addends])

    def _products(self, product: Expr) -> Addends:
        """A row of a matrix times a vector."""
        matrix, vector = self._values[product.args[0]], product.args[1]
        rows = matrix.T if isinstance(product, TransposedTimes) else matrix
        numbers = evaluate(vector, self._values, self.sizes)
        found: Addends = []
        for k, weight in enumerate(map(float, rows[self._unit if len(rows) > 1 else 0])):
            if self._detail < 2 or vector.has(Atom):
                text = self.factor_of(_of_unit(numbers, k))
            else:
                text = self._there((vector, k), lambda v: self._in(v, PRODUCT, v.is_Symbol))
            found.append((self._sign(weight < 0), self.figure(abs(weight)) + self.multiply + text))
        return self.shortened(found)


def numbers_in(kind: type[Formulas]) -> type[Numbers]:
    """The writer of numbers in a format's notation."""
    return type(f"{kind.__name__}Numbers", (Numbers, kind), {})


def _is_turned(factor: Expr) -> bool:
    return bool(factor.is_Symbol) and label(factor).kind.startswith(_TURNED)


def _of_unit(numbers: Array, unit: int) -> float:
    """The number of a unit; a scalar is that of every unit."""
    return float(numbers[unit if len(numbers) > 1 else 0])
