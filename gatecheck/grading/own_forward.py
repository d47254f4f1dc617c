"""Whether a backward function is right for the forward function that the student wrote, whatever that computes.

A gradient dq is right where, along a random direction v, <dq, v> is the derivative of Σ upstream · outputs: a wrong one
agrees as rarely as the tolerance says. The forward function itself is called on arguments moved along v: by complex
steps, Im f(x + ihv) / h, which are exact to rounding (Squire & Trapp, 1998), where its code lets complex numbers
through; else by central differences with Richardson's extrapolation. Which of them may be believed is seen by
differences along the sum of all directions: a derivative is linear in v, and what a function drops of a complex number
is missing from one side only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeAlias

import numpy as np

from ..assignment.kit import Kit
from ..assignment.program import Data
from ..conventions import BACKWARD, Layout, Signature, Slot
from .exchange import Array, calls, expected, quantities
from .ladder import SMALLEST, results_of
from .remembering import remembered
from .running import Answer, Call
from .sample import Sample

#: How many times more than it may be a wrong derivative is off; between the two nothing is said.
CLEARLY = 100
#: The complex step: nothing cancels, so that it may be as small as it likes.
TINY = 1e-30
#: Arrays that a function makes to put its results into would drop the imaginary parts.
WIDE_BUFFERS = """
import numpy as _numpy

def _wide(make):
    def made(shape, dtype=float, *more, **options):
        return make(shape, complex if _numpy.dtype(dtype) == float else dtype, *more, **options)
    return made

_numpy.zeros, _numpy.empty = _wide(_numpy.zeros), _wide(_numpy.empty)
"""

Place: TypeAlias = tuple[str, str]  # which of the groups of arrays in Data, and its name there
Ask: TypeAlias = Callable[["Way"], Sequence[Answer]]


@dataclass(frozen=True)
class Way:
    """A way to differentiate: by how much the arguments are moved along a direction.

    tolerance: what a derivative may be off, as a part of its scale. modules: what the submission finds beside it.
    """

    moves: tuple[complex, ...]
    tolerance: float
    modules: Mapping[str, str] = field(default_factory=dict, hash=False)

    def derivatives(self, found: Array, rounding: float) -> tuple[Array, Array]:
        """Derivatives from the numbers after each move, (n, moves), and how uncertain each of them is, (n,).

        rounding: what those numbers are uncertain by.
        """
        if len(self.moves) == 1:
            return found[:, 0].imag / TINY, np.zeros(len(found))
        a, b, c, d = found.real.T
        h = self.moves[0].real
        wide, narrow = (a - b) / (2 * h), (c - d) / h
        return (4 * narrow - wide) / 3, 1e-3 * abs(wide - narrow) + rounding / h


@cache
def ways(epsilon: float) -> tuple[Way, Way]:
    """Complex steps, and central differences (error ~ h⁴ + ε / h), for arithmetic of that precision."""
    h = epsilon**0.25  # smaller than is best where derivatives are tame
    steps = Way((1j * TINY,), epsilon ** (2 / 3), {"wide_buffers": WIDE_BUFFERS})
    return steps, Way((h, -h, h / 2, -h / 2), epsilon**0.5)


@dataclass(frozen=True)
class Probes:
    """The calls of a forward function that show the derivatives of what it gives.

    directions: of each quantity; calls: along each direction by the moves of a way, then along their sum by central
    differences.
    """

    forward: Signature
    data: Data
    directions: Mapping[str, Array]
    calls: tuple[Call, ...]


def probes(kit: Kit, role: str, sample: Sample, way: Way) -> Probes | None:
    """The probes for a backward role; None where no forward function gives what it is the gradient of."""
    return _probes(kit.layout, role, sample, way, ways(_epsilon(kit))[1])


def _epsilon(kit: Kit) -> float:
    return float(np.finfo(kit.assignment.grading.precision).eps)


@remembered(16)
def _probes(layout: Layout, role: str, sample: Sample, way: Way, plain: Way) -> Probes | None:
    forward = next((s for s in layout.signatures if BACKWARD.get(s.role) == role), None)
    data, backward = sample.of(role), layout.signature(role)
    if forward is None or backward.clip or not isinstance(data, Data):
        return None
    if not set(data.upstream) <= {slot.of for slot in forward.gives}:
        return None
    places = {q: place for slot in backward.gives for q, place in _places(layout, slot)}
    rng = np.random.default_rng([int(sample.seed, 16), *role.encode()])
    directions = {q: rng.normal(size=getattr(data, group)[name].shape) for q, (group, name) in places.items()}
    alone = [_moved(data, {places[q]: m * v}) for q, v in directions.items() for m in way.moves]
    together = [_moved(data, {places[q]: m * v for q, v in directions.items()}) for m in plain.moves]
    made = tuple(call for moved in (*alone, *together) for call in calls(layout, forward.role, moved, {}))
    return Probes(forward, data, directions, made)


def _places(layout: Layout, slot: Slot) -> Iterator[tuple[str, Place]]:
    """The quantities of a gradient, and what each is the gradient of."""
    if slot.gradient:
        group = {"input": "inputs", "previous": "initial", "initial": "initial"}.get(slot.plain, "parameters")
        yield from ((q, (group, q[1:] if group == "parameters" else slot.of)) for q in quantities(layout, slot))


def _moved(data: Data, moves: Mapping[Place, Array]) -> Data:
    """The data with some arrays moved; where one is complex all are, and so are arrays that are made like them."""
    kind = np.result_type(*moves.values())
    groups = {g: {n: v.astype(kind) for n, v in getattr(data, g).items()} for g in ("inputs", "initial", "parameters")}
    for (group, name), move in moves.items():
        groups[group][name] = groups[group][name] + move
    return replace(data, **groups)


def judged(kit: Kit, sample: Sample, role: str, values: Mapping[str, Array], ask: Ask) -> dict[str, bool]:
    """Whether each quantity of a backward function is right for the student's own forward function.

    values: what it gave on the sample, as quantities of the equations; ask: what became of the probes of a way.
    What cannot be known is left out, and so is what the forward function should depend on and does not: a zero is no
    gradient that anybody worked out.
    """
    for way in ways(_epsilon(kit)):
        asked = probes(kit, role, sample, way)
        found = asked and _derivatives(kit, asked, ask(way), way)
        if asked and found:
            truth = expected(kit.layout, role, kit.key.program, sample.of(role))
            return dict(_compared(found, asked, values, truth, way))
    return {}


Derivatives: TypeAlias = Mapping[str, tuple[float, float]]  # and how uncertain each is


def _derivatives(kit: Kit, asked: Probes, answers: Sequence[Answer], way: Way) -> Derivatives | None:
    """The derivatives of the student's forward function; None where they cannot be believed."""
    plain, read = ways(_epsilon(kit))[1], [_number(kit.layout, asked, answer) for answer in answers]
    if len(read) != len(asked.calls) or not all(np.isfinite(n) and np.isfinite(size) for n, size in read):
        return None
    rounding = 20 * _epsilon(kit) * max(size for _, size in read)
    alone, together = np.split(np.array([number for number, _ in read]), [-len(plain.moves)])
    with np.errstate(all="ignore"):  # what is too large is no derivative
        each, doubt = way.derivatives(alone.reshape(-1, len(way.moves)), rounding)
        (whole,), (uncertain,) = plain.derivatives(together[None], rounding)
    limit = plain.tolerance * abs(each).sum() + doubt.sum() + uncertain
    if not np.isfinite(limit) or not abs(each.sum() - whole) <= limit:
        return None
    return dict(zip(asked.directions, zip(each.tolist(), doubt.tolist(), strict=True), strict=True))


def _number(layout: Layout, asked: Probes, answer: Answer) -> tuple[complex, float]:
    """Σ upstream · outputs, and the same of absolute values; NaN where an output is not what it should be."""
    role, total, size = asked.forward.role, 0j, 0.0
    found, trouble = results_of(asked.forward, answer.value) if answer.status == "returned" else ({}, answer.status)
    reached = [s for s in asked.forward.gives if s.kind in ("state", "output") and s.of in asked.data.upstream]
    for slot in reached:
        upstream, value = asked.data.upstream[slot.of], found.get(slot.name)
        weight = layout.axes(role, slot).there(upstream[0] if role == "step" else upstream)
        if trouble or not isinstance(value, np.ndarray) or value.shape != weight.shape or value.dtype.kind not in "fc":
            return complex("nan"), 0.0
        with np.errstate(all="ignore"):
            product = weight * value
            total, size = total + complex(product.sum()), size + float(abs(product).sum())
    return total, size


def _compared(
    found: Derivatives, asked: Probes, values: Mapping[str, Array], truth: Mapping[str, Array], way: Way
) -> Iterator[tuple[str, bool]]:
    """The verdict on each value."""
    least = SMALLEST * max(abs(derivative) for derivative, _ in found.values())
    for q, (derivative, doubt) in found.items():
        if q not in values or (truth[q].any() and abs(derivative) <= least):
            continue
        products = values[q] * asked.directions[q]
        off = abs(float(products.sum()) - derivative)
        limit = way.tolerance * max(float(np.sqrt((products**2).sum())), abs(derivative), least) + doubt
        if off <= limit or off > CLEARLY * limit:
            yield q, off <= limit
