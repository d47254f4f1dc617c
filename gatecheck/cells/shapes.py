"""Shapes by unification: every size is a declared one, or a variable that an equation closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import CellError, Place, Problem
from .cell import SCALAR, Shape, Size
from .reading import Assignment
from .tree import Apply, Binary, Concat, Node, Number, Power, Product, Read, Reduce, Softmax


@dataclass(eq=False)
class Variable:
    """A size that is not known yet: of whom, and where it was first met."""

    owner: str
    place: Place
    bound: Size | Variable | None = None


Extent = Size | Variable


def resolve(extent: Extent) -> Extent:
    """What an extent stands for at this moment."""
    while isinstance(extent, Variable) and extent.bound is not None:
        extent = extent.bound
    return extent


class Shapes:
    """The sizes of every name, while they are being found."""

    def __init__(self, declared: Mapping[str, Shape]) -> None:
        self.known: dict[str, tuple[Extent, ...]] = dict(declared)
        self.sums: list[tuple[Variable, tuple[Extent, ...], Place]] = []

    def infer(self, equations: list[Assignment]) -> dict[str, Shape]:
        """Every name's shape.

        Raises CellError where sizes do not fit, or where one stays open.
        """
        for equation in equations:
            found = self.extent(equation.expression)
            target = self._vector(Read(equation.place, equation.name, 0))
            self._same(target, found, equation.place, f"{equation.name}[t]", "its right-hand side")
            self._close_sums()
        self._close_sums()
        return {name: self._closed(name, shape) for name, shape in self.known.items()}

    def extent(self, node: Node) -> Extent:
        """The size of an expression."""
        match node:
            case Number():
                return SCALAR
            case Read():
                return self._vector(node)
            case Product():
                return self._product(node)
            case Concat(parts=parts):
                total = Variable("concat", node.place)
                self.sums.append((total, tuple(self.extent(p) for p in parts), node.place))
                self._close_sums()
                return resolve(total)
            case Reduce(argument=argument):
                self.extent(argument)
                return SCALAR
            case Binary() | Apply():
                return self._joined(node)
            case Power() | Softmax():
                return self.extent(node.children()[0])
        return self.extent(node.children()[0])  # Negate

    def _joined(self, node: Node) -> Extent:
        """Elementwise: equal sizes, or a scalar with anything."""
        first, *rest = node.children()
        extent = self.extent(first)
        for other in rest:
            found = self.extent(other)
            if resolve(extent) == SCALAR:
                extent = found
            elif resolve(found) != SCALAR:
                self._same(extent, found, other.place, "the left side", "this")
        return extent

    def _product(self, node: Product) -> Extent:
        rows, columns = self._matrix(node.matrix)
        inner, outer = (rows, columns) if node.transposed else (columns, rows)
        side = "rows" if node.transposed else "columns"
        extent = self.extent(node.operand)
        self._same(inner, extent, node.operand.place, f"the {side} of {node.matrix.name}", "this")
        return outer

    def _vector(self, read: Read) -> Extent:
        if read.name not in self.known:
            self.known[read.name] = (Variable(read.name, read.place),)
        shape = self.known[read.name]
        if len(shape) == 2:
            advice = f"{read.name} is a matrix: it stands left of @, as {read.name} @ …"
            raise CellError(Problem(f"{read.name} is used as a vector here and as a matrix elsewhere", read.place, advice))
        return shape[0]

    def _matrix(self, read: Read) -> tuple[Extent, Extent]:
        if read.name not in self.known:
            rows = Variable(f"the rows of {read.name}", read.place)
            self.known[read.name] = (rows, Variable(f"the columns of {read.name}", read.place))
        shape = self.known[read.name]
        if len(shape) != 2:
            message = f"{read.name} is a vector elsewhere, so it cannot stand left of @"
            raise CellError(Problem(message, read.place))
        return shape[0], shape[1]

    def _same(self, a: Extent, b: Extent, place: Place, a_is: str, b_is: str) -> None:
        a, b = resolve(a), resolve(b)
        if a is b or a == b:
            return
        if isinstance(a, Variable):
            a.bound = b
        elif isinstance(b, Variable):
            b.bound = a
        else:
            raise CellError(Problem(f"sizes do not fit: {a_is} has size {a}, {b_is} has size {b}", place))

    def _close_sums(self) -> None:
        """Concatenations: a sum is known when its parts are, a part when the sum and the others are."""
        waiting = []
        for total, parts, place in self.sums:
            now = [resolve(p) for p in parts]
            known = Size.total(tuple(p for p in now if isinstance(p, Size)))
            unknown = [p for p in now if isinstance(p, Variable)]
            whole = resolve(total)
            if not unknown:
                self._same(total, known, place, "the place of this concat", "concat")
            elif len(unknown) == 1 and isinstance(whole, Size):
                rest = whole.minus(known)
                if rest is None:
                    raise CellError(Problem(f"sizes do not fit: concat must have size {whole}", place))
                unknown[0].bound = rest
            else:
                waiting.append((total, parts, place))
        self.sums = waiting

    def _closed(self, name: str, shape: tuple[Extent, ...]) -> Shape:
        closed = []
        for extent in map(resolve, shape):
            if isinstance(extent, Variable):
                what = extent.owner if extent.owner != name else f"the size of {name}"
                advice = f"Declare it: {name}: {'(H, D)' if len(shape) == 2 else 'H'}"
                raise CellError(Problem(f"{what} stays open: nothing fixes it", extent.place, advice))
            closed.append(extent)
        return tuple(closed)
