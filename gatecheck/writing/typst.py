"""Formulas in the mathematical notation of Typst.

Signs are written as themselves (⊙, δ, ∑), so that the source can be read. A word of several letters is looked up by
Typst (in, dot, beta), and one that touches a bracket is called: so the words of others are quoted, and a space parts
every name from the bracket after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..calculus.labels import Label
from .formulas import Formulas


class Typst(Formulas):
    """Typst, for between dollar signs; every index is written out."""

    minus, dot, delta, transpose, apart = "-", " thin ", "δ ", "^top", " thin "
    ones, ellipsis = "bold(1)", "⋯"
    every_index = bar = True
    names: Mapping[str, str] = {
        "sigmoid": "σ", "maximum": "max", "tanh": "tanh", "exp": "exp", "log": "log", "Total": "inline(∑)",
        "Mean": 'op("mean")', "Softmax": 'op("softmax")', "LogSumExp": "log inline(∑) exp",
    }  # fmt: skip

    def name(self, label: Label, shift: int = 0) -> str:
        stem, *parts = map(self.letter, label.name.split("_"))
        below = list(map(_index, parts))
        if label.lag is not None:
            offset = shift - label.lag
            below.append("t" if offset == 0 else f"t{offset:+d}")
        text = stem if len(stem) == 1 else f'italic("{stem}")'
        if below:
            alone = len(below) == 1 and "+" not in below[0] and "-" not in below[0]
            text += f"_{below[0]}" if alone else f"_({','.join(below)})"
        if label.kind == "loss":
            return self.loss_of_step(text)
        return self.delta + text if label.kind == "gradient" else text

    def derivative(self, of: str, by: str, total: bool = False) -> str:
        d = "upright(d)" if total else "∂"
        return f"frac({d} {of}, {d} {by})"

    def over_time(self, term: str) -> str:
        return f"∑_t {term}"

    def pieces(self, addends: Sequence[tuple[str, str]]) -> list[str]:
        # With nothing before it a sign would stand close to its term, as that of a number.
        return [*super().pieces(addends[:1]), *(f"{sign} med {term}" for sign, term in addends[1:])]

    def number(self, p: str, q: str) -> str:
        sign = "-" if p.startswith("-") else ""
        return f"{sign}inline(frac({p.lstrip('-')}, {q}))"

    def fraction(self, above: str, below: str, several: bool) -> str:
        return f"frac({above}, {below})"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}" if exponent.isdigit() else rf"{base}^({exponent.replace('/', chr(92) + '/')})"

    def root(self, inside: str) -> str:
        return f"sqrt({inside})"

    def operator(self, name: str) -> str:
        return self.names.get(name, f'op("{name}")')

    def call(self, name: str, arguments: list[str]) -> str:
        return f"{name} ({', '.join(arguments)})"

    def absolute(self, inside: str) -> str:
        return f"abs({inside})"

    def part(self, vector: str, which: str) -> str:
        name = which if which.isdigit() else self.name(Label("value", which, None))
        return f"[{vector}]_({name})"


def _index(word: str) -> str:
    """A word or a number as an index: a single letter is set in italics, several are set upright."""
    return word if len(word) == 1 or word.isdigit() else f'"{word}"'
