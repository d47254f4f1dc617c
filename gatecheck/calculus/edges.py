"""Line -> Edges: how a quantity depends on each name it reads, as a product of factors.

An edge's Jacobian is the product of its factors from the reader inwards: n = tanh(W x + U (r ⊙ h')) depends on h'
by diag(1 - n²) · U · diag(r). The backward equations fold the transposed factors over δ; paths multiply them.
Each factor says both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sympy import Add, Expr, Function, Integer, Mul, Pow, Rational, Symbol
from sympy.core.parameters import distribute

from ..cells import SCALAR, Size
from .labels import Label
from .symbols import (
    Join,
    LogSumExp,
    Mean,
    Part,
    Placed,
    Softmax,
    Spread,
    Times,
    Total,
    TransposedTimes,
    label,
    outermost_atoms,
    symbol,
)
from .system import Line, System


@dataclass(frozen=True)
class Diagonal:
    """Elementwise multiplication: diag(value)."""

    value: Expr

    def pull(self, upstream: Expr) -> Expr:
        return upstream * self.value


@dataclass(frozen=True)
class Matrix:
    """A parameter matrix, or its transpose."""

    parameter: Symbol
    transposed: bool

    def pull(self, upstream: Expr) -> Expr:
        number, vector = upstream.as_coeff_Mul()
        return number * (Times if self.transposed else TransposedTimes)(self.parameter, vector)


@dataclass(frozen=True)
class Block:
    """The place of the k-th part in a concatenation."""

    k: int
    join: Expr

    def pull(self, upstream: Expr) -> Expr:
        return Part(upstream, Integer(self.k), self.join)


@dataclass(frozen=True)
class Cut:
    """The k-th part of a vector that is cut as a concatenation is."""

    k: int
    join: Expr

    def pull(self, upstream: Expr) -> Expr:
        return Placed(upstream, Integer(self.k), self.join)


@dataclass(frozen=True)
class Reduction:
    """A sum over a vector's elements; its transpose repeats a scalar.

    weighted: a vector stands beside it, as in sum(w ⊙ v); a scalar times that needs no repeating.
    """

    vector: Expr
    weighted: bool = False

    def pull(self, upstream: Expr) -> Expr:
        return upstream if self.weighted else Spread(upstream, self.vector)


@dataclass(frozen=True)
class Broadcast:
    """A scalar read as a vector; its transpose is a sum."""

    vector: Expr

    def pull(self, upstream: Expr) -> Expr:
        number, vector = upstream.as_coeff_Mul()
        return number * Total(vector)


@dataclass(frozen=True)
class SoftmaxJacobian:
    """diag(y) - y yᵀ, symmetric; y = softmax(…)."""

    y: Expr

    def pull(self, upstream: Expr) -> Expr:
        return self.y * (upstream - Total(upstream * self.y))


Factor = Diagonal | Matrix | Block | Cut | Reduction | Broadcast | SoftmaxJacobian
Kind = Literal["elementwise", "matrix", "reduction"]


def kind(factors: Iterable[Factor]) -> Kind:
    """What a product of factors is: elementwise where all are diagonal, else by whether it meets a matrix or a sum."""
    met = {type(factor) for factor in factors}
    return "elementwise" if met <= {Diagonal} else "matrix" if met & {Matrix, Block, Cut} else "reduction"


@dataclass(frozen=True)
class Edge:
    """How line `reader` depends on one name it reads.

    For a matrix parameter, `operand` is the vector that it multiplies, and the factors stop before the product.
    """

    reader: Line
    source: Label
    factors: tuple[Factor, ...]
    operand: Expr | None = None
    transposed: bool = False

    @property
    def kind(self) -> Kind:
        return kind(self.factors)

    def pull(self, upstream: Expr) -> Expr:
        """The term that this edge adds to the gradient of its source, given δ of its reader."""
        with distribute(False):
            for factor in self.factors:
                upstream = factor.pull(upstream)
        return upstream


def edges(system: System, line: Line) -> list[Edge]:
    """One edge per name that the line reads elementwise (parallel reads are summed), one per product that it reads."""
    with distribute(False):
        return list(_edges(system, line, line.expression, ()))


def _edges(system: System, line: Line, expression: Expr, head: tuple[Factor, ...]) -> Iterator[Edge]:
    # Stand-ins of fixed names: SymPy asks for the assumptions of every new symbol, which takes long.
    atoms = {atom: symbol("atom", str(k)) for k, atom in enumerate(outermost_atoms(expression))}
    hidden = {stand_in: atom for atom, stand_in in atoms.items()}
    flat = expression.xreplace(atoms)
    size = system.size(expression)
    order = sorted(flat.free_symbols, key=lambda s: line.positions.get(hidden.get(s, s), -1))
    for leaf in order:
        slope = _through_output(line, expression, _slope(flat, leaf).xreplace(hidden))
        if slope == 0:  # through sign or step: constant almost everywhere
            continue
        factors = _weighted(head, Diagonal(slope), system.size(slope)) if slope != 1 else head
        inner = hidden.get(leaf, leaf)
        if system.size(inner) == SCALAR != size:
            factors = (*factors, Broadcast(expression))
        if leaf in hidden:
            yield from _through(system, line, inner, factors)
        elif label(leaf).kind == "value":
            yield Edge(line, label(leaf), factors)


def _slope(expression: Expr, leaf: Symbol) -> Expr:
    """∂expression/∂leaf by the sum, product and chain rules; what is none of these is left to SymPy.

    SymPy's own `diff` asks for assumptions of every derivative, which takes several times as long as deriving.
    """
    if expression.is_Symbol or expression.is_Number:
        return Integer(expression == leaf)
    inner = [(k, slope) for k, a in enumerate(expression.args) if (slope := _slope(a, leaf)) != 0]
    match expression:
        case Add():
            return Add(*(slope for _, slope in inner))
        case Mul():
            return Add(*(Mul(*expression.args[:k], slope, *expression.args[k + 1 :]) for k, slope in inner))
        case Function():
            return Add(*(Mul(expression.fdiff(k + 1), slope) for k, slope in inner))
        case Pow(base=base, exp=power) if power.is_Number:
            return Add(*(Mul(power, base ** (power - 1), slope) for _, slope in inner))
    return expression.diff(leaf)


def _weighted(head: tuple[Factor, ...], slope: Diagonal, size: Size) -> tuple[Factor, ...]:
    if head and isinstance(head[-1], Reduction) and size != SCALAR:
        head = (*head[:-1], Reduction(head[-1].vector, weighted=True))
    return (*head, slope)


def _through(system: System, line: Line, atom: Expr, head: tuple[Factor, ...]) -> Iterator[Edge]:
    """The edges that pass through an atom."""
    match atom:
        case Times() | TransposedTimes():
            parameter, operand = atom.args
            transposed = isinstance(atom, TransposedTimes)
            yield Edge(line, label(parameter), head, operand, transposed)
            yield from _edges(system, line, operand, (*head, Matrix(parameter, transposed)))
        case Join():
            for k, part in enumerate(atom.args):
                yield from _edges(system, line, part, (*head, Block(k, atom)))
        case Part():
            vector, k, join = atom.args
            yield from _edges(system, line, vector, (*head, Cut(int(k), join)))
        case Total():
            yield from _edges(system, line, atom.args[0], (*head, Reduction(atom.args[0])))
        case Mean():
            share = Diagonal(1 / extent(system.size(atom.args[0])))
            yield from _edges(system, line, atom.args[0], (*head, share, Reduction(atom.args[0])))
        case LogSumExp():
            slope = Diagonal(Softmax(atom.args[0]))
            yield from _edges(system, line, atom.args[0], (*head, Reduction(atom.args[0], weighted=True), slope))
        case Softmax():
            y = line.symbol if line.expression == atom else atom
            yield from _edges(system, line, atom.args[0], (*head, SoftmaxJacobian(y)))


def extent(size: Size) -> Expr:
    """A size as a number: a symbol, or a sum of symbols."""
    return sum((n * (Integer(1) if name == "1" else symbol("size", name)) for name, n in size.terms), Integer(0))


def _through_output(line: Line, expression: Expr, slope: Expr) -> Expr:
    """Write a derivative by the output's name: f(1-f), 1-g², 1/(2s).

    Only where the root of the whole equation is one function or power. In h = o ⊙ tanh(c), 1-h² would be wrong.
    """
    root = line.expression
    if expression is not root or not (root.is_Function or root.is_Pow):
        return slope
    named = slope.xreplace({root: line.symbol})
    if root.is_Pow and root.exp != Rational(0):
        # 1/√a is a power of its own to SymPy: a^(-1/2) = s^(-1).
        power = (p for p in named.atoms(type(root)) if p.base == root.base and (p.exp / root.exp).is_Integer)
        named = named.xreplace({p: line.symbol ** (p.exp / root.exp) for p in power})
    return named
