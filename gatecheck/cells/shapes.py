"""Shapes by unification: every size is a declared one, or a variable that an equation closes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..errors import CellError, Place
from .cell import SCALAR, Shape, Size
from .reading import Assignment, Declaration
from .text import fault
from .tree import Apply, Binary, Concat, Node, Number, Product, Read, Reduce


@dataclass(eq=False)
class Variable:
    """A size that is not known yet; once it is, what it is bound to, and on which line."""

    bound: Size | Variable | None = None
    line: int = 0


Extent = Size | Variable


def resolve(extent: Extent) -> Extent:
    """What an extent stands for at this moment."""
    while isinstance(extent, Variable) and extent.bound is not None:
        extent = extent.bound
    return extent


@dataclass(frozen=True)
class Side:
    """One side of an equality of sizes: words with {} for the size, and the name whose size it is, if any."""

    words: str
    extent: Extent
    name: str = ""

    def __str__(self) -> str:
        return self.words.format(resolve(self.extent))


@dataclass(frozen=True)
class Sum:
    """A concatenation, while its parts are being found."""

    total: Variable
    parts: tuple[Extent, ...]
    node: Concat


class Shapes:
    """The sizes of every name, while they are being found."""

    def __init__(self, declarations: list[Declaration], equations: list[Assignment]) -> None:
        self.declared = {d.name: d for d in declarations}
        self.equations = equations
        self.known: dict[str, tuple[Extent, ...]] = {d.name: d.sizes for d in declarations}
        self.sums: list[Sum] = []

    def infer(self) -> dict[str, Shape]:
        """Every name's shape.

        Raises CellError where sizes do not fit, or where one stays open.
        """
        for e in self.equations:
            found = self.extent(e.expression)
            target = Side(f"{e.name}[t] has size {{}}", self._shape(e.name, 1)[0], e.name)
            self._same(target, Side("its equation gives size {}", found), e.target)
            self._close_sums()
        closed = {name: _closed(shape) for name, shape in self.known.items()}
        if still_open := {name for name, shape in self.known.items() if len(closed[name]) < len(shape)}:
            raise self._open(still_open)
        return closed

    def extent(self, node: Node) -> Extent:
        """The size of an expression."""
        match node:
            case Number():
                return SCALAR
            case Read(name=name):
                return self._shape(name, 1)[0]
            case Product():
                return self._product(node)
            case Concat(parts=parts):
                total = Variable()
                inner = tuple(map(self.extent, parts))  # may close other sums, and replace the list
                self.sums.append(Sum(total, inner, node))
                self._close_sums()
                return resolve(total)
            case Reduce(argument=argument):
                self.extent(argument)
                return SCALAR
            case Binary() | Apply():
                return self._joined(node)
        return self.extent(node.children()[0])

    def _joined(self, node: Node) -> Extent:
        """Elementwise: equal sizes, or a scalar with anything."""
        first, *rest = node.children()
        extent = self.extent(first)
        for other in rest:
            found = self.extent(other)
            if resolve(extent) == SCALAR:
                extent = found
            elif resolve(found) != SCALAR:
                self._same(_side(first, extent), _side(other, found), other.place)
        return extent

    def _product(self, node: Product) -> Extent:
        rows, columns = self._shape(node.matrix.name, 2)
        inner, outer = (rows, columns) if node.transposed else (columns, rows)
        words = f"{node.matrix.name} has {{}} {'rows' if node.transposed else 'columns'}"
        operand = _side(node.operand, self.extent(node.operand))
        self._same(Side(words, inner, node.matrix.name), operand, node.operand.place)
        return outer

    def _shape(self, name: str, rank: int) -> tuple[Extent, ...]:
        if name not in self.known:
            self.known[name] = tuple(Variable() for _ in range(rank))
        return self.known[name]

    def _same(self, a: Side, b: Side, place: Place) -> None:
        left, right = resolve(a.extent), resolve(b.extent)
        if left is right or left == right:
            return
        if isinstance(left, Variable):
            left.bound, left.line = right, place.line
        elif isinstance(right, Variable):
            right.bound, right.line = left, place.line
        else:
            meant = list(self._meant(left, right))[:1]
            reasons = (*meant, *self._origin(a, place), *self._origin(b, place), *_scalar(a, b))
            raise fault(f"sizes do not fit: {a}, but {b}", place, " ".join(dict.fromkeys(reasons)))

    def _origin(self, side: Side, place: Place) -> Iterator[str]:
        """Where a name's size comes from, when that is another line."""
        line, extent = 0, side.extent
        while isinstance(extent, Variable) and extent.bound is not None:
            line, extent = extent.line, extent.bound
        if side.name in self.declared:
            yield f"{side.name} is declared on line {self.declared[side.name].place.line}."
        elif side.name and line not in (0, place.line):
            yield f"{side.name} has its size from line {line}."

    def _meant(self, *sizes: Size) -> Iterator[str]:
        """Parameters that may be meant as matrices: * gave their equation the size of a vector, which fits nowhere."""
        for node in (n for e in self.equations for n in e.expression.walk()):
            match node:
                case Binary(operator="*", left=Read(name=name, lag=None), right=Read(lag=0 | 1) as vector):
                    if name not in self.declared and resolve(self._shape(vector.name, 1)[0]) in sizes:
                        yield f"* is elementwise: if {name} is a matrix, write {name} @ {vector}."

    def _close_sums(self) -> None:
        """Concatenations: a sum is known when its parts are, a part when the sum and the others are."""
        waiting = self.sums
        while waiting:
            self.sums = [s for s in waiting if not self._close(s)]
            if len(self.sums) == len(waiting):
                return
            waiting = self.sums

    def _close(self, found: Sum) -> bool:
        place = found.node.place
        parts = [resolve(p) for p in found.parts]
        unknown = [p for p in parts if isinstance(p, Variable)]
        known = Size.total(p for p in parts if isinstance(p, Size))
        whole = resolve(found.total)
        if not unknown:
            total = Side("the place of this concat has size {}", found.total)
            self._same(total, Side("its parts have size {}", known), place)
        elif len(unknown) == 1 and isinstance(whole, Size):
            rest = whole.minus(known)
            if rest is None:
                message = f"this concat has size {whole}, but its other parts have {known} already"
                raise fault(f"sizes do not fit: {message}", place)
            unknown[0].bound, unknown[0].line = rest, place.line
        else:
            return False
        return True

    def _open(self, names: set[str]) -> CellError:
        """Which size to declare: of an equation's name first, of a state before all."""
        reads = [n for e in self.equations for n in e.expression.walk() if isinstance(n, Read)]
        states = {r.name for r in reads if r.lag == 1}
        for e in sorted(self.equations, key=lambda e: e.name not in states):
            if e.name in names:
                advice = f"Add a line {e.name}: H, or {e.name}: 1 for a scalar."
                return fault(f"{e.name} has no declared size, and nothing else tells it", e.target, advice)
        read = min((r for r in reads if r.name in names), key=lambda r: len(self.known[r.name]))
        if len(self.known[read.name]) == 1:
            advice = f"Add a line {read.name}: H, or {read.name}: 1 for a scalar."
            return fault(f"nothing tells the size of {read.name}", read.place, advice)
        rows, columns = (s if isinstance(s, Size) else "…" for s in map(resolve, self.known[read.name]))
        advice = f"Add a line {read.name}: ({rows}, {columns}), with a size for …"
        return fault(f"nothing tells the shape of {read.name}", read.place, advice)


def _closed(shape: tuple[Extent, ...]) -> Shape:
    """The sizes of a shape that are known by now."""
    return tuple(size for size in map(resolve, shape) if isinstance(size, Size))


def _side(node: Node, extent: Extent) -> Side:
    """An expression as one side, in the author's words where they are short."""
    place = node.place
    words = place.text[place.column - 1 : place.column - 1 + place.width]
    if len(words) > 40 or words.count("(") != words.count(")"):  # the latter: it goes on in the next line
        words = "this"
    return Side(f"{words} has size {{}}", extent, node.name if isinstance(node, Read) else "")


def _scalar(*sides: Side) -> Iterable[str]:
    """A name that is meant as a scalar must be declared before anything else fixes its size."""
    if any(resolve(s.extent) == SCALAR for s in sides):
        yield "A scalar is declared, as k: 1."
