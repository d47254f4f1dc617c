"""The ladder: a function exists, returns, the right number of results, of the right kind, shape, dtype, finite.

One message per result: the first rung that does not hold. Then values are compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from ..conventions import TRAINING, Layout, Signature, Slot
from ..errors import nearest
from .exchange import Array, canonical, quantities, shape
from .inside.values import NAME, NAMES
from .rungs import kind, problem
from .running import Answer, Run
from .shapes import Letters, Shape, misshapen, uncut
from .unanswered import unanswered

#: How nearly the numbers of a wrong program must be a student's; what is right, `tolerance` knows.
TOLERANCE = 1e-9
#: Of a quantity's numbers, as a part of the largest of all quantities: what is smaller may be zero but for rounding.
SMALLEST = 1e-6
#: Why results that pass every rung are none all the same, after the function's name.
UNSTEADY = "does not give the same when it is called again with the same arguments"
DRAWN = (
    "Does it draw random numbers, or keep something between calls: in a global variable, a default argument, a buffer?"
)
ADDED = "This comes back twice as large: it is kept between calls and added to. Begin every call with new zeros."
CONSTANT = "gives the same numbers whatever its arguments are: are they written into the code?"


@dataclass
class Reading:
    """What a task's answer holds: values by quantity, or for each quantity the sentence that says why not.

    skipped says that the fault lies with an earlier call.
    """

    values: dict[str, Array] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    skipped: str = ""


def read(
    layout: Layout,
    signature: Signature,
    answers: Sequence[Answer],
    run: Run,
    truth: Mapping[str, Array],
    sizes: Mapping[str, int],
    place: Callable[[int], str],
    precision: str = "float64",
) -> Reading:
    """Climb the ladder for one task; place says where a line of the source is in the student's file.

    precision: what may be computed in; values are in float64 afterwards.
    Values of several calls are stacked, as those of the truth are; the first call that fails speaks for all.
    """
    if signature.role not in TRAINING:
        return _read_call(layout, signature, answers[0], run, truth, sizes, place, precision)
    cases = [dict(zip(truth, arrays, strict=True)) for arrays in zip(*truth.values(), strict=True)]
    readings = [
        _read_call(layout, signature, answer, run, case, sizes, place, precision)
        for answer, case in zip(answers, cases, strict=True)
    ]
    problems = {q: trouble for r in reversed(readings) for q, trouble in r.problems.items()}
    right = [q for q in truth if all(q in r.values for r in readings)]
    return Reading({q: np.stack([r.values[q] for r in readings]) for q in right}, problems, readings[0].skipped)


def _read_call(
    layout: Layout,
    signature: Signature,
    answer: Answer,
    run: Run,
    truth: Mapping[str, Array],
    sizes: Mapping[str, int],
    place: Callable[[int], str],
    precision: str,
) -> Reading:
    reading = Reading()
    letters = partial(Letters.of, layout, signature, truth, sizes)  # what is right needs none
    trouble = unanswered(layout, signature, answer, run, letters, place)
    if answer.status in ("depends", "unreached"):
        reading.skipped = trouble
        return reading
    results, trouble = ({}, trouble) if trouble else results_of(signature, answer.value)
    for slot in signature.gives:
        names = quantities(layout, slot)
        if trouble:
            reading.problems.update(dict.fromkeys(names, trouble))
        elif names and slot.name not in results:
            near = nearest(slot.name, [k for k in results if k not in {s.name for s in signature.gives}])
            said = f'{signature.name} returns no "{slot.name}".' + (f" {near}" if near.startswith("Did") else "")
            reading.problems.update(dict.fromkeys(names, said))
        elif names:
            _read_result(layout, signature, slot, results[slot.name], truth, sizes, letters, precision, reading)
    if answer.status == "constant":
        return Reading({}, dict.fromkeys(reading.values, f"{signature.name} {CONSTANT}") | reading.problems)
    if answer.again is not None:
        again = _read_call(layout, signature, answer.again, run, truth, sizes, place, precision)
        reading.problems.update(_unsteady(signature.name, reading.values, again))
        reading.values = {q: v for q, v in reading.values.items() if q not in reading.problems}
    return reading


def _unsteady(name: str, first: Mapping[str, Array], again: Reading) -> dict[str, str]:
    """What is not the same when a function is called again with the same arguments, and a sentence about it."""
    found = {}
    for q, value in first.items():
        scale = float(np.abs(value).max(initial=0.0)) or 1.0
        if q not in again.values:
            found[q] = f"{name} {UNSTEADY}. The second time: {again.problems.get(q, again.skipped)}"
        elif far(again.values[q], value, scale) > TOLERANCE:
            doubled = far(again.values[q], 2 * value, scale) <= TOLERANCE
            found[q] = f"{name} {UNSTEADY}. {ADDED if doubled else DRAWN}"
    return found


def results_of(signature: Signature, value: Any) -> tuple[dict[str, Any], str]:
    """What a function returned, by the names of its results, or a sentence that says why there is no such thing."""
    if signature.named:
        if isinstance(value, dict):
            return value, ""
        return {}, f"{signature.name} returns {kind(value)}, not a dict of gradients by name."
    found = value if isinstance(value, (tuple, list)) else [value]
    if len(found) != len(signature.gives):
        return {}, _count(signature, len(found))
    return {slot.name: result for slot, result in zip(signature.gives, found, strict=True)}, ""


def _count(signature: Signature, number: int) -> str:
    wanted = ", ".join(s.name for s in signature.gives)
    many = f"{number} result{'s' if number != 1 else ''}"
    return f"{signature.name} returns {many} instead of {len(signature.gives)}: {wanted}."


def _read_result(
    layout: Layout,
    signature: Signature,
    slot: Slot,
    result: Any,
    truth: Mapping[str, Array],
    sizes: Mapping[str, int],
    letters: Callable[[], Letters],
    precision: str,
    reading: Reading,
) -> None:
    role = signature.role
    if slot.plain == "parameters":
        _read_dict(layout, slot, result, truth, letters, precision, reading)
        return
    wanted = shape(layout, role, slot, truth)

    def advice(array: Array) -> str:
        cut = uncut(layout, signature, slot, array, truth, letters())
        return cut or misshapen(array.shape, wanted, letters(), slot.plain == "parameter")

    if trouble := problem(slot.name, result, wanted, layout.shape(role, slot), precision, advice):
        reading.problems.update(dict.fromkeys(quantities(layout, slot), trouble))
        return
    for name, value in canonical(layout, role, slot, np.asarray(result, dtype=float), sizes):
        agreed = reading.values.setdefault(name, value)
        # What is added up from two places has one gradient, which reaches both.
        if agreed is value:
            continue
        if far(value, agreed, float(np.abs(agreed).max(initial=0.0)) or 1.0) > np.finfo(precision).eps ** 0.5:
            reading.problems[name] = f"{slot.name} differs from another place of {name}: a sum sends both the same."


def _read_dict(
    layout: Layout,
    slot: Slot,
    result: Any,
    truth: Mapping[str, Array],
    letters: Callable[[], Letters],
    precision: str,
    reading: Reading,
) -> None:
    for name in quantities(layout, slot):
        key = name[1:] if slot.gradient else name
        if not isinstance(result, dict):
            values = "gradients by parameter name" if slot.gradient else "parameters by name"
            reading.problems[name] = f"{slot.name} is {kind(result)}, not a dict of {values}."
        elif key not in result:
            others = [k[:NAME] for k in islice(result, NAMES) if isinstance(k, str) and k not in layout.cell.parameters]
            near = nearest(key, others)
            reading.problems[name] = f'{slot.name} has no "{key}".' + (f" {near}" if near.startswith("Did") else "")
        else:
            sizes, wanted = layout.cell.shapes[key], truth[name].shape
            written = f"({','.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"
            advice = partial(_advice_for, wanted, letters)
            trouble = problem(f'{slot.name}["{key}"]', result[key], wanted, written, precision, advice)
            if trouble:
                reading.problems[name] = trouble
            else:
                reading.values[name] = np.asarray(result[key], dtype=float)


def _advice_for(wanted: Shape, letters: Callable[[], Letters], array: Array) -> str:
    return misshapen(array.shape, wanted, letters(), parameter=True)


def scales(truth: Mapping[str, Array]) -> dict[str, float]:
    """What differences of each quantity are measured by: its own largest number.

    What is zero but for rounding, where a sum cancels, is measured by the other quantities.
    """
    largest = {q: float(np.abs(a).max(initial=0.0)) for q, a in truth.items()}
    least = SMALLEST * max(largest.values(), default=0.0)
    return {q: scale if 0 < (scale := max(own, least)) < math.inf else 1.0 for q, own in largest.items()}


def far(value: Array, truth: Array, scale: float) -> float:
    """The largest difference, as a part of the scale; infinite where a number of either is not finite."""
    with np.errstate(all="ignore"):
        worst = float(np.abs(value - truth).max(initial=0.0)) / scale
    return math.inf if math.isnan(worst) else worst
