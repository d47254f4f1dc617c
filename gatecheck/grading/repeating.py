"""Whether functions give the same again: every call is made once more, with others on other numbers in between.

What counts are the answers of the first time. The others tell what a first time cannot: results that are drawn at
random, left over from an earlier call, or written into the code; and, for large numbers, those that overflow. All comes
from one process, so what a submission makes of it harms only itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from ..assignment.program import Data, Program
from ..assignment.training import Given
from ..conventions import BACKWARD, Layout
from .exchange import Array, calls, expected
from .ladder import TOLERANCE, far
from .remembering import remembered
from .running import Answer, Call, Value
from .sample import Sample

FIRST, AGAIN, OTHER, LARGE = range(4)
MOST = 200
#: What numbers are multiplied by where exp may overflow; a right function gives finite ones all the same.
BEYOND = 1000.0


@dataclass(frozen=True)
class Asked:
    """One call: of which function, the how-manieth time (FIRST, AGAIN, on OTHER or on LARGE numbers)."""

    role: str
    time: int
    call: Call


@remembered(4)
def plan(layout: Layout, roles: tuple[str, ...], sample: Sample) -> list[Asked]:
    """The calls, in their order: each function once; then again and on other numbers, backward functions last.

    So between a function and its backward one lie calls that a cache survives, and a global variable does not.
    """
    asked: list[Asked] = []
    places: tuple[dict[str, int], ...] = ({}, {}, {}, {})
    early, late = [r for r in roles if r in BACKWARD], [r for r in roles if r not in BACKWARD]
    order = (roles, FIRST), (early, AGAIN), (early, OTHER), (late, AGAIN), (late, OTHER), (early[:1], LARGE)
    for some, time in order:
        for role in some:
            places[time][role] = len(asked)
            data = _of(sample, role, time)
            asked += [Asked(role, time, call) for call in calls(layout, role, data, places[time])]
    return asked


def _of(sample: Sample, role: str, time: int) -> Given:
    """What a function is called with at a time."""
    given = sample.of(role)
    if time == LARGE and isinstance(given, Data):
        return _large(given)
    return other(role, given) if time == OTHER else given


@remembered(16)
def other(role: str, given: Given) -> Given:
    """Other numbers of the same signs: whatever a cell can be called with can be halved.

    A sequence has one step only, which tells what is wrong in the equations from what is wrong in the loop.
    """
    if isinstance(given, Data):
        steps = slice(None) if role.startswith("step") else slice(1)
        return Data(
            inputs={n: x[steps] for n, x in _times(0.5, given.inputs).items()},
            initial=_times(0.5, given.initial),
            parameters=_times(0.5, given.parameters),
            upstream={n: u[steps] for n, u in _times(0.5, given.upstream).items()},
            sizes=given.sizes,
        )
    return (*given[1:], *given[:1])


@remembered(16)
def _large(given: Data) -> Data:
    """Large numbers, and all sequences of the batch alike.

    For a softmax that subtracts the largest number of the whole batch is no fault of a student who was given it.
    """
    alike = {n: x[:, :1].repeat(x.shape[1], 1) for n, x in given.inputs.items()}
    initial = {n: s[:1].repeat(len(s), 0) for n, s in given.initial.items()}
    parameters = _times(BEYOND, given.parameters)
    return Data(_times(BEYOND, alike), _times(BEYOND, initial), parameters, given.upstream, given.sizes)


def _times(factor: float, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Arrays times a number; those of zeros and ones as they are, for they choose one of several."""
    return {name: array if np.isin(array, (0, 1)).all() else factor * array for name, array in arrays.items()}


def settled(
    layout: Layout, program: Program, sample: Sample, asked: Sequence[Asked], answers: Sequence[Answer]
) -> dict[str, list[Answer]]:
    """The answers that count, by role; none is what later does not end, is not the same again, or never another."""
    told: dict[tuple[str, int], list[Answer]] = {}
    for a, answer in zip(asked, answers, strict=True):
        told.setdefault((a.role, a.time), []).append(answer)
    found = {}
    for role in dict.fromkeys(a.role for a in asked):
        first, again, others = (told[role, time] for time in (FIRST, AGAIN, OTHER))
        if end := next((a.status for a in (*again, *others) if a.status in ("timeout", "died")), None):
            first = [replace(answer, status=end) if answer.status == "returned" else answer for answer in first]
        elif any(map(_unsteady, first, again)):
            first = [replace(a, status="unsteady", again=b) for a, b in zip(first, again, strict=True)]
        elif _constant(first, others) and _differ(layout, role, program, sample.of(role)):
            first = [replace(answer, status="constant") for answer in first]
        late = any(answer.overwritten for answer in (*again, *others))
        large = any(map(_overflows, told.get((role, LARGE), ()))) and _tame(layout, role, program, sample)
        found[role] = [replace(answer, overwritten=late, overflows=large) for answer in first]
    return found


def _overflows(answer: Answer) -> bool:
    return any(a.dtype.kind == "f" and not np.isfinite(a).all() for a in _numbers(answer.value))


def _tame(layout: Layout, role: str, program: Program, sample: Sample) -> bool:
    """Whether the right results are finite for large numbers too: those of exp are not."""
    return all(np.isfinite(a).all() for a in expected(layout, role, program, _of(sample, role, LARGE)).values())


def on_others(asked: Sequence[Asked], answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    """What was answered for other numbers, by role."""
    found: dict[str, list[Answer]] = {}
    for a, answer in zip(asked, answers, strict=True):
        if a.time == OTHER:
            found.setdefault(a.role, []).append(answer)
    return found


def _unsteady(first: Answer, again: Answer) -> bool:
    if first.status != "returned" or again.status in ("unreached", "depends"):
        return False
    one, two = _numbers(first.value), _numbers(again.value)
    if again.status != "returned" or [a.shape for a in one] != [a.shape for a in two]:
        return True
    if all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True)):
        return False
    # To rounding, not to the bit: sums may depend on where in memory an array lies. NaN is told elsewhere.
    one, two = ([np.nan_to_num(a * 1.0) for a in arrays] for arrays in (one, two))
    largest = max(float(np.abs(a).max(initial=0.0)) for a in one)
    return any(far(b, a, largest or 1.0) > TOLERANCE for a, b in zip(one, two, strict=True))


def _constant(first: Sequence[Answer], other: Sequence[Answer]) -> bool:
    """Whether every array is to the bit what it is for other arguments; one of more steps, whether it is one number."""
    pairs = list(zip(first, other, strict=True))
    if not all(a.status == b.status == "returned" for a, b in pairs):
        return False
    both = [(_numbers(a.value), _numbers(b.value)) for a, b in pairs]
    return any(one for one, _ in both) and all(len(one) == len(two) and all(map(_alike, one, two)) for one, two in both)


def _alike(one: Array, other: Array) -> bool:
    if one.shape == other.shape or not one.size or not other.size:
        return np.array_equal(one, other)
    return bool((one == one.flat[0]).all() and (other == one.flat[0]).all())


def _differ(layout: Layout, role: str, program: Program, data: Given) -> bool:
    """Whether the right results are other ones for other arguments: in a cell of signs they need not be."""
    one, two = (expected(layout, role, program, given) for given in (data, other(role, data)))
    return not all(map(_alike, one.values(), two.values()))


def _numbers(value: Value) -> list[Array]:
    """The numbers in an answer, no more of them than an honest one could have: each costs the judge time."""
    return list(islice(_parts(value), MOST))


def _parts(value: Value) -> Iterator[Array]:
    if isinstance(value, (np.ndarray, int, float)):
        yield np.asarray(value)
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item)
