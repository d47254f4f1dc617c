"""The arrays of a convention: parameters side by side in one grid, with a sign, with a number added, turned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..cells import SCALAR, Cell, Size
from .axes import Axes

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]
    Numbers = Mapping[str, int]

_BLOCK = re.compile(r"(-?)([A-Za-z]\w*)([+-]\d+)?")


@dataclass(frozen=True)
class Block:
    """A place in an array: it holds sign · parameter + added.

    >>> Block.read("b_f-1")
    Block(parameter='b_f', sign=1, added=-1)
    """

    parameter: str
    sign: int = 1
    added: int = 0

    @classmethod
    def read(cls, text: str) -> Block:
        """The block that a convention's file writes as W_z, -W_z or b_f-1."""
        found = _BLOCK.fullmatch(text)
        assert found is not None, text
        return cls(found[2], -1 if found[1] else 1, int(found[3] or 0))

    @property
    def plain(self) -> bool:
        return self.sign == 1 and not self.added


@dataclass(frozen=True)
class Stack:
    """One array of a convention: blocks one under the other, and beside each other where a row has several.

    axes turns (out,in), or (out,) where there is one column of vectors, into the convention's. sizes: of each row, of
    each column; vectors: whether the blocks are vectors; differentiable: whether its gradient is asked for.
    """

    name: str
    grid: tuple[tuple[Block, ...], ...]
    axes: Axes
    sizes: tuple[tuple[Size, ...], tuple[Size, ...]]
    vectors: bool
    differentiable: bool = True

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(block for row in self.grid for block in row)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters in it, in the order of its blocks; one that lies in two of them once."""
        return tuple(dict.fromkeys(b.parameter for b in self.blocks))

    @property
    def matrix(self) -> bool:
        """Whether it stays two-dimensional before it is turned."""
        return len(self.axes.own) == 2

    @property
    def lengths(self) -> tuple[Size, ...]:
        """The length of each axis of the convention's array."""
        rows, columns = map(Size.total, self.sizes)
        known = {"out": rows, "in": columns, "1": SCALAR}
        return tuple(known[axis] for axis in self.axes.laid)

    @property
    def shape(self) -> str:
        """Its shape as text: (D,4H), (4H,)."""
        found = ",".join(map(str, self.lengths))
        return f"({found}{',' if len(self.lengths) == 1 else ''})"

    def filled(self, values: Sequence[Array]) -> Array:
        """The convention's array with these arrays, (out,in) or (out,), in its blocks as they are."""
        import numpy as np

        matrices = [v.reshape(len(v), -1) for v in values]
        width = len(self.grid[0])
        whole = np.block([matrices[k : k + width] for k in range(0, len(matrices), width)])
        return self.axes.there(whole if self.matrix else whole[:, 0])

    def pack(self, values: Mapping[str, Array]) -> Array:
        """The convention's array of gradients, from gradients by parameter: each reaches every place it is added in."""
        return self.filled([b.sign * values[b.parameter] for b in self.blocks])

    def split(self, array: Array, numbers: Numbers) -> Iterator[tuple[Block, Array]]:
        """What lies in each block, with its sign turned back.

        numbers: one for each of the cell's sizes. A vector's block is (out,), also where it has a column of its own.
        """
        import numpy as np

        whole = self.axes.back(array)
        whole = whole if self.matrix else whole[:, None]
        rows, columns = ([s.value(numbers) for s in sizes] for sizes in self.sizes)
        for row, blocks in zip(np.split(whole, np.cumsum(rows)[:-1], axis=0), self.grid, strict=True):
            for part, block in zip(np.split(row, np.cumsum(columns)[:-1], axis=1), blocks, strict=True):
                yield block, block.sign * (part[:, 0] if self.vectors else part)

    def unpack(self, array: Array, numbers: Numbers) -> dict[str, Array]:
        """Gradients by parameter, from the convention's array of them; of a parameter in two places the first."""
        found: dict[str, Array] = {}
        for block, part in self.split(array, numbers):
            found.setdefault(block.parameter, part)
        return found


def stack(
    cell: Cell, name: str, grid: Sequence[Sequence[Block]], laid: str, differentiable: bool = True
) -> Stack | None:
    """The array of that grid, its axes laid out as in "in out"; None where the blocks do not fill rows of one size."""
    shapes = [[cell.shapes[b.parameter] for b in row] for row in grid]
    vectors = len(shapes[0][0]) == 1
    if any(row != shapes[0] for row in shapes) or any(s[0] != shapes[0][0][0] for s in shapes[0]):
        return None
    columns = tuple(SCALAR if vectors else shape[1] for shape in shapes[0])
    axes = Axes(("out",) if vectors and len(columns) == 1 else ("out", "in"), tuple(laid.split()))
    rows = (shapes[0][0][0],) * len(grid)
    return Stack(name, tuple(map(tuple, grid)), axes, (rows, columns), vectors, differentiable)
