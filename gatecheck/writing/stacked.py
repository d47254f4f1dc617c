"""A cell's lines in the arrays of a convention: each array is multiplied once, and the gates are parts of the result.

i = σ(W_i x + U_i h' + b_i) and its like become a = Wx x + Wh h' + b and i = σ(part of a). What follows backwards is
derived from these lines as from any others: the gradient of a is the gates' side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

from sympy import Add, Expr, Integer, preorder_traversal
from sympy.core.parameters import distribute

from ..calculus.backward import Backward, Term
from ..calculus.symbols import Join, Part, Placed, Times, gradient, label, value
from ..calculus.system import Line, System
from ..cells import Equation, Size
from ..cells.tree import Binary, Node, Product, Read
from ..conventions import Layout, Stack
from ..errors import Fault

#: A sum, and the name of the line that it stands in.
Sum: TypeAlias = tuple[str, Expr]


class Unlike(Exception):
    """A convention that cells are not written in as they are: its functions then stand around the plain ones."""


@dataclass(frozen=True)
class _Many:
    """An array of several parameters: what it multiplies (None where it is added), the sums, what each has of it."""

    stack: Stack
    operand: Expr | None
    sums: tuple[Sum, ...]
    units: tuple[Expr, ...]


def stacked(lines: System, wanted: Layout) -> System:
    """The lines in the arrays of the convention.

    What is not multiplied as a whole, as where r ⊙ h' is what one gate's part meets, is left apart: its parameters keep
    their names. Raises Unlike where arrays hold more than parameters one under the other.
    """
    if any(len(s.grid[0]) > 1 or not all(b.plain for b in s.blocks) for s in wanted.stacks):
        raise Unlike
    taken = {*lines.sizes, *lines.cell.inputs}
    if taken & {s.name for s in wanted.stacks}:
        raise Unlike
    with distribute(False):
        groups: dict[tuple[Sum, ...], list[_Many]] = {}
        for stack in wanted.stacks:
            found = _many(lines, stack) if len(stack.blocks) > 1 else None
            if found:
                groups.setdefault(found.sums, []).append(found)
        made = _Stacking(lines, wanted)
        for sums, arrays in groups.items():
            if any(a.operand is not None for a in arrays):
                made.together(sums, arrays)
        return made.system()


def left_apart(lines: System, wanted: Layout) -> list[Stack]:
    """The arrays whose parameters the lines read by their own names."""
    return [s for s in wanted.stacks if s.name not in lines.parameters]


def _many(lines: System, stack: Stack) -> _Many | None:
    """Where the parameters of an array are read; None unless each is read once, in a sum, and all with one vector."""
    sums, units = list[Sum](), list[Expr]()
    for name in (b.parameter for b in stack.blocks):
        unit: Expr = value(name, None)
        read = _readers(lines, unit)
        if len(read) == 1 and isinstance(read[0][1], Times):
            unit = read[0][1]
            read = _readers(lines, unit)
        if len(read) != 1 or not (read[0][1].is_Add or read[0][1] == unit):
            return None
        sums.append(read[0])
        units.append(unit)
    operands = {u.args[1] if isinstance(u, Times) else None for u in units}
    operand = operands.pop()
    given = {*(value(n, 0) for n in lines.cell.inputs), *(value(n, 1) for n in lines.cell.lagged), None}
    if operands or operand not in given or len(set(sums)) < len(sums):
        return None
    return _Many(stack, operand, tuple(sums), tuple(units))


def _readers(lines: System, e: Expr) -> list[Sum]:
    """Where an expression is an argument, or all of a line."""
    return [
        (line.name, reader)
        for line in lines.lines
        for reader in preorder_traversal(line.expression)
        if e in reader.args or reader == e == line.expression
    ]


class _Stacking:
    def __init__(self, lines: System, wanted: Layout) -> None:
        self.lines, self.wanted = lines, wanted
        self.sizes = dict(lines.sizes)
        self.shapes = dict(lines.cell.shapes)
        self.shapes.update({s.name: tuple(map(Size.total, s.sizes))[: 1 if s.vectors else 2] for s in wanted.stacks})
        self.products: list[tuple[Equation, Line]] = []
        self.parts: dict[Sum, list[Line]] = {}
        self.multiplied = {s.name for s in wanted.stacks if len(s.blocks) == 1}  # as a whole
        self.units: dict[str, set[Expr]] = {}  # by part: what it takes the place of
        self.taken = {*self.sizes, *self.shapes, *lines.cell.sizes}
        self.taken |= {f"d{n}" for n in self.taken}

    def together(self, sums: tuple[Sum, ...], arrays: list[_Many]) -> None:
        """One sum of what arrays give, for sums that read all of them."""
        self.multiplied |= {a.stack.name for a in arrays}
        operands = [a.operand for a in arrays if a.operand is not None]
        first = self.lines.line(sums[0][0])
        arrays = sorted(arrays, key=lambda a: first.positions.get(a.units[0], 0))
        whole = all(self._whole(at, arrays, k) for k, at in enumerate(sums))
        total = self._fresh("a" if whole else f"a_{label(operands[0]).name}")
        addends = [value(a.stack.name, None) if a.operand is None else Times(value(a.stack.name, None), a.operand)
                   for a in arrays]  # fmt: skip
        positions = {e: k for k, a in enumerate(addends) for e in (a, *a.args)}
        self.sizes[total] = self.shapes[arrays[0].stack.name][0]
        of = _equation(total, arrays, first.of)
        self.products.append((of, Line(total, of, Add(*addends), positions)))
        names = [self._part(at, operands[0], whole) for at in sums]
        self.sizes |= {name: self.lines.size(unit) for name, unit in zip(names, arrays[0].units, strict=True)}
        join = Join(*(value(n, 0) for n in names))
        for k, (at, name) in enumerate(zip(sums, names, strict=True)):
            line = self.lines.line(at[0])
            part = Part(value(total, 0), Integer(k), join)
            self.parts.setdefault(at, []).append(Line(name, line.of, part, {}))
            self.units[name] = {a.units[k] for a in arrays}

    def _whole(self, at: Sum, arrays: list[_Many], k: int) -> bool:
        """Whether a line is no more than what arrays give."""
        name, e = at
        return e == self.lines.line(name).expression and set(Add.make_args(e)) <= {a.units[k] for a in arrays}

    def _part(self, at: Sum, operand: Expr, whole: bool) -> str:
        line = self.lines.line(at[0])
        return line.name if whole else self._fresh(f"{label(operand).name}_{line.of.name}")

    def _fresh(self, wanted: str) -> str:
        names = (f"{wanted}{k}" if k > 1 else wanted for k in range(1, 1000))
        name = next(n for n in names if not {n, f"d{n}"} & self.taken)
        self.taken |= {name, f"d{name}"}
        return name

    def system(self) -> System:
        """The lines with all that was gathered; parameters by the names of the arrays."""
        cell = replace(self.lines.cell, shapes=self.shapes,
                       equations=(*(of for of, _ in self.products), *self.lines.cell.equations))  # fmt: skip
        found = [line for _, line in self.products]
        names = dict[Expr, Expr]()
        for b, stack in ((b, s) for s in self.wanted.stacks for b in s.blocks if len(s.blocks) == 1):
            own = value(b.parameter, None)
            names[own] = Add(names[own], value(stack.name, None)) if own in names else value(stack.name, None)
        names |= {value(n, None): Integer(0) for n in self.wanted.zero}
        for line in self.lines.lines:
            found += self._rewritten(line, names)
        known = {label(s).name for line in found for s in line.expression.free_symbols if label(s).lag is None}
        read = [[s.name] if s.name in self.multiplied else list(s.parameters) for s in self.wanted.stacks]
        arrays = tuple(name for names in read for name in names)
        if known - {*arrays, *cell.sizes} or len(set(arrays)) < len(arrays):
            raise Unlike
        return System(cell, tuple(found), self.sizes, arrays)

    def _rewritten(self, line: Line, names: dict[Expr, Expr]) -> Iterator[Line]:
        expression, positions = line.expression, dict(line.positions)
        here = sorted((at for at in self.parts if at[0] == line.name), key=lambda at: -at[1].count_ops())
        for at in here:  # a sum before those within it
            parts = self.parts[at]
            yield from parts
            if parts[0].name == line.name:
                return
            gone = set[Expr]().union(*(self.units[p.name] for p in parts))
            positions |= {p.symbol: min(positions.get(u, 0) for u in self.units[p.name]) for p in parts}
            rest = [a for a in Add.make_args(at[1]) if a not in gone]
            made = {at[1]: Add(*(p.symbol for p in parts), *rest)}
            expression = expression.xreplace(made)
            positions |= {e.xreplace(made): k for e, k in positions.items()}
        renamed = expression.xreplace(names)
        positions |= {e.xreplace(names): k for e, k in positions.items()}
        positions |= {s: positions[e] for e, new in names.items() if e in positions for s in new.free_symbols}
        yield replace(line, expression=renamed, positions=positions)


def _equation(name: str, arrays: list[_Many], like: Equation) -> Equation:
    """The sum as an author would write it."""

    def node(a: _Many) -> Node:
        read = Read(like.place, a.stack.name, None)
        if a.operand is None:
            return read
        tag = label(a.operand)
        return Product(like.place, read, False, Read(like.place, tag.name, tag.lag))

    nodes = [node(a) for a in arrays]
    whole = reduce(lambda left, right: Binary(like.place, "+", left, right), nodes)
    words = " + ".join(f"{n.matrix} @ {n.operand}" if isinstance(n, Product) else str(n) for n in nodes)
    return Equation(name, whole, f"{name}[t] = {words}", "", like.place)


def in_parts(terms: Sequence[Term]) -> bool:
    """Whether what reads a quantity are its parts, each by a name of its own."""
    return bool(terms) and all(isinstance(t.expression, Placed) for t in terms)


def same(backward: Backward) -> dict[Expr, Expr]:
    """The gradients of parts of vectors that are another gradient as it is: they need no name."""
    found = {g.name: g.terms[0].expression for g in backward.quantities if len(g.terms) == 1}
    parts = {line.name for line in backward.system.lines if isinstance(line.expression, Part)}
    return {gradient(n): e for n, e in found.items() if n in parts and e.is_Symbol}


def joined(terms: Iterable[Term], known: Mapping[Expr, Expr]) -> Iterable[Term]:
    """The terms; those that fill a vector part by part are one, a concatenation."""
    found = list(terms)
    if not in_parts(found):
        return found
    parts = {int(t.expression.args[1]): t.expression.args[0] for t in found}
    last, join = found[-1], found[-1].expression.args[2]
    if len(found) != len(join.args) or len(parts) != len(found):
        raise Fault(f"of {last.edge.source.name} not every part is read once")
    return [replace(last, expression=Join(*(parts[k].xreplace(known) for k in range(len(parts)))))]
