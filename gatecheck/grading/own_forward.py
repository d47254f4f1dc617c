"""Whether a backward function is right for the forward function that the student wrote, whatever that computes.

A gradient dq is right where, along any direction v, <dq, v> is the derivative of Σ upstream · outputs. The forward
function itself is called on arguments moved along random directions: by complex steps, Im f(x + ihv) / h, which are
exact to rounding (Squire & Trapp, 1998), where its code lets complex numbers through; else by central differences with
Richardson's extrapolation. Which of them may be believed is seen by differences along the sum of all directions: a
derivative is linear in the direction, and what a function loses of a complex number is lost from one side only.
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

#: Directions for each quantity: a wrong gradient that happens to agree along one does not along two.
DIRECTIONS = 2
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
    modules: Mapping[str, str] = field(default_factory=dict)

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
    h = epsilon**0.2
    return Way((1j * TINY,), epsilon ** (2 / 3), {"wide_buffers": WIDE_BUFFERS}), Way((h, -h, h / 2, -h / 2), epsilon**0.5)


@dataclass(frozen=True)
class Probes:
    """The calls of a forward function that show the derivatives of what it gives.

    directions: of each quantity; calls: along each direction by the moves of a way, then along the sum of the first
    directions by central differences; none where the function cannot be asked.
    """

    forward: Signature
    data: Data
    directions: Mapping[str, Sequence[Array]]
    calls: tuple[Call, ...]


@remembered(16)
def probes(layout: Layout, role: str, sample: Sample, way: Way, plain: Way) -> Probes | None:
    """The probes for a backward role; None where there is no forward function that gives what it is the gradient of.

    plain: the way by central differences.
    """
    forward = next((s for s in layout.signatures if BACKWARD.get(s.role) == role), None)
    data, backward = sample.of(role), layout.signature(role)
    if forward is None or backward.clip or not isinstance(data, Data):
        return None
    if not set(data.upstream) <= {slot.of for slot in forward.gives}:
        return None
    places = {q: place for slot in backward.gives for q, place in _places(layout, slot)}
    rng = np.random.default_rng([int(sample.seed, 16), len(role)])
    directions = {
        q: [rng.normal(size=getattr(data, group)[name].shape) for _ in range(DIRECTIONS)]
        for q, (group, name) in places.items()
    }
    alone = [_moved(data, {places[q]: m * v}) for q, some in directions.items() for v in some for m in way.moves]
    first = {places[q]: some[0] for q, some in directions.items()}
    together = [_moved(data, {place: m * v for place, v in first.items()}) for m in plain.moves]
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
    epsilon = float(np.finfo(kit.assignment.grading.precision).eps)
    layout, (_, plain) = kit.layout, ways(epsilon)
    for way in ways(epsilon):
        asked = probes(layout, role, sample, way, plain)
        found = asked and _derivatives(layout, asked, ask(way), way, plain, epsilon)
        if asked and found:
            truth = expected(layout, role, kit.key.program, sample.of(role))
            return dict(_compared(found, asked, values, truth, way))
    return {}


Derivatives: TypeAlias = Mapping[str, tuple[Array, Array]]  # along each direction, and how uncertain that is


def _derivatives(
    layout: Layout, asked: Probes, answers: Sequence[Answer], way: Way, plain: Way, epsilon: float
) -> Derivatives | None:
    """The derivatives of the student's forward function; None where they cannot be believed."""
    read = [_number(layout, asked, answer) for answer in answers]
    if len(read) != len(asked.calls) or not all(np.isfinite(n) and np.isfinite(size) for n, size in read):
        return None
    numbers = np.array([number for number, _ in read])
    rounding = 20 * epsilon * max(size for _, size in read)
    alone, together = np.split(numbers, [-len(plain.moves)])
    each, doubt = way.derivatives(alone.reshape(-1, len(way.moves)), rounding)
    (whole,), (uncertain,) = plain.derivatives(together[None], rounding)
    first = slice(None, None, DIRECTIONS)
    limit = plain.tolerance * float(abs(each[first]).sum()) + float(doubt[first].sum()) + uncertain
    if not abs(each[first].sum() - whole) <= limit:
        return None
    parts = (a.reshape(-1, DIRECTIONS) for a in (each, doubt))
    return dict(zip(asked.directions, zip(*parts, strict=True), strict=True))


def _number(layout: Layout, asked: Probes, answer: Answer) -> tuple[complex, float]:
    """Σ upstream · outputs, and the same of absolute values; NaN where an output is not what it should be."""
    found, trouble = results_of(asked.forward, answer.value) if answer.status == "returned" else ({}, "none")
    total, size = 0j, 0.0
    for slot in asked.forward.gives if not trouble else ():
        if slot.kind in ("state", "output") and slot.of in asked.data.upstream:
            upstream = asked.data.upstream[slot.of]
            weight = layout.axes(asked.forward.role, slot).there(upstream[0] if asked.forward.role == "step" else upstream)
            value = found.get(slot.name)
            if not isinstance(value, np.ndarray) or value.shape != weight.shape or value.dtype.kind not in "fc":
                return complex("nan"), 0.0
            with np.errstate(all="ignore"):
                product = weight * value
                total, size = total + complex(product.sum()), size + float(abs(product).sum())
    return (complex("nan"), 0.0) if trouble else (total, size)


def _compared(
    found: Derivatives, asked: Probes, values: Mapping[str, Array], truth: Mapping[str, Array], way: Way
) -> Iterator[tuple[str, bool]]:
    """The verdict on each value."""
    least = SMALLEST * max(float(abs(derivatives).max()) for derivatives, _ in found.values())
    for q, (derivatives, doubt) in found.items():
        if q not in values or (truth[q].any() and abs(derivatives).max() <= least):
            continue
        products = [values[q] * v for v in asked.directions[q]]
        own = np.array([p.sum() for p in products])
        scale = np.maximum(abs(derivatives), [np.sqrt((p**2).sum()) for p in products]).max()
        limit = way.tolerance * max(float(scale), least) + doubt
        off = abs(own - derivatives)
        if (off <= limit).all():
            yield q, True
        elif (off > 100 * limit).any():
            yield q, False
