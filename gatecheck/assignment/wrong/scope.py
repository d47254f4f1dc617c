"""What else could have been written in a place: names of the same size that have a value there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...cells import Cell, Size
from ..adjoint import is_gradient, size
from ..expressions import LINEAR, REDUCTIONS, Expression, arguments, names, vectors
from ..program import Program, arriving, previous


class Here:
    """A place in a program, and the vectors that have a value there."""

    def __init__(self, cell: Cell, vectors: Iterable[Expression]) -> None:
        self._cell = cell
        self._alike: dict[Size, list[Expression]] = {}
        for vector in vectors:
            self._alike.setdefault(size(cell, vector), []).append(vector)
        self._parameters: dict[object, list[str]] = {}
        for name in cell.parameters:
            self._parameters.setdefault(cell.shapes[name], []).append(name)

    def others(self, name: str) -> list[Expression]:
        """What would go unnoticed in its place: names of its size; of a gradient, products too."""
        if name.startswith("#"):
            return []
        if name in self._cell.parameters:
            return [n for n in self._parameters[self._cell.shapes[name]] if n != name]
        gradient = is_gradient(self._cell, name)
        found = self._alike.get(size(self._cell, name), [])
        return [n for n in found if n != name and any(is_gradient(self._cell, m) for m in names(n)) == gradient]

    def sound(self, expression: Expression) -> bool:
        """Whether every matrix meets a vector of its width, and every sum over units one that has units."""
        if isinstance(expression, list) and expression[0] in LINEAR:
            shape = self._cell.shapes[expression[1]]
            if size(self._cell, expression[2]) != shape[expression[0] == "matmul"]:
                return False
        whole = isinstance(expression, list) and expression[0] in (*REDUCTIONS, "spread")
        if whole and all(n[0] == "#" for n in vectors(expression[1])):
            return False
        return all(self.sound(a) for _, a in arguments(expression))

    def alike(self, name: str) -> list[Expression]:
        """All that has its size, gradients and what they are multiplied by among them."""
        return self._alike.get(size(self._cell, name), [])

    def square(self, matrix: str) -> bool:
        """Whether a matrix fits both ways."""
        shape = self._cell.shapes[matrix]
        return len(shape) == 2 and shape[0] == shape[1]

    def gradient(self, name: str) -> bool:
        """Whether a name is that of a gradient."""
        return is_gradient(self._cell, name)

    def size(self, expression: Expression) -> Size:
        """The size of an expression."""
        return size(self._cell, expression)

    def fits(self, one: Expression, other: Expression) -> bool:
        """Whether two expressions are of one size."""
        return size(self._cell, one) == size(self._cell, other)


def forward(cell: Cell, program: Program, line: str) -> Here:
    """The place of a forward line: what stands above it, the step before, and the inputs."""
    lines = list(program.forward)
    return Here(cell, [*lines[: lines.index(line)], *map(previous, cell.lagged), *cell.inputs])


def backward(cell: Cell, program: Program, name: str = "") -> Here:
    """The place of a gradient: every forward value, and the gradients above it; all of them where none is named."""
    found = list(program.gradients)
    above = found[: found.index(name)] if name else found
    values = [*program.forward, *map(previous, cell.lagged), *cell.inputs]
    later = {f"d{n}" for n in found} - {f"d{n}" for n in above}
    through = {
        repr(e): e
        for _, entry in (c for n in found for c in program.gradients[n])
        for e in _products(entry)
        if not later.intersection(names(e))
    }
    return Here(cell, [*values, *(f"d{n}" for n in above), *map(arriving, cell.outputs), *through.values()])


def _products(expression: Expression) -> Iterator[Expression]:
    """The products of a matrix and a gradient in an expression."""
    if isinstance(expression, list) and expression[0] == "matmul_t":
        yield expression
    for _, argument in arguments(expression):
        yield from _products(argument)
