"""The formats beside Unicode: ASCII in the language of cell files, and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr

from ..calculus.labels import Label
from .formulas import POWER, PRODUCT, Formulas
from .mathml import MathML
from .notation import GREEK
from .typst import Typst


class Text(Formulas):
    """ASCII, in the language of cell files."""

    minus, times, dot, delta, transpose, pi = "-", " * ", " * ", "d", ".T", "pi"
    ones, arrow, rho, ellipsis = "ones", " -> ", "rho", "..."
    multiply = " * "
    raises_names = False
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
        return f"{self._in(left, PRODUCT, True)} @ {self.transposed(self._in(right, POWER, True))}"

    def letter(self, word: str) -> str:
        return word

    def scientific(self, mantissa: str, exponent: int) -> str:
        return f"{mantissa}e{exponent}"

    def derivative(self, of: str, by: str, total: bool = False) -> str:
        return f"d{of}/d{by}"

    def over_time(self, term: str) -> str:
        return f"sum_t {term}"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}**({exponent})" if "/" in exponent else f"{base}**{exponent}"

    def root(self, inside: str) -> str:
        return f"sqrt({inside})"

    def product(self, matrix: str, operand: str) -> str:
        return f"{matrix} @ {operand}"

    def absolute(self, inside: str) -> str:
        return f"abs({inside})"

    def indicator(self, inside: str) -> str:
        return f"({inside} > 0)"

    def concatenation(self, parts: list[str]) -> str:
        return self.call("concat", parts)

    def part(self, vector: str, which: str) -> str:
        return f"({vector})[{which}]"


class Latex(Formulas):
    """LaTeX, for maths mode; every index is written out."""

    minus, times, dot, delta, transpose, pi = "-", r" \odot ", r" \, ", r"\delta ", r"^{\top}", r"\pi"
    every_index = True
    brackets, ones, ellipsis = (r"\left(", r"\right)"), r"\mathbf{1}", r"\cdots"
    apart, arrow, rho = r" \, ", r" \to ", r"\rho"
    multiply, cross = r" \cdot ", r" \times "
    bar = True
    names: Mapping[str, str] = {
        "sigmoid": r"\sigma", "maximum": r"\max", "tanh": r"\tanh", "exp": r"\exp", "log": r"\log",
        "Total": r"\textstyle\sum ", "Mean": r"\operatorname{mean}", "Softmax": r"\operatorname{softmax}",
        "LogSumExp": r"\log\textstyle\sum\exp ",
    }  # fmt: skip

    def name(self, label: Label, shift: int = 0) -> str:
        stem, *parts = map(self.letter, label.name.split("_"))
        text = stem if len(stem) == 1 or stem[0] == "\\" else rf"\mathit{{{stem}}}"
        if label.lag is not None:
            offset = shift - label.lag
            parts.append("t" if offset == 0 else f"t{offset:+d}")
        below = ",".join(parts)
        text += f"_{below}" if len(below) == 1 else f"_{{{below}}}" if below else ""
        if label.kind == "loss":
            return self.loss_of_step(text)
        return self.delta + text if label.kind == "gradient" else text

    def letter(self, word: str) -> str:
        return rf"\{word.replace('lamda', 'lambda')}" if word in GREEK else word

    def derivative(self, of: str, by: str, total: bool = False) -> str:
        d = r"\mathrm{d}" if total else r"\partial"
        return rf"\frac{{{d} {of}}}{{{d} {by}}}"

    def abbreviation(self, k: int = 0) -> str:
        return rf"{self.rho}_{{{k}}}" if k > 9 else super().abbreviation(k)

    def over_time(self, term: str) -> str:
        return rf"\sum_t {term}"

    def pieces(self, addends: Sequence[tuple[str, str]]) -> list[str]:
        # With nothing before it a sign would stand close to its term, as that of a number.
        first, *rest = super().pieces(addends)
        return [first, *(f"{{}} {piece}" for piece in rest)]

    def fraction(self, above: str, below: str, several: bool) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def number(self, p: str, q: str) -> str:
        sign = "-" if p.startswith("-") else ""
        return rf"{sign}\tfrac{{{p.lstrip('-')}}}{{{q}}}"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def root(self, inside: str) -> str:
        return rf"\sqrt{{{inside}}}"

    def operator(self, name: str) -> str:
        return self.names.get(name, rf"\operatorname{{{name}}}")

    def call(self, name: str, arguments: list[str]) -> str:
        return rf"{name}\left({', '.join(arguments)}\right)"

    def absolute(self, inside: str) -> str:
        return rf"\left|{inside}\right|"

    def indicator(self, inside: str) -> str:
        return rf"\left[{inside} > 0\right]"

    def concatenation(self, parts: list[str]) -> str:
        return rf"\left[{'; '.join(parts)}\right]"

    def part(self, vector: str, which: str) -> str:
        return rf"\left[{vector}\right]_{{{which}}}"


#: The writer of formulas of every format.
FORMATS: Mapping[str, type[Formulas]] = {
    "unicode": Formulas, "text": Text, "markdown": Latex, "latex": Latex, "html": MathML, "typst": Typst, "pdf": Typst,
}  # fmt: skip
