"""MathML Core: formulas as elements, for pages that are read without a script.

A piece is a row of elements, which every place that holds exactly one of them wraps in an mrow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import ascii_lowercase, ascii_uppercase

from ..calculus.labels import Label
from .formulas import Formulas

#: Characters that are heard and not seen: the application of a function, and a product.
_APPLY, _TIMES = "<mo>\u2061</mo>", "<mo>\u2062</mo>"
#: Letters of Mathematical Italic: the italic h is older than the others and stands elsewhere.
_ITALIC = {ord(c): 0x1D434 + k for k, c in enumerate(ascii_uppercase)}
_ITALIC |= {ord(c): 0x1D44E + k for k, c in enumerate(ascii_lowercase)} | {ord("h"): 0x210E}
#: As they are set in indices and exponents: closely.
_COMMA, _SLASH = '<mo rspace="0">,</mo>', '<mo lspace="0" rspace="0">/</mo>'
_TAG = re.compile(r"<(/?)[a-z]+[^>]*>")
_SUBSCRIPT = re.compile(r"<msub( class=\"matrix\")?>(.*)</msub>")


def mi(name: str) -> str:
    """A name in italics, as one letter alone is set by itself."""
    return f"<mi>{name}</mi>" if len(name) == 1 else f"<mi>{name.translate(_ITALIC)}</mi>"


def row(*pieces: str) -> str:
    """One element that holds the pieces."""
    inside = "".join(pieces)
    return inside if _single(inside) else f"<mrow>{inside}</mrow>"


def _single(piece: str) -> bool:
    """Whether a piece is one element."""
    depth = 0
    for tag in _TAG.finditer(piece):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end() == len(piece)
    return False


def fenced(left: str, inside: str, right: str) -> str:
    """Something in brackets, which grow where it is high."""
    still = "" if re.search("<m(frac|sqrt|under)", inside) else ' stretchy="false"'
    return f'<mrow><mo{still} form="prefix">{left}</mo>{inside}<mo{still} form="postfix">{right}</mo></mrow>'


def infix(sign: str) -> str:
    """A sign between two terms, wherever it stands in its row."""
    return f'<mo form="infix">{sign}</mo>'


def prefix(sign: str) -> str:
    """A sign before a term, wherever it stands in its row."""
    return f'<mo form="prefix">{sign}</mo>'


class MathML(Formulas):
    """MathML Core, for the inside of a <math>; every index is written out. Matrices have the class `matrix`."""

    times, dot, pi, ones, identity = "<mo>⊙</mo>", '<mo rspace="0.1667em">\u2062</mo>', mi("π"), "<mn>𝟏</mn>", mi("I")
    delta, transpose, apart, arrow, rho = mi("δ"), mi("⊤"), dot, "<mo>→</mo>", mi("ρ")
    every_index, ellipsis, multiply, cross = True, "<mo>⋯</mo>", "<mo>·</mo>", "<mo>×</mo>"
    losses = mi("L"), f"<msub>{mi('L')}{mi('t')}</msub>"
    bar = True
    names: Mapping[str, str] = {
        "sigmoid": mi("σ"), "maximum": "<mi>max</mi>", "Softmax": "<mi>softmax</mi>", "Mean": "<mi>mean</mi>",
        "Total": "<mo>∑</mo>", "LogSumExp": "<mrow><mi>log</mi><mo>∑</mo><mi>exp</mi></mrow>",
    }  # fmt: skip

    def name(self, label: Label, shift: int = 0) -> str:
        stem, *parts = map(self.letter, label.name.split("_"))
        below = [f"<mn>{part}</mn>" if part.isdigit() else mi(part) for part in parts]
        if label.lag is not None:
            below.append(_step(shift - label.lag))
        matrix = len(self.system.cell.shapes.get(label.name, ())) == 2
        text = mi(stem)
        if below:
            text = f"<msub>{text}{row(_COMMA.join(below))}</msub>"
        if matrix:
            text = text.replace(">", ' class="matrix">', 1)
        if label.kind == "loss":
            return self.loss_of_step(text)
        return row(self.delta, text) if label.kind == "gradient" else text

    def derivative(self, of: str, by: str, total: bool = False) -> str:
        d = '<mi mathvariant="normal">d</mi>' if total else mi("∂")
        return f"<mfrac>{row(d, of)}{row(d, by)}</mfrac>"

    def over_time(self, term: str) -> str:
        return f"<munder><mo>∑</mo>{mi('t')}</munder>{term}"

    def abbreviation(self, k: int = 0) -> str:
        return f"<msub>{self.rho}<mn>{k}</mn></msub>" if k else self.rho

    def number(self, p: str, q: str) -> str:
        size = f"<mfrac>{self.digits(p.lstrip('-'))}{self.digits(q)}</mfrac>"
        return self.negated(size) if p.startswith("-") else size

    def digits(self, text: str) -> str:
        if text.startswith("-"):
            return self.negated(self.digits(text[1:]))
        return super().digits(text) if "e" in text else f"<mn>{text}</mn>"

    def sum(self, addends: Sequence[tuple[str, str]]) -> str:
        (sign, first), *rest = addends
        lead = first if sign == "+" else self.negated(first)
        return lead + "".join(f"{infix(s)}{term}" for s, term in rest)

    def pieces(self, addends: Sequence[tuple[str, str]]) -> list[str]:
        (sign, first), *rest = addends
        return [first if sign == "+" else self.negated(first), *(f"{infix(s)}{term}" for s, term in rest)]

    def equation(self, left: str, right: str) -> str:
        return f"{left}{infix('=')}{right}"

    def negated(self, term: str) -> str:
        return prefix(self.minus) + term

    def bracketed(self, inside: str) -> str:
        return fenced("(", inside, ")")

    def product(self, matrix: str, operand: str) -> str:
        return f"{matrix}{_TIMES}{operand}"

    def fraction(self, above: str, below: str, several: bool) -> str:
        return f"<mfrac>{row(above)}{row(below)}</mfrac>"

    def raised(self, base: str, exponent: str) -> str:
        return _above(base, row(_SLASH.join(map(self.digits, exponent.split("/")))))

    def transposed(self, matrix: str) -> str:
        return _above(matrix, self.transpose)

    def root(self, inside: str) -> str:
        return f"<msqrt>{inside}</msqrt>"

    def operator(self, name: str) -> str:
        return self.names.get(name, f"<mi>{name}</mi>")

    def call(self, name: str, arguments: list[str]) -> str:
        return row(name, _APPLY, self.bracketed("<mo>,</mo>".join(arguments)))

    def absolute(self, inside: str) -> str:
        return fenced("|", inside, "|")

    def indicator(self, inside: str) -> str:
        return fenced("[", f"{inside}<mo>&gt;</mo><mn>0</mn>", "]")

    def concatenation(self, parts: list[str]) -> str:
        return fenced("[", "<mo>;</mo>".join(parts), "]")

    def part(self, vector: str, which: str) -> str:
        name = self.digits(which) if which.isdigit() else self.name(Label("value", which, None))
        return f"<msub>{fenced('[', vector, ']')}{name}</msub>"


def _step(offset: int) -> str:
    """t, t−1, t+1, set as closely as an index is."""
    sign = f'<mo lspace="0" rspace="0">{"+" if offset > 0 else "−"}</mo>'
    return row(mi("t"), sign, f"<mn>{abs(offset)}</mn>") if offset else mi("t")


def _above(base: str, script: str) -> str:
    """A superscript; above the subscript where the base has one."""
    inside = _SUBSCRIPT.fullmatch(base) if _single(base) else None
    return f"<msubsup{inside[1] or ''}>{inside[2]}{script}</msubsup>" if inside else f"<msup>{row(base)}{script}</msup>"
