"""The numbers a submission is tried on: fresh for every run, reproducible from a printed seed.

Sizes, batch and number of steps are drawn too, each different from every other; biases are random and distinct,
initial states are not zero: each of these hides mistakes when it is not so.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment.program import Data, Program, run
from ..cells import Cell
from ..conventions import Layout
from ..errors import Fault

#: The smallest number drawn, and how many more there are to draw from than letters to draw for.
SMALLEST, SPREAD = 3, 5
TRIES = 20


@dataclass(frozen=True)
class Sample:
    """Data of one step, and of a sequence."""

    seed: str
    step: Data
    sequence: Data

    def of(self, role: str) -> Data:
        """The data that a function is called with."""
        return self.step if role.startswith("step") else self.sequence


def new_seed() -> str:
    """A seed that nobody can foresee."""
    return secrets.token_hex(4)


def sample(layout: Layout, program: Program, seed: str) -> Sample:
    """The numbers of a seed.

    Raises Fault where the cell has no finite value for any of several draws (log of a negative number, say).
    """
    rng = np.random.default_rng([int(seed, 16)])
    for _ in range(TRIES):
        numbers = _numbers(layout.cell, rng)
        step = _data(layout.cell, rng, {**numbers, "T": 1})
        drawn = Sample(seed, step, _reduced(layout, _data(layout.cell, rng, numbers)))
        with np.errstate(all="ignore"):
            if all(_finite(run(program, data)) for data in (drawn.step, drawn.sequence)):
                return drawn
    raise Fault(f"{layout.cell.name} gives no finite numbers on {TRIES} random inputs: it cannot be graded")


def _finite(done: Any) -> bool:
    return all(np.isfinite(a).all() for group in vars(done).values() for a in group.values())


def _numbers(cell: Cell, rng: np.random.Generator) -> dict[str, int]:
    """A number for each size, for the batch B and the steps T; no two are equal."""
    letters = (*cell.sizes, "B", "T")
    drawn = rng.choice(len(letters) + SPREAD, size=len(letters), replace=False) + SMALLEST
    return dict(zip(letters, map(int, drawn), strict=True))


def _data(cell: Cell, rng: np.random.Generator, numbers: Mapping[str, int]) -> Data:
    def array(*shape: int) -> np.ndarray[Any, Any]:
        return rng.normal(size=shape) * 0.6

    def vector(name: str, *lead: int) -> np.ndarray[Any, Any]:
        return array(*lead, cell.size(name).value(numbers))

    steps, batch = numbers["T"], numbers["B"]
    return Data(
        inputs={n: vector(n, steps, batch) for n in cell.inputs},
        initial={n: vector(n, batch) for n in cell.lagged},
        parameters={n: array(*(s.value(numbers) for s in cell.shapes[n])) for n in cell.parameters},
        upstream={n: vector(n, steps, batch) for n in cell.outputs},
        sizes={n: numbers[n] for n in cell.sizes},
    )


def _reduced(layout: Layout, data: Data) -> Data:
    """What a convention's sequence functions leave out is zero: other initial states, other gradients."""
    if len(layout.signatures) < 4:
        return data
    started = {s.of for s in layout.signature("forward").takes if s.plain == "initial"}
    reached = {s.of for s in layout.signature("backward").takes if s.gradient}
    initial = {n: v if n in started else np.zeros_like(v) for n, v in data.initial.items()}
    upstream = {n: v for n, v in data.upstream.items() if n in reached}
    return Data(data.inputs, initial, data.parameters, upstream, data.sizes)
