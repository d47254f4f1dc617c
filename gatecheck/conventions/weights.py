"""Values of parameters in a convention's arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .layouts import Layout

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


def laid(layout: Layout, values: Mapping[str, Array], spread: bool = False) -> dict[str, Array]:
    """The convention's arrays, from arrays by parameter.

    A parameter that a convention adds up from two places (PyTorch's bias_ih + bias_hh) lies in the first, and the other
    holds zero. spread: both hold something, as they do after training.
    """
    import numpy as np

    places = [block.parameter for stack in layout.stored for block in stack.blocks]
    met: set[str] = set()

    def share(name: str) -> Array:
        other = np.flip(values[name], 0) if spread else np.zeros_like(values[name])
        first = name not in met
        met.add(name)
        return values[name] - (places.count(name) - 1) * other if first else other

    return {
        stack.name: stack.filled([b.sign * share(b.parameter) + b.added for b in stack.blocks])
        for stack in layout.stored
    }


def taken(layout: Layout, arrays: Mapping[str, Array], numbers: Mapping[str, int]) -> dict[str, Array]:
    """Arrays by parameter, from the convention's; numbers: one for each of the cell's sizes."""
    import numpy as np

    found: dict[str, Array] = {}
    for stack in layout.stored:
        for block, part in stack.split(arrays[stack.name], numbers):
            value = part - block.sign * block.added if block.added else part
            found[block.parameter] = found[block.parameter] + value if block.parameter in found else value
    like = next(iter(found.values())).dtype if found else np.dtype(float)
    shapes = {name: [s.value(numbers) for s in layout.cell.shapes[name]] for name in layout.zero}
    return {**found, **{name: np.zeros(shape, like) for name, shape in shapes.items()}}
