"""The ladder: a function exists, returns, the right number of results, of the right kind, shape, dtype, finite.

One message per result: the first rung that does not hold. Then values are compared.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from ..conventions import TRAINING, Layout, Signature, Slot
from ..errors import nearest, printable, quoted
from .disguises import look_alike
from .exchange import Array, canonical, quantities, shape
from .inside.values import NAME, NAMES
from .running import Answer, Foreign, Raised, Run

#: How nearly the numbers of a wrong program must be a student's; what is right, `tolerance` knows.
TOLERANCE = 1e-9
#: Of a quantity's numbers, as a part of the largest of all quantities: what is smaller may be zero but for rounding.
SMALLEST = 1e-6
#: Why results that pass every rung are none all the same.
SPOILT: Mapping[str, str] = {
    "unsteady": "does not give the same when it is called again with the same arguments. Does it draw random"
    " numbers, or keep something between calls: in a global variable, a default argument, a buffer?",
    "constant": "gives the same numbers whatever its arguments are: are they written into the code?",
}


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
    trouble = _no_answer(signature, answer, run, place)
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
            _read_result(layout, signature.role, slot, results[slot.name], truth, sizes, precision, reading)
    if answer.status in SPOILT:
        said = f"{signature.name} {SPOILT[answer.status]}"
        return Reading({}, dict.fromkeys(reading.values, said) | reading.problems)
    return reading


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


def unwritten(raised: Raised) -> bool:
    """Whether a function says that it is still to be written, in the starter's own words."""
    return re.fullmatch(r"\w+ is yours to write", raised.message) is not None


def _no_answer(signature: Signature, answer: Answer, run: Run, place: Callable[[int], str]) -> str:
    """Why there is nothing to look at, in a sentence; empty where there is."""
    name = signature.name
    match answer.status:
        case "returned" | "unsteady" | "constant":
            return f"{name} returns nothing: is the return statement missing?" if answer.value is None else ""
        case "raised":
            assert answer.raised is not None
            r = answer.raised
            if unwritten(r):
                return r.message
            where = f" in {place(r.line)}" if r.line else ""
            return f"{name} raised {r.named}{where}{f': {quoted(r.message)}' if r.message else ''}"
        case "missing":
            if twin := look_alike(name, run.names):
                return f"There is no function {name}: {twin}. Type its name again."
            near = nearest(name, run.names)
            yours = near.removeprefix("Did you mean ").removesuffix("?") if near.startswith("Did") else ""
            return f"There is no function {name}." + (f" Yours is called {yours}: rename it." if yours else "")
        case "not_callable":
            return f"{name} is not a function."
        case "timeout":
            return f"{name} did not end within the time allowed: is there a loop that never ends?"
        case "died":
            return f"Python ended inside {name}, without an answer."
        case "depends":
            return "It needs the result of an earlier function, which gave none."
    return "It was not reached: an earlier function did not end."


def _count(signature: Signature, number: int) -> str:
    wanted = ", ".join(s.name for s in signature.gives)
    many = f"{number} result{'s' if number != 1 else ''}"
    return f"{signature.name} returns {many} instead of {len(signature.gives)}: {wanted}."


def _read_result(
    layout: Layout,
    role: str,
    slot: Slot,
    result: Any,
    truth: Mapping[str, Array],
    sizes: Mapping[str, int],
    precision: str,
    reading: Reading,
) -> None:
    if slot.plain == "parameters":
        _read_dict(layout, slot, result, truth, precision, reading)
        return
    trouble = problem(slot.name, result, shape(layout, role, slot, truth), layout.shape(role, slot), precision)
    if trouble:
        reading.problems.update(dict.fromkeys(quantities(layout, slot), trouble))
        return
    for name, value in canonical(layout, role, slot, np.asarray(result, dtype=float), sizes):
        known = reading.values.setdefault(name, value)
        # What is added up from two places has one gradient, which reaches both.
        if far(value, known, float(np.abs(known).max(initial=0.0)) or 1.0) > np.finfo(precision).eps ** 0.5:
            reading.problems[name] = f"{slot.name} differs from another place of {name}: a sum sends both the same."


def _read_dict(
    layout: Layout, slot: Slot, result: Any, truth: Mapping[str, Array], precision: str, reading: Reading
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
            sizes = layout.cell.shapes[key]
            letters = f"({','.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"
            trouble = problem(f'{slot.name}["{key}"]', result[key], truth[name].shape, letters, precision)
            if trouble:
                reading.problems[name] = trouble
            else:
                reading.values[name] = np.asarray(result[key], dtype=float)


def problem(name: str, result: Any, shape: tuple[int, ...], letters: str, precision: str = "float64") -> str:
    """Which rung a result fails, in a sentence; empty where it can be compared."""
    if isinstance(result, Foreign) and result.kind.startswith("array of"):
        return f"{name} is an {kind(result)}.{_array_advice(result)}"
    if not isinstance(result, (np.ndarray, float, int)) or isinstance(result, bool):
        listed = isinstance(result, (list, tuple)) or (isinstance(result, Foreign) and "subclass" in result.kind)
        advice = f" Write np.asarray({name})." if listed else ""
        return f"{name} is {kind(result)}, not an array.{advice}"
    array = np.asarray(result)
    if array.shape != shape:
        turned = " It is transposed." if array.shape == shape[::-1] and len(shape) == 2 else ""
        return f"{name} has shape {_tuple(array.shape)} instead of {_tuple(shape)}, which is {letters}.{turned}"
    if array.dtype not in (np.float64, precision):
        return f"{name} holds {array.dtype} numbers instead of float64.{_dtype_advice(array)}"
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        return f"{name} is not finite: {bad} of {array.size} numbers are NaN or infinite."
    return ""


def _array_advice(result: Foreign) -> str:
    """What to do about an array that did not cross."""
    if result.kind == "array of dtype object":
        return " Such arrays come of rows of unequal lengths, or of None: np.zeros(shape) makes one of float64 to fill."
    return " It should hold float64 numbers: np.zeros(shape) makes such." if "dtype" in result.kind else ""


def _dtype_advice(array: Array) -> str:
    if array.dtype.kind in "iub":
        return " A buffer of whole numbers cuts off the fractions: np.zeros(shape) makes float64."
    if array.dtype.kind == "f":
        return " Leave dtype out: np.zeros(shape) makes float64."
    return ""


def kind(result: Any) -> str:
    """What a result is, in words."""
    match result:
        case None:
            return "None"
        case Foreign(kind=name) if name.startswith("ndarray subclass "):
            return f"of a class of its own, {printable(name[:NAME]).removeprefix('ndarray subclass ')}"
        case Foreign(kind=name):
            return printable(name[:NAME])
        case bool():
            return "a bool"
        case np.ndarray():
            return "an array"
        case list() | tuple() | dict() | str():
            return f"a {type(result).__name__}"
    return "a number"


def _tuple(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


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
