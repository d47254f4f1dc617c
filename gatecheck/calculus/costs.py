"""What a cell costs, as polynomials in its sizes: parameters, what a step keeps, the operations of a step.

Counted as the equations stand, with nothing computed twice that has a name: a product W v of m rows and n columns is
m n multiply-adds. Its backward pass is two such products, Wᵀ δ and δ vᵀ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import prod

from sympy import Expr, Integer, expand

from ..cells import Cell
from .backward import Backward, differentiate
from .edges import extent
from .normal import normal
from .symbols import Atom, Join, LogSumExp, Mean, Part, Softmax, Spread, Times, Total, TransposedTimes, label
from .system import System


@dataclass(frozen=True)
class Cost:
    """products: multiply-adds of products with matrices; others: elementwise operations and the terms of sums."""

    products: Expr
    others: Expr


def parameters(cell: Cell) -> Expr:
    """How many numbers the parameters are."""
    return expand(sum((_filled(cell, name) for name in cell.parameters), Integer(0)))


def _filled(cell: Cell, parameter: str) -> Expr:
    return prod((extent(size) for size in cell.shapes[parameter]), start=Integer(1))


def numbers(system: System, values: Iterable[Expr]) -> Expr:
    """How many numbers some quantities are."""
    return expand(sum((extent(system.size(v)) for v in values), Integer(0)))


def forward(system: System) -> Cost:
    """One step forward, for one row of a batch."""
    products = {p: None for line in system.lines for p in _products(line.expression)}
    others = sum((_operations(system, line.expression, ()) for line in system.lines), Integer(0))
    return Cost(_multiplied(system, products), expand(others))


def backward(derived: Backward, kept: Collection[Expr]) -> Cost:
    """One step back, gradients of parameters and inputs included; forward products and what is kept are there."""
    found = differentiate(normal(derived.system), derived.loss)
    system, products, others = found.system, Integer(0), Integer(0)
    known = {*kept, *(p for line in system.lines for p in _products(line.expression))}
    for gradient in (*found.quantities, *found.inputs):
        size = extent(system.size_of_name(gradient.name))
        others += max(0, len(gradient.terms) + bool(gradient.loss) - 1) * size
        for term in gradient.terms:
            products += _multiplied(system, (p for p in _products(term.expression) if p not in known))
            others += _operations(system, term.expression, known)
    for gradient in found.parameters:
        for term in gradient.terms:
            others += _operations(system, term.expression, known)
            # Added to the share of the steps after it: of a matrix in the same multiply-add.
            if term.edge.operand is None:
                others += _filled(system.cell, gradient.name)
            else:
                products += _filled(system.cell, gradient.name)
    return Cost(expand(products), expand(others))


def _products(expression: Expr) -> list[Expr]:
    return sorted(expression.atoms(Times, TransposedTimes), key=str)


def _multiplied(system: System, products: Iterable[Expr]) -> Expr:
    shapes = (system.cell.shapes[label(p.args[0]).name] for p in products)
    return expand(sum((extent(rows) * extent(columns) for rows, columns in shapes), Integer(0)))


def _operations(system: System, expression: Expr, kept: Collection[Expr]) -> Expr:
    """The operations that are no products with matrices; signs are free, a division is one."""
    if expression in kept or not expression.args:
        return Integer(0)
    size = extent(system.size(expression))
    if expression.is_Mul:
        parts = [a.base if a.is_Pow and a.exp == -1 else a for a in expression.args if a != -1]
        own = (len(parts) - 1) * size
    else:
        parts = list(expression.args)
        own = _of_node(system, expression, size)
    return own + sum((_operations(system, part, kept) for part in parts), Integer(0))


def _of_node(system: System, expression: Expr, size: Expr) -> Expr:
    """The operations of the outermost function of an expression."""
    match expression:
        case Total() | Mean():
            return extent(system.size(expression.args[0]))
        case Softmax() | LogSumExp():  # exp, sum, and division or logarithm
            return 3 * extent(system.size(expression.args[0]))
        case Times() | TransposedTimes() | Join() | Part() | Spread() | Atom():
            return Integer(0)
    return (len(expression.args) - 1) * size if expression.is_Add else size
