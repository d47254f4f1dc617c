"""The formats beside Unicode: ASCII in the language of cell files, and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr

from ..calculus.symbols import Label
from .formulas import POWER, PRODUCT, Formulas


class Text(Formulas):
    """ASCII, in the language of cell files."""

    minus, times, dot, delta, transpose, pi = "-", " * ", " * ", "d", ".T", "pi"
    names: Mapping[str, str] = {
        "maximum": "maximum",
        "absolute": "abs",
        "Softmax": "softmax",
        "Mean": "mean",
        "Total": "sum",
        "LogSumExp": "logsumexp",
    }

    def outer(self, left: Expr, right: Expr, positions: Mapping[Expr, int]) -> str:
        self._positions, self._shift = positions, 0
        return f"{self._in(left, PRODUCT, True)} @ {self._in(right, POWER, True)}.T"

    def loss(self, name: str) -> str:
        return f"dL/d{name}"

    def loss_of_step(self, name: str) -> str:
        return f"dL_t/d{name}"

    def over_time(self, term: str) -> str:
        return f"sum_t {term}"

    def power(self, exponent: Expr) -> str:
        return f"**{exponent}" if exponent.is_Integer else f"**({exponent})"

    def root(self, inside: str) -> str:
        return f"sqrt({inside})"

    def product(self, matrix: str, operand: str) -> str:
        return f"{matrix} @ {operand}"

    def _print_Pow(self, expression: Expr, rational: bool = False) -> str:
        base, exponent = expression.base, expression.exp
        if base.is_Function and exponent.is_Integer and exponent > 0:
            return self._in(base, POWER, True) + self.power(exponent)
        return super()._print_Pow(expression)

    def _print_absolute(self, expression: Expr) -> str:
        return f"abs({self._print(expression.args[0])})"

    def _print_step(self, expression: Expr) -> str:
        return f"({self._print(expression.args[0])} > 0)"

    def _print_Join(self, expression: Expr) -> str:
        return self.call("concat", [self._print(a) for a in expression.args])

    def part(self, vector: str, which: str) -> str:
        return f"({vector})[{which}]"

    def _print_Spread(self, expression: Expr) -> str:
        return f"{self._in(expression.args[0], PRODUCT, True)} * ones"


class Latex(Formulas):
    """LaTeX, for maths mode; every index is written out."""

    minus, times, dot, delta, transpose, pi = "-", r" \odot ", r" \, ", r"\delta ", r"^{\top}", r"\pi"
    brackets = (r"\left(", r"\right)")
    names: Mapping[str, str] = {
        "sigmoid": r"\sigma", "maximum": r"\max", "tanh": r"\tanh", "exp": r"\exp", "log": r"\log",
        "Total": r"\textstyle\sum ", "Mean": r"\operatorname{mean}", "Softmax": r"\operatorname{softmax}",
        "LogSumExp": r"\log\textstyle\sum\exp ",
    }  # fmt: skip

    def name(self, label: Label, shift: int = 0) -> str:
        stem, *parts = label.name.split("_")
        text = stem if len(stem) == 1 else rf"\mathit{{{stem}}}"
        if label.lag is not None:
            offset = shift - label.lag
            parts.append("t" if offset == 0 else f"t{offset:+d}")
        below = ",".join(parts)
        text += f"_{below}" if len(below) == 1 else f"_{{{below}}}" if below else ""
        if label.kind == "loss":
            return self.loss_of_step(text)
        return self.delta + text if label.kind == "gradient" else text

    def loss(self, name: str) -> str:
        return rf"\frac{{\partial L}}{{\partial {name}}}"

    def loss_of_step(self, name: str) -> str:
        return rf"\frac{{\partial L_t}}{{\partial {name}}}"

    def over_time(self, term: str) -> str:
        return rf"\sum_t {term}"

    def _below(self, number: int, factors: list[Expr]) -> str:
        # A fraction's bar encloses what stands below it.
        return str(self._print(factors[0])) if number == 1 and len(factors) == 1 else super()._below(number, factors)

    def fraction(self, above: str, below: str, several: bool) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def number(self, p: str, q: str) -> str:
        sign = "-" if p.startswith("-") else ""
        return rf"{sign}\tfrac{{{p.lstrip('-')}}}{{{q}}}"

    def power(self, exponent: Expr) -> str:
        return f"^{{{exponent}}}"

    def root(self, inside: str) -> str:
        return rf"\sqrt{{{inside}}}"

    def function(self, expression: Expr) -> str:
        kind = type(expression).__name__
        return self.names.get(kind, rf"\operatorname{{{kind}}}")

    def call(self, name: str, arguments: list[str]) -> str:
        return rf"{name}\left({', '.join(arguments)}\right)"

    def _print_absolute(self, expression: Expr) -> str:
        return rf"\left|{self._print(expression.args[0])}\right|"

    def _print_step(self, expression: Expr) -> str:
        return rf"\left[{self._print(expression.args[0])} > 0\right]"

    def _print_Join(self, expression: Expr) -> str:
        return rf"\left[{'; '.join(map(self._print, expression.args))}\right]"

    def part(self, vector: str, which: str) -> str:
        return rf"\left[{vector}\right]_{{{which}}}"

    def _print_Spread(self, expression: Expr) -> str:
        return rf"{self._in(expression.args[0], PRODUCT, True)} \, \mathbf{{1}}"


FORMATS: Mapping[str, type[Formulas]] = {"unicode": Formulas, "text": Text, "latex": Latex}
