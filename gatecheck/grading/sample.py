"""The numbers a submission is tried on: fresh for every run, reproducible from a printed seed.

Sizes, batch and number of steps are drawn too, each different from every other; biases are random and distinct,
initial states are not zero: each of these hides mistakes when it is not so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..assignment.drawing import draw
from ..assignment.execution import run
from ..assignment.expressions import uses
from ..assignment.operations import OPERATIONS, Array
from ..assignment.program import Data, Program
from ..assignment.training import Given, Update, norm
from ..conventions import BACKWARD, TRAINING, Layout
from ..errors import Fault
from .remembering import remembered

#: The smallest number drawn, and how many more there are to draw from than letters to draw for.
SMALLEST, SPREAD = 3, 5
TRIES = 20
#: What gradients from outside are multiplied by: a function that clips where nobody asks for it has something to clip.
LOUD = 8.0
#: Steps more where a function clips what it returns: gradients grow until there is something to clip.
LONG = 120
#: A number beyond this, as from a division by nearly nothing, hides all the others of its array.
TAME = 1_000.0
#: Functions that have two branches.
_BRANCHING = ("relu", "absolute", "maximum", "minimum")


@dataclass(frozen=True)
class Sample:
    """Data of one step, of a sequence, and of the training step: of each of the calls that show all it does."""

    seed: str
    step: Data
    sequence: Data
    updates: tuple[Update, ...]

    def of(self, role: str) -> Given:
        """The data that a function is called with."""
        if role in TRAINING:
            return self.updates
        return self.step if role.startswith("step") else self.sequence


def new_seed() -> str:
    """A seed that nobody can foresee."""
    return secrets.token_hex(4)


@remembered(4)
def sample(layout: Layout, program: Program, seed: str) -> Sample:
    """The numbers of a seed.

    Raises Fault where the cell has no finite value for any of several draws (log of a negative number, say).
    """
    rng = np.random.default_rng([int(seed, 16)])
    best, least = None, (np.inf, 0)
    for _ in range(TRIES):
        numbers = _numbers(layout, rng)
        step = _reduced(layout, "step", draw(layout.cell, rng, {**numbers, "T": 1}))
        updates = _updates(step.parameters, rng) if layout.training else ()
        drawn = Sample(seed, step, _reduced(layout, "forward", draw(layout.cell, rng, numbers)), updates)
        largest = max(_largest(program, data) for data in (drawn.step, drawn.sequence))
        worth = max(largest, TAME), _one_sided(program, drawn.step) if np.isfinite(largest) else 0
        if worth < least:
            best, least = drawn, worth
        if least == (TAME, 0):
            break
    if best is None:
        raise Fault(f"{layout.cell.name} gives no finite numbers on {TRIES} random inputs: it cannot be graded")
    return best


def _largest(program: Program, data: Data) -> float:
    """The largest number that a program meets; infinite where one is not finite."""
    with np.errstate(all="ignore"):
        done = run(program, data)
        largest = float(np.max([np.abs(a).max(initial=0.0) for group in vars(done).values() for a in group.values()]))
    return np.inf if np.isnan(largest) else largest


def _one_sided(program: Program, data: Data) -> int:
    """How many functions of two branches take the same one everywhere: of the other no mistake is seen."""
    if not any(uses(e, _BRANCHING) for e in program.forward.values()):
        return 0
    sides: list[bool] = []

    def watched(operation: Callable[..., Array]) -> Callable[..., Array]:
        def watching(a: Array, *other: Array) -> Array:
            b = other[0] if other else 0.0
            sides.append(bool(np.any(a > b) and np.any(a < b)))
            return operation(a, *other)

        return watching

    with np.errstate(all="ignore"):
        run(program, data, False, {**OPERATIONS, **{n: watched(OPERATIONS[n]) for n in _BRANCHING}})
    return sides.count(False)


def _numbers(layout: Layout, rng: np.random.Generator) -> dict[str, int]:
    """A number for each size, for the batch B and the steps T; no two are equal, but B is 1 where there is no batch."""
    letters = (*layout.cell.sizes, "B", "T")
    drawn = rng.choice(len(letters) + SPREAD, size=len(letters), replace=False) + SMALLEST
    numbers = dict(zip(letters, map(int, drawn), strict=True))
    if not layout.batched:
        numbers["B"] = 1
    if any(s.clip for s in layout.signatures):
        numbers["T"] += LONG
    return numbers


def _reduced(layout: Layout, role: str, data: Data) -> Data:
    """What a convention leaves out is zero: initial states, gradients that reach it, parameters."""
    there = [s for s in layout.signatures if s.role in (role, BACKWARD[role])]
    if not there:
        return data
    started = {slot.of for s in there for slot in s.takes if slot.plain in ("initial", "previous")}
    reached = {slot.of: LOUD for slot in there[-1].takes if slot.gradient}
    initial = {n: v if n in started else np.zeros_like(v) for n, v in data.initial.items()}
    upstream = {n: reached[n] * v for n, v in data.upstream.items() if n in reached}
    # A function that adds the losses up differentiates their sum.
    totals = {slot.of for s in there for slot in s.gives if slot.kind == "total"}
    upstream |= {n: np.ones_like(v) for n, v in data.upstream.items() if n in totals}
    parameters = {n: np.zeros_like(v) if n in layout.zero else v for n, v in data.parameters.items()}
    return Data(data.inputs, initial, parameters, upstream, data.sizes)


def _updates(parameters: Mapping[str, Array], rng: np.random.Generator) -> tuple[Update, ...]:
    """Gradients that a limit clips in every array, the same with the other sign, and gradients below the limit.

    Each of these hides mistakes that the others show; and norms well above 1 tell a norm from its square.
    """
    drawn: dict[str, Array] = {n: np.asarray(rng.normal(size=v.shape)) for n, v in parameters.items()}
    scale = rng.uniform(3, 6) / norm(drawn)
    up = {n: scale * g for n, g in drawn.items()}
    down = {n: -g for n, g in up.items()}
    lowest = min(float(np.abs(g).max()) for g in up.values())
    limits = lowest * rng.uniform(0.3, 0.7), lowest * rng.uniform(0.3, 0.7), norm(up) * rng.uniform(1.2, 2.0)
    return tuple(
        Update(parameters, g, limit, rng.uniform(0.1, 0.6)) for g, limit in zip((up, down, up), limits, strict=True)
    )
