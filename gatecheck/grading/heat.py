"""Where a wrong quantity is off, as a report holds it: a small matrix of errors."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Fields


@dataclass(frozen=True)
class Heat:
    """How far each number of a wrong quantity is off, as a part of its scale: `values`, row by row.

    down, across: what rows and columns are ("step", "unit", …); shape: how many there are of both. Where there are more
    than `values` has, each cell is the largest error of a block.
    """

    down: str
    across: str
    shape: tuple[int, int]
    values: tuple[tuple[float, ...], ...]

    @property
    def block(self) -> tuple[int, int]:
        """How many rows and columns one cell stands for."""
        return -(-self.shape[0] // len(self.values)), -(-self.shape[1] // len(self.values[0]))

    @classmethod
    def from_dict(cls, data: object) -> Heat:
        """The errors in a report's dictionary.  Raises: ValueError."""
        d = Fields(data, "heat")
        shape, values = d.numbers("shape"), d.matrix("values")
        drawn = len(values), len(values[0])
        if len(shape) != 2 or not all(n.is_integer() and n >= k for n, k in zip(shape, drawn, strict=True)):
            raise ValueError("'shape' of the heat is not that of its values")
        return cls(d.text("down"), d.text("across"), (int(shape[0]), int(shape[1])), values)
