"""Derivation -> a program for a sceptic: every equation written out beside what is derived from it, for SymPy alone.

The program differentiates with SymPy what the cell's author wrote, number by number, and compares. It imports nothing
of ours, so that whoever doubts the derivation has to trust a page of Python and SymPy's diff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..calculus.backward import Backward, Term
from ..calculus.labels import Label
from ..calculus.proof.claims import gradients, is_unit, value
from ..calculus.proof.forward import forward
from ..calculus.proof.vectors import Dual, DualMatrix, plain
from ..cells import Equation
from ..cells import tree as t
from ..version import __version__
from .reference import environment
from .scalars import ZERO, Program, Scalar, ScalarMatrix, Scalars

#: Function -> its derivative, as it stands in the program: y is the function's value, a and b its arguments.
SLOPES = {
    "sigmoid": "y*(1 - y)",
    "tanh": "1 - y**2",
    "exp": "y",
    "log": "1/a",
    "softplus": "sigmoid(a)",
    "erf": "2/sqrt(pi)*exp(-a**2)",
    "relu": "step(a)",
    "abs": "sign(a)",
    "maximum": "step(a - b), 1 - step(a - b)",
}
#: What a slope, a softmax or a logsumexp needs beside itself.
_NEEDS = {
    "softplus": ("sigmoid",), "erf": ("exp",), "relu": ("step",), "abs": ("sign",), "maximum": ("step",),
    "softmax": ("exp",), "logsumexp": ("exp", "log"),
}  # fmt: skip
#: What a name is -> how it begins in the program, where it cannot clash with one of Python's or SymPy's.
_PREFIXES = {("value", None): "par", ("value", 0): "now", ("value", 1): "old", ("gradient", 0): "d"}


@dataclass(frozen=True)
class Statement:
    """An equation in the program: what it computes, its gradient, its elements, (number read, what is derived).

    All are texts of Python.
    """

    source: str
    own: str
    delta: str
    elements: tuple[Scalar, ...]
    claims: tuple[tuple[Scalar, Scalar], ...]


def certificate(backward: Backward) -> str:
    """The program. Its sizes are 3 and 2, in turn."""
    page = _Page(backward, Program({letter: 3 - k % 2 for k, letter in enumerate(backward.cell.sizes)}))
    statements = [page.statement(e) for e in backward.cell.equations]
    used = set(page.do.used)
    for name in sorted(page.do.used):
        used.update(_NEEDS.get(name, ()))
    return (
        environment()
        .get_template("certificate.py.jinja")
        .render(
            cell=backward.cell,
            version=__version__,
            statements=statements,
            names=page.declared,
            slopes={name: slope for name, slope in SLOPES.items() if name in used},
            used=used,
            sizes=", ".join(f"{letter} = {n}" for letter, n in page.do.sizes.items()),
        )
    )


class _Page:
    """What names stand for in the program, and those that it has to declare: name -> the call that makes it."""

    def __init__(self, backward: Backward, do: Program) -> None:
        self.backward, self.do = backward, do
        self.declared: dict[str, str] = {}
        self.own: dict[str, Scalars] = {}
        self.arriving: dict[str, Scalars] = {}

    def statement(self, equation: Equation) -> Statement:
        """An equation and what is derived from it; its pre-activation is put in, and has no name here."""
        name, (*inner, _) = equation.name, self.backward.system.lines_of(equation)
        unit = is_unit(self.backward, self.backward.gradient(name))
        self.arriving = {name: self.do.number(Fraction(1))} if unit else {}
        self.own = {line.name: value(line.expression, self, self.do) for line in inner}
        for line in inner:
            terms = (value(term.expression, self, self.do) for term in self.backward.gradient(line.name).terms)
            self.arriving[line.name] = sum(terms, self.do.number(Fraction(0)))
        claims: dict[Scalar, Scalar] = {}
        for g in gradients(self.backward):
            for term in g.terms if g.name not in self.own else ():
                if term.line.of.name == name:
                    for read, claim in self._claims(g.name, term):
                        claims[read] = claims.get(read, ZERO) + claim
        return Statement(
            repr(equation.source),
            self._variable("value", name, 0),
            "[1]" if unit else self._variable("gradient", name, 0),
            tuple(forward(equation.expression, self, self.do).value.elements),
            tuple(claims.items()),
        )

    def _claims(self, name: str, term: Term) -> Iterator[tuple[Scalar, Scalar]]:
        """The numbers of what is read, each with what the term says for it."""
        found, read = value(term.expression, self, self.do), t.Read(term.line.of.place, name, term.edge.source.lag)
        if term.edge.operand is None:
            reads = self.vector(read).value
            yield from zip(reads.elements, self.do.spread(found, reads.size).elements, strict=True)
            return
        sides = (found.elements, value(term.edge.operand, self, self.do).elements)
        left, right = sides[::-1] if term.edge.transposed else sides
        for row, a in zip(self._entries(name), left, strict=True):
            yield from ((w, a * b) for w, b in zip(row, right, strict=True))

    # What names stand for.

    def vector(self, read: t.Read) -> Dual[Scalars]:
        """What an equation reads."""
        return Dual(self._numbers("value", read.name, read.lag))

    def matrix(self, name: str) -> DualMatrix[Scalars]:
        """A parameter matrix."""
        rows, columns = map(plain, self.backward.cell.shapes[name])
        return DualMatrix(ScalarMatrix(self._entries(name), (rows, columns)))

    def _entries(self, name: str) -> list[list[Scalar]]:
        height, width = (size.value(self.do.sizes) for size in self.backward.cell.shapes[name])
        self.declared[f"par_{name}"] = f"matrix({name!r}, {height}, {width})"
        return [[Scalar(f"par_{name}[{i}][{j}]") for j in range(width)] for i in range(height)]

    def symbol(self, label: Label) -> Scalars:
        """What a symbol of a formula stands for."""
        meaning = self.arriving if label.kind == "gradient" else self.own if label.lag == 0 else {}
        return meaning[label.name] if label.name in meaning else self._numbers(*label)

    def _numbers(self, kind: str, name: str, lag: int | None) -> Scalars:
        variable = self._variable(kind, name, lag)
        size = plain(self.backward.system.size_of_name(name))
        return Scalars([Scalar(f"{variable}[{k}]") for k in range(size.value(self.do.sizes))], size)

    def _variable(self, kind: str, name: str, lag: int | None) -> str:
        variable = f"{_PREFIXES[kind, lag]}_{name}"
        shown = f"d{name}" if kind == "gradient" else name if lag is None else f"{name}[t-1]" if lag else f"{name}[t]"
        width = self.backward.system.size_of_name(name).value(self.do.sizes)
        self.declared[variable] = f"numbers({shown!r}, {width})"
        return variable
