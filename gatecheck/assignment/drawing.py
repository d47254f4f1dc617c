"""Random numbers for a cell's program to run on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..cells import Cell
from .operations import Array
from .program import Data


def draw(cell: Cell, rng: np.random.Generator, numbers: Mapping[str, int]) -> Data:
    """Numbers for everything that a cell reads, and for the gradients that reach it.

    numbers holds one for each of the cell's sizes, for the batch B and for the steps T. Nothing is zero or alike:
    biases and initial states that are hide mistakes.
    """

    def array(*shape: int) -> Array:
        return rng.normal(size=shape) * 0.6

    def vector(name: str, *lead: int) -> Array:
        return array(*lead, cell.size(name).value(numbers))

    def word(name: str, *lead: int) -> Array:
        size = cell.size(name).value(numbers)
        return np.eye(size)[rng.integers(size, size=lead)]

    steps, batch = numbers["T"], numbers["B"]
    return Data(
        inputs={n: (word if n in cell.one_hot else vector)(n, steps, batch) for n in cell.inputs},
        initial={n: vector(n, batch) for n in cell.lagged},
        parameters={n: array(*(s.value(numbers) for s in cell.shapes[n])) for n in cell.parameters},
        upstream={n: vector(n, steps, batch) for n in cell.outputs},
        sizes={n: numbers[n] for n in cell.sizes},
    )
