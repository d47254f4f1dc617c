"""Programs' expressions -> formulas, in the notation of all others, without SymPy.

Terms and factors stand in the order of the data, which is that of print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from ..calculus.labels import Label
from ..cells import SCALAR, Cell
from ..writing.notation import Notation
from .adjoint import is_gradient, size
from .expressions import Expression, coefficient, signed, terms
from .program import Program

#: How tightly an expression binds.
SUM, PRODUCT, POWER, WHOLE = range(4)
_PRODUCTS = ("*", "matmul", "matmul_t", "spread")
#: Functions whose power is written at their bracket: |a|², not ||²(a).
_BRACKETED = ("absolute", "step", "mean", "sum", "logsumexp", "part", "join")
_NAMES = {"softmax": "Softmax", "mean": "Mean", "sum": "Total", "logsumexp": "LogSumExp"}

Addends = list[tuple[str, str]]


class Printed(Notation):
    """Formulas of a cell's program, and of its wrong ones; loss: the names that the loss of a step reads."""

    def __init__(self, cell: Cell, program: Program, loss: tuple[str, ...] = ()) -> None:
        self._cell, self._gradients, self._loss = cell, program.gradients, loss
        self._shift = 0
        self._written: dict[str, Callable[..., str]] = {
            "+": self._sum,
            "*": self._product,
            "^": self._power,
            "matmul": lambda w, v: self.product(self._text(w), self._in(v, PRODUCT, True)),
            "matmul_t": lambda w, v: self.product(self.transposed(self._text(w)), self._in(v, PRODUCT, True)),
            "join": lambda *parts: self.concatenation([self._text(p) for p in parts]),
            "part": self._part,
            "spread": lambda scalar, like: f"{self._in(scalar, PRODUCT, True)}{self.dot}{self.ones}",
            "ones": lambda _: self.ones,
            "absolute": lambda a: self.absolute(self._text(a)),
            "step": lambda a: self.indicator(self._text(a)),
        }

    # What a caller asks for.

    def write(self, expression: Expression, shift: int = 0) -> str:
        """The expression; shift=1 writes it one step later."""
        self._shift = shift
        return self._text(expression)

    def addends(self, expression: Expression, shift: int = 0) -> Addends:
        """A sum's terms, as (sign, term)."""
        self._shift = shift
        return [self._signed(term) for term in terms(expression)]

    def gradient(self, name: str, contributions: Iterable[list[Any]], shift: int = 0) -> str:
        """The gradient of a name: the loss's own term, then what readers of this step and of t+1 contribute."""
        found = [("+", self.name(Label("loss", name, 0), shift))] if name in self._loss else []
        for lag, expression in contributions:
            found.append(self.contribution(expression, lag + shift))
        return self.sum(found) if found else self.digits("0")

    def parameter(self, contributions: Iterable[list[Any]], summed: bool = True) -> str:
        """The gradient of a parameter: a sum over time, or what one step adds."""
        self._shift = 0
        found = []
        for expression, operand, turned in contributions:
            negative, size = signed(expression)
            if operand is None:
                text = self._in(size, PRODUCT, False)
            else:
                left, right = (operand, size) if turned else (size, operand)
                text = f"{self._in(left, PRODUCT, True)}{self.dot}{self.transposed(self._in(right, POWER, True))}"
            found.append((self.minus if negative else "+", self.over_time(text) if summed else text))
        return self.sum(found) if found else self.digits("0")

    def symbol(self, name: str, shift: int = 0) -> str:
        """A name of the program, as printed: da_f is δa_f, h[t-1] is h[t−1]."""
        self._shift = shift
        return self._name(name)

    # Sums, products, powers.

    def contribution(self, expression: Expression, shift: int = 0) -> tuple[str, str]:
        """What one reader adds to a gradient, with its sign."""
        self._shift = shift
        negative, size = signed(expression)
        text = self._text(size)
        sign = self.minus if negative else "+"
        return sign, self.bracketed(text) if negative and self._level(size) == SUM else text

    def _text(self, expression: Expression) -> str:
        if isinstance(expression, str):
            return self._name(expression)
        if not isinstance(expression, list):
            return self._number(expression)
        operation, *arguments = expression
        written = self._written.get(operation)
        if written:
            return written(*arguments)
        return self.call(self.operator(_NAMES.get(str(operation), str(operation))), [self._text(a) for a in arguments])

    def _in(self, expression: Expression, level: int, strict: bool) -> str:
        """The expression as part of something that binds at `level`."""
        own = self._level(expression)
        text = self._text(expression)
        return self.bracketed(text) if own < level or (strict and own == level) else text

    def _level(self, expression: Expression) -> int:
        if not isinstance(expression, list):
            whole = isinstance(expression, str) or (expression >= 0 and float(expression).is_integer())
            return WHOLE if whole else PRODUCT
        operation = expression[0]
        if operation == "+":
            return SUM
        if operation in _PRODUCTS:
            return PRODUCT
        if operation == "^" and expression[2] != 0.5:
            return PRODUCT if expression[2] < 0 else POWER
        return WHOLE

    def _signed(self, term: Expression) -> tuple[str, str]:
        negative, size = signed(term)
        return (self.minus if negative else "+"), self._in(size, SUM, True)

    def _sum(self, *arguments: Expression) -> str:
        return self.sum([self._signed(a) for a in arguments])

    def _product(self, *arguments: Expression) -> str:
        number, found = coefficient(arguments)
        if number < 0:
            return self.negated(self._in(signed(["*", *arguments])[1], SUM, True))
        upper = [f for f in found if not _inverse(f)]
        lower = [["^", f[1], -f[2]] if f[2] != -1 else f[1] for f in found if _inverse(f)]
        p, q = _ratio(number)
        if not lower and q == 1:
            return self._row(p, upper)
        return self.fraction(self._row(p, upper), self._row(str(q), lower), len(lower) + (q != 1) > 1)

    def _row(self, number: str, found: list[Expression]) -> str:
        """Factors side by side."""
        texts = [self._in(f, PRODUCT, len(found) > 1 or number != "1") for f in found]
        row = texts[0] if texts else ""
        for before, factor, text in zip(found, found[1:], texts[1:], strict=False):
            row += (self.dot if self._scalar(before) or self._scalar(factor) else self.times) + text
        if number == "1" and row:
            return row
        return self.digits(number) + self.dot + row if row else self.digits(number)

    def _power(self, base: Expression, exponent: float) -> str:
        if exponent == 0.5:
            return self.root(self._text(base))
        if exponent < 0:
            below = ["^", base, -exponent] if exponent != -1 else base
            return self.fraction(self.digits("1"), self._in(below, PRODUCT, True), False)
        power = str(Fraction(exponent).limit_denominator(1000))
        if isinstance(base, list) and base[0] not in ("+", "*", "^", "matmul", "matmul_t", "spread", *_BRACKETED):
            name, *inner = base
            return self.call(
                self.raised(self.operator(_NAMES.get(str(name), str(name))), power), list(map(self._text, inner))
            )
        text = self._in(base, POWER, False)
        opened = isinstance(base, list) and base[0] in ("sum", "logsumexp")  # Σ(h)² would be the sum of the squares
        return self.raised(self.bracketed(text) if opened else text, power)

    # Leaves.

    def _name(self, name: str) -> str:
        if name.startswith("#"):
            return self.name(Label("size", name[1:], None))
        if name.startswith("~"):
            return self._arriving(name[2:])
        if name.endswith("[T-1]"):
            return f"{self.name(Label('value', name.removesuffix('[T-1]'), 0))}[T{self.minus}1]"
        early = name.removesuffix("[-1]")
        plain = early.removesuffix("[t-1]")
        lag = (early != name) + (plain != early)
        if is_gradient(self._cell, name):
            return self.name(Label("gradient", plain[1:], 0), self._shift)
        return self.name(Label("value", plain, None if plain in self._cell.parameters else lag), self._shift)

    def _arriving(self, name: str) -> str:
        """The gradient that reaches a step from outside, which has no letter: what it is the sum of."""
        shift = self._shift
        text = self.gradient(name, [c for c in self._gradients[name] if c[0]], shift)
        self._shift = shift
        return self.bracketed(text) if " " in text else text

    def _number(self, number: float) -> str:
        p, q = _ratio(number)
        return self.digits(p) if q == 1 else self.number(p, str(q))

    def _part(self, vector: Expression, k: int, join: list[Expression]) -> str:
        names = [a.removesuffix("[t-1]") if isinstance(a, str) else "" for a in join]
        return self.part(self._text(vector), names[k] if names[k] and names.count(names[k]) == 1 else str(k + 1))

    def _scalar(self, expression: Expression) -> bool:
        """Whether it is one number."""
        return size(self._cell, expression) == SCALAR


def _inverse(factor: Expression) -> bool:
    return isinstance(factor, list) and factor[0] == "^" and factor[2] < 0


def _ratio(number: float) -> tuple[str, int]:
    """A number as p/q, or as a decimal over 1, where that is clearer than a fraction: 0.9, but 1/2."""
    near, decimal = Fraction(number).limit_denominator(1000), f"{number:g}"
    exact = float(near) == number
    if not exact or (near.denominator > 4 and Fraction(decimal) == near):
        return decimal, 1
    return str(near.numerator), near.denominator
