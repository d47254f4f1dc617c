"""Normal form: cut what multiplies a concatenation, factor sums, and name what mixes elements or nests.

After it a right-hand side is one of: a sum of products W v of named v (each standing alone, with no number) and an
elementwise rest; one function, sum or mean of an elementwise expression; one atom of names; such an expression itself.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from sympy import Add, Expr, Function, Symbol, collect, expand
from sympy.core.parameters import distribute

from ...calculus.symbols import Atom, Join, Mean, Times, Total, TransposedTimes, label, value
from ...calculus.system import system
from ...cells import Cell, Size
from .program import Piece, Program, Section, Statement, fresh, title, varies


def start(cell: Cell) -> Program:
    """One step of the cell as its file has it."""
    lines = system(cell)
    statements = tuple(Statement(line.symbol, line.expression, line.of) for line in lines.lines)
    return Program(cell, (Section("forward", statements),), dict(lines.sizes), {})


def cut_joins(program: Program) -> Program:
    """W concat(v, w) becomes W₁ v + W₂ w, with pieces of W: what is joined need not be moved together."""
    pieces, shapes = dict(program.pieces), dict(program.cell.shapes)

    def cut(e: Expr) -> Expr:
        if not e.args:
            return e
        e = e.func(*map(cut, e.args))
        if not (isinstance(e, (Times, TransposedTimes)) and isinstance(e.args[1], Join)):
            return e
        parameter, axis = label(e.args[0]).name, int(isinstance(e, Times))
        parts = _flat(e.args[1])
        inner = replace(program, cell=replace(program.cell, shapes=shapes))  # a part may hold pieces itself
        sizes = [inner.system.size(p) for p in parts]
        starts = [None, *accumulate(sizes, lambda a, b: Size.total((a, b)))]
        addends = []
        for k, (part, size) in enumerate(zip(parts, sizes, strict=True)):
            name = f"{parameter}.{k}"
            pieces[name] = Piece(parameter, axis, starts[k], size)
            shapes[name] = tuple(size if i == axis else s for i, s in enumerate(shapes[parameter]))
            number, vector = part.as_coeff_Mul()
            addends.append(number * e.func(value(name, None), vector))
        return Add(*addends)

    with distribute(False):
        statements = [replace(s, expression=cut(s.expression)) for s in program.section("forward")]
    made = replace(program, cell=replace(program.cell, shapes=shapes), pieces=pieces)
    return made.with_sections(forward=statements)


def _flat(join: Expr) -> list[Expr]:
    return [p for a in join.args for p in (_flat(a) if isinstance(a, Join) else [a])]


def factor(program: Program) -> Program:
    """z h + (1 - z) n becomes n + z (h - n): a sum is collected where that leaves fewer operations."""

    def factored(e: Expr) -> Expr:
        flat = not any(isinstance(a, Function) for a in e.atoms(Function)) and e.is_polynomial(*e.free_symbols)
        if not (e.is_Add and flat and any(a.is_Mul for a in e.args)):
            return e
        whole = expand(e)
        with distribute(False):
            forms = [e, *(collect(whole, s) for s in sorted(filter(varies, e.free_symbols), key=str))]
            return min(forms, key=operations)

    return program.with_sections(
        forward=[replace(s, expression=factored(s.expression)) for s in program.section("forward")]
    )


def operations(e: Expr) -> int:
    """How many calls an elementwise expression takes; a sign is that of a subtraction."""
    if e.is_Mul and e.args[0] == -1:
        return operations(-e)
    own = len(e.args) - 1 if e.is_Add or e.is_Mul else int(bool(e.args))
    return own + sum(map(operations, e.args[:1] if e.is_Pow else e.args))


def name_parts(program: Program) -> Program:
    """Name every operand, every product that is not an addend of a named sum, every nested function and atom."""
    names = _Names(program)
    with distribute(False):
        for s in program.section("forward"):
            names.add(s)
    return replace(program, sizes=names.sizes).with_sections(forward=names.statements)


class _Names:
    def __init__(self, program: Program) -> None:
        self.program, self.sizes = program, dict(program.sizes)
        self.named: dict[Expr, Symbol] = {}
        self.statements: list[Statement] = []
        self.now: Statement

    def add(self, statement: Statement) -> None:
        self.now = statement
        self.statements.append(replace(statement, expression=self._root(statement.expression)))

    def _root(self, e: Expr) -> Expr:
        if e.is_Add:
            return Add(*(self._product(a) if self._addend(a, e) else self._inner(a) for a in e.args))
        if isinstance(e, (Times, TransposedTimes)):
            return self._product(e)
        if isinstance(e, (Total, Mean)):
            return e.func(self._inner(e.args[0]))
        if isinstance(e, Atom):
            return e.func(*map(self._name, e.args))
        return e.func(*map(self._inner, e.args)) if isinstance(e, Function) else self._inner(e)

    def _addend(self, e: Expr, total: Expr) -> bool:
        return isinstance(e, (Times, TransposedTimes)) and bool(self._size(e) == self._size(total))

    def _size(self, e: Expr) -> Size:
        return replace(self.program, sizes=self.sizes).system.size(e)

    def _product(self, e: Expr) -> Expr:
        return e.func(e.args[0], self._name(e.args[1]))

    def _inner(self, e: Expr) -> Expr:
        """An elementwise expression of names."""
        linear = e.is_Add and any(self._addend(a, e) for a in e.args)
        if linear or isinstance(e, Function):
            return self._name(e)
        return e.func(*map(self._inner, e.args)) if e.args else e

    def _name(self, e: Expr) -> Expr:
        if e.is_Symbol and varies(e):
            return e
        if e not in self.named:
            made = self._root(e)
            name = fresh(title(e.func(*made.args)), (*self.sizes, *self.program.cell.shapes))
            self.sizes[name] = self._size(e)
            self.named[e] = value(name, 0)
            self.statements.append(Statement(self.named[e], made, self.now.of))
        return self.named[e]
