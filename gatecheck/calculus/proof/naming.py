"""What the names of one equation stand for in exact arithmetic, on both sides of a proof."""

from __future__ import annotations

from ...cells import Size
from ...cells import tree as t
from ..labels import Label
from ..system import System
from .indexed import Outer, Ring
from .polynomials import Polynomial
from .vectors import Dual, DualMatrix, Matrix, plain


class Names:
    """Every name is a generator of its own, and so is its tangent.

    own: what the equation's own names stand for at [t], where formulas may use them; arriving: the gradients that are
    not generators, by name; closed: products of sums are not multiplied out (see Generators).
    """

    def __init__(self, system: System, closed: bool = False) -> None:
        self.system = system
        self.ring = Ring(closed)
        self.own: dict[str, Polynomial] = {}
        self.arriving: dict[str, Polynomial] = {}

    def vector(self, read: t.Read) -> Dual[Polynomial]:
        """What an equation reads; never the equation's own name, which it does not read at [t]."""
        return Dual(self._symbol("value", read.name, read.lag), self._tangent(read))

    def matrix(self, name: str) -> DualMatrix[Polynomial]:
        """A parameter matrix; every direction is a sum of outer products, so one of them stands for all."""
        rows, columns = map(plain, self.system.cell.shapes[name])
        sides = (
            self.ring.symbol("tangent", f"{name} {side}", None, size, [name])
            for side, size in (("rows", rows), ("columns", columns))
        )
        return DualMatrix(self.ring.matrix(name, rows, columns), Outer(self.ring, *sides))

    def direction(self, read: t.Read) -> Polynomial | Matrix[Polynomial]:
        """The tangent of what is read."""
        tangent = self.matrix(read.name).tangent if self._is_matrix(read.name) else self._tangent(read)
        assert tangent is not None
        return tangent

    def symbol(self, label: Label) -> Polynomial:
        """What a symbol of a formula stands for."""
        if label.kind == "gradient":
            return self.delta(label.name)
        if label.kind == "value" and label.lag == 0 and label.name in self.own:
            return self.own[label.name]
        return self._symbol(label.kind, label.name, label.lag)

    def delta(self, name: str) -> Polynomial:
        """The gradient of the loss with respect to name[t]."""
        return self.arriving[name] if name in self.arriving else self._symbol("gradient", name, 0)

    def _tangent(self, read: t.Read) -> Polynomial:
        return self.ring.symbol("tangent", read.name, read.lag, self._size(read.name), [str(read)])

    def _symbol(self, kind: str, name: str, lag: int | None) -> Polynomial:
        return self.ring.symbol(kind, name, lag, self._size(name))

    def _size(self, name: str) -> Size:
        return plain(self.system.size_of_name(name))

    def _is_matrix(self, name: str) -> bool:
        return len(self.system.cell.shapes.get(name, ())) == 2
