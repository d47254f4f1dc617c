"""A bias is a weight of an input that is always 1: added within the product, its gradient a column of the matrix's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Add, Expr, Symbol
from sympy.core.parameters import distribute

from ...calculus.symbols import Times, gradient, label, value
from ...cells import SCALAR, Size
from .program import Piece, Program, Statement, Weight, fresh, varies


@dataclass(frozen=True)
class _Affine:
    """W x + b, a part of a statement before the loop."""

    statement: Statement
    product: Expr
    bias: Symbol
    weight: Weight


def widen(program: Program) -> Program:
    """W x + b becomes (W b) (x 1) where every product with an input x has a bias beside it, before the loop."""
    for name in program.cell.inputs:
        found = list(_affine(program, value(name, 0)))
        if found and len(found) == sum(label(w.operand).name == name for w in program.weights):
            program = _widened(program, value(name, 0), found)
    return program


def _affine(program: Program, x: Symbol) -> Iterator[_Affine]:
    for s in program.section("early"):
        addends = Add.make_args(s.expression)
        products = [a for a in addends if isinstance(a, Times) and a.args[1] == x]
        biases = [a for a in addends if a.is_Symbol and not varies(a) and program.system.size(a) != SCALAR]
        delta = program.deltas.get(s.target, gradient(s.name))
        for w in program.weights if len(products) == 1 and biases else ():
            mine = label(products[0].args[0]).name == w.parameter and (w.operand, w.delta) == (x, delta)
            if mine and (label(biases[0]).name, delta) in program.sums:
                yield _Affine(s, products[0], biases[0], w)


def _widened(program: Program, x: Symbol, found: list[_Affine]) -> Program:
    name = fresh(f"{label(x).name}_one", (*program.sizes, *program.cell.shapes))
    wide, width = value(name, 0), Size.total((program.system.size(x), SCALAR))
    shapes, pieces = dict(program.cell.shapes), dict(program.pieces)
    weights, sums, changed = list(program.weights), list(program.sums), dict[Symbol, Statement]()
    for a in found:
        matrix, bias = a.weight.parameter, label(a.bias).name
        both = f"{matrix}+{bias}"
        shapes[both] = (shapes[matrix][0], width)
        pieces[both] = Piece(matrix, beside=bias)
        weights[weights.index(a.weight)] = replace(a.weight, parameter=both, operand=wide)
        sums.remove((bias, a.weight.delta))
        rest = [e for e in Add.make_args(a.statement.expression) if e not in (a.product, a.bias)]
        with distribute(False):
            changed[a.statement.target] = replace(a.statement, expression=Add(Times(value(both, None), wide), *rest))
    made = replace(
        program,
        cell=replace(program.cell, shapes=shapes),
        pieces=pieces,
        sizes={**program.sizes, name: width},
        weights=tuple(weights),
        sums=tuple(sums),
        widened={**program.widened, wide: x},
    )
    return made.with_sections(early=[changed.get(s.target, s) for s in program.section("early")])
