"""Expressions -> formulas: one printer for every format; what they write differently is their notation.

Order is ours, never SymPy's: in a product scalars, then δ, then the factors by their place in the author's equation;
in a sum positive before negative, then by place. ⊙ stands only between two vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sympy import Expr, Integer, Mul, Pow, Rational, Symbol
from sympy.printing.str import StrPrinter

from ..calculus.symbols import LogSumExp, Spread, Times, Total, TransposedTimes, label
from ..calculus.system import System
from ..cells import SCALAR
from .notation import Notation

#: How tightly an expression binds.
SUM, PRODUCT, POWER, WHOLE = range(4)


def signed(term: Expr) -> tuple[bool, Expr]:
    """Whether a term is negative, and the term without its sign; nothing is multiplied out."""
    number, rest = term.as_coeff_Mul()
    if number >= 0:
        return False, term
    return True, -number if rest == 1 else rest if number == -1 else Mul(-number, rest, evaluate=False)


def part_name(join: Expr, k: int) -> str:
    """What the k-th part of a concatenation is called: by its name, or counted where that does not tell."""
    names = [label(a).name if a.is_Symbol else "" for a in join.args]
    return names[k] if names[k] and names.count(names[k]) == 1 else str(k + 1)


def _ordered(items: Iterable[Expr], key: Callable[[Expr], Any]) -> list[Expr]:
    """The items by key; only where keys are equal by SymPy's own text, which takes long to make."""
    keyed = [(key(item), item) for item in items]
    if len({k for k, _ in keyed}) < len(keyed):
        return [item for _, item in sorted(keyed, key=lambda pair: (pair[0], str(pair[1])))]
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]


class Formulas(Notation, StrPrinter):
    """Unicode; a format is a subclass with another notation."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self.system = system
        self._positions: Mapping[Expr, int] = {}
        self._shift = 0

    # What a caller asks for.

    def write(self, expression: Expr, positions: Mapping[Expr, int] | None = None, shift: int = 0) -> str:
        """The expression; shift=1 writes it one step later."""
        self._positions, self._shift = positions or {}, shift
        return str(self.doprint(expression))

    def addends(self, expression: Expr, positions: Mapping[Expr, int], shift: int = 0) -> list[tuple[str, str]]:
        """A sum's terms in order, as (sign, term)."""
        self._positions, self._shift = positions, shift
        parts = self._sorted_sum(expression) if expression.is_Add else [expression]
        return [self._signed(part) for part in parts]

    def outer(self, left: Expr, right: Expr, positions: Mapping[Expr, int]) -> str:
        """The product of a column and a row: left rightᵀ."""
        self._positions, self._shift = positions, 0
        return f"{self._in(left, PRODUCT, True)}{self.dot}{self.transposed(self._in(right, POWER, True))}"

    def factor(self, expression: Expr, positions: Mapping[Expr, int], shift: int, alone: bool) -> str:
        """A factor of a product, in brackets where it needs them beside others."""
        self._positions, self._shift = positions, shift
        return self._in(expression, SUM if alone else PRODUCT, False)

    # Order.

    def ordered(self, expression: Expr, positions: Mapping[Expr, int]) -> list[Expr]:
        """The terms of a sum, or the factors of a product, as they are printed; a number stands first."""
        self._positions = positions
        if expression.is_Add:
            return self._sorted_sum(expression)
        number, rest = expression.as_coeff_Mul()
        factors = _ordered(Mul.make_args(rest), self._factor_key)
        return factors if number == 1 else [number, *factors]

    def _place(self, expression: Expr) -> float:
        if expression in self._positions:
            return self._positions[expression]
        return min((self._place(a) for a in expression.args), default=float("inf"))

    def _has_gradient(self, expression: Expr) -> bool:
        return any(label(s).kind in ("gradient", "loss") for s in expression.free_symbols)

    def _factor_key(self, factor: Expr) -> tuple[int, float, bool]:
        group = 0 if self.system.size(factor) == SCALAR else 1 if self._has_gradient(factor) else 2
        return group, self._place(factor), bool(factor.is_Add)

    def _sorted_sum(self, expression: Expr) -> list[Expr]:
        return _ordered(expression.args, lambda a: (bool(a.as_coeff_Mul()[0] < 0), self._place(a)))

    # Sums, products, powers.

    def _signed(self, term: Expr) -> tuple[str, str]:
        negative, size = signed(term)
        return (self.minus if negative else "+"), self._in(size, SUM, True)

    def _in(self, expression: Expr, level: int, strict: bool) -> str:
        """The expression as part of something that binds at `level`."""
        own = self._level(expression)
        text = self._print(expression)
        return self.bracketed(text) if own < level or (strict and own == level) else text

    def _level(self, expression: Expr) -> int:
        if expression.is_Add:
            return SUM
        if expression.is_Mul or isinstance(expression, (Times, TransposedTimes, Spread)):
            return PRODUCT
        if expression.is_Rational and not (expression.is_Integer and expression >= 0):
            return PRODUCT
        if expression.is_Pow:
            return PRODUCT if expression.exp.is_negative else POWER
        return WHOLE

    def _print_Add(self, expression: Expr, order: object = None) -> str:
        return self.sum([self._signed(a) for a in self._sorted_sum(expression)])

    def _print_Mul(self, expression: Expr) -> str:
        number, rest = expression.as_coeff_Mul()
        if number < 0:
            return self.negated(self._in(signed(expression)[1], SUM, True))
        upper: list[Expr] = []
        lower: list[Expr] = []
        for factor in rest.args if rest.is_Mul else [rest]:
            inverse = factor.is_Pow and factor.exp.is_negative
            (lower if inverse else upper).append(Pow(factor.base, -factor.exp) if inverse else factor)
        decimal = self._decimal(number)
        p, q = (decimal, 1) if decimal else (str(number.p), number.q)
        if not lower and q == 1:
            return self._row(p, upper)
        return self.fraction(self._side(p, upper), self._side(str(q), lower), len(lower) + (q != 1) > 1)

    def _decimal(self, number: Rational) -> str:
        """0.9, where it is exact and clearer than a fraction: 9/10, not 1/2; empty elsewhere."""
        text = f"{float(number):g}"
        return text if number.q > 4 and Rational(text) == number else ""

    def _side(self, number: str, factors: list[Expr]) -> str:
        """What stands above or below in a fraction."""
        alone = self.bar and number == "1" and len(factors) == 1
        return str(self._print(factors[0])) if alone else self._row(number, factors)

    def _row(self, number: str, factors: list[Expr]) -> str:
        """Factors side by side."""
        ordered = _ordered(factors, self._factor_key)
        texts = [self._in(f, PRODUCT, len(ordered) > 1 or number != "1") for f in ordered]
        row = texts[0] if texts else ""
        for previous, factor, text in zip(ordered, ordered[1:], texts[1:], strict=False):
            both = SCALAR not in (self.system.size(previous), self.system.size(factor))
            row += (self.times if both else self.dot) + text
        if number == "1" and row:
            return row
        return self.digits(number) + self.dot + row if row else self.digits(number)

    def _print_Pow(self, expression: Expr, rational: bool = False) -> str:
        base, exponent = expression.base, expression.exp
        if exponent == Rational(1, 2):
            return self.root(self._print(base))
        if exponent == Rational(-1, 2) or exponent.is_negative:
            below = Pow(base, -exponent)
            below = self._print(below) if self.bar else self._in(below, PRODUCT, True)
            return self.fraction(self.digits("1"), below, False)
        if self.raises_names and isinstance(base, (Total, LogSumExp)):
            # Σ(h)² would be the sum of the squares, too.
            return self.raised(self.bracketed(self._print(base)), str(exponent))
        named = base.is_Function and len(base.args) == 1 and type(base).__name__ not in ("absolute", "step", "Mean")
        if named and self.raises_names:
            return self.call(self.raised(self.function(base), str(exponent)), [self._print(base.args[0])])
        return self.raised(self._in(base, POWER, False), str(exponent))

    # Leaves and functions.

    def _print_Symbol(self, expression: Symbol) -> str:
        return self.name(label(expression), self._shift)

    def _print_Rational(self, expression: Rational) -> str:
        decimal = self._decimal(expression)
        return self.digits(decimal) if decimal else self.number(str(expression.p), str(expression.q))

    def _print_Pi(self, expression: Expr) -> str:
        return self.pi

    def _print_Integer(self, expression: Integer) -> str:
        return self.digits(str(expression.p))

    def _print_Function(self, expression: Expr) -> str:
        return self.call(self.function(expression), [self._print(a) for a in expression.args])

    def function(self, expression: Expr) -> str:
        """The name of the function that an expression applies."""
        return self.operator(type(expression).__name__)

    def _print_absolute(self, expression: Expr) -> str:
        return self.absolute(self._print(expression.args[0]))

    def _print_step(self, expression: Expr) -> str:
        return self.indicator(self._print(expression.args[0]))

    def _print_Times(self, expression: Expr) -> str:
        matrix, operand = expression.args
        return self.product(self._print(matrix), self._in(operand, PRODUCT, True))

    def _print_TransposedTimes(self, expression: Expr) -> str:
        matrix, operand = expression.args
        return self.product(self.transposed(self._print(matrix)), self._in(operand, PRODUCT, True))

    def _print_Join(self, expression: Expr) -> str:
        return self.concatenation([self._print(a) for a in expression.args])

    def _print_Part(self, expression: Expr) -> str:
        vector, k, join = expression.args
        return self.part(self._print(vector), part_name(join, int(k)))

    def _print_Spread(self, expression: Expr) -> str:
        return f"{self._in(expression.args[0], PRODUCT, True)}{self.dot}{self.ones}"
