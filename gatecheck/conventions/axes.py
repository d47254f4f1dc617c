"""The order of an array's axes, ours and a convention's: as numbers, and as NumPy text for generated code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Axes:
    """How a convention lays out the axes that are called `own` here.

    laid names them in the convention's order; 1 there is an axis of length one that we have not got, and what is in
    own alone has length one and is left out.

    >>> Axes(("T", "B", "n"), ("B", "T", "n")).there_text
    '.transpose(1, 0, 2)'
    >>> Axes(("out", "in"), ("1", "in", "out")).there_text
    '.T[None]'
    """

    own: tuple[str, ...]
    laid: tuple[str, ...]

    def there(self, array: Array) -> Array:
        """The convention's array, from ours."""
        import numpy as np

        kept = array.squeeze(self._left_out).transpose(self._order)
        return np.ascontiguousarray(np.expand_dims(kept, self._added))

    def back(self, array: Array) -> Array:
        """Ours, from the convention's."""
        import numpy as np

        turned = array.squeeze(self._added).transpose(_inverse(self._order))
        return np.ascontiguousarray(np.expand_dims(turned, self._left_out))

    @property
    def there_text(self) -> str:
        """What to write after our array to get the convention's."""
        return _index(self._left_out, "0") + _transposed(self._order) + _index(self._added, "None")

    @property
    def back_text(self) -> str:
        """What to write after the convention's array to get ours."""
        return _index(self._added, "0") + _transposed(_inverse(self._order)) + _index(self._left_out, "None")

    def shape(self, sizes: Mapping[str, str]) -> str:
        """The convention's shape as text, given a text for each axis: (N,T,D), (4H,)."""
        found = ",".join(sizes.get(axis, axis) for axis in self.laid)
        return f"({found}{',' if len(self.laid) == 1 else ''})"

    def length(self, axis: str) -> str:
        """What to write after the convention's array to get the length of one of our axes."""
        return f".shape[{self.laid.index(axis)}]"

    @property
    def _kept(self) -> list[str]:
        return [axis for axis in self.own if axis in self.laid]

    @property
    def _left_out(self) -> tuple[int, ...]:
        return tuple(k for k, axis in enumerate(self.own) if axis not in self.laid)

    @property
    def _added(self) -> tuple[int, ...]:
        return tuple(k for k, axis in enumerate(self.laid) if axis == "1")

    @property
    def _order(self) -> tuple[int, ...]:
        return tuple(self._kept.index(axis) for axis in self.laid if axis != "1")


def _inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(range(len(order)), key=order.__getitem__))


def _transposed(order: tuple[int, ...]) -> str:
    if order == tuple(range(len(order))):
        return ""
    return ".T" if order == tuple(reversed(range(len(order)))) else f".transpose({', '.join(map(str, order))})"


def _index(places: tuple[int, ...], what: str) -> str:
    """[:, None] for a new second axis, [0] for the only element of the first."""
    entries = [what if k in places else ":" for k in range(max(places, default=-1) + 1)]
    return f"[{', '.join(entries)}]" if entries else ""
