"""What wrong numbers look like, where no wrong equation gives them: said beside how far they are off.

A suspicion says what is seen of an array as a whole, and what such arrays come of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..assignment.kit import Kit
from ..conventions import TRAINING, Signature
from .exchange import Array, expected
from .ladder import far, read
from .report import Check, Mistake
from .running import Answer, Run
from .sample import Sample

#: An array of fewer numbers may look like anything.
FEW = 4


def suspected(
    kit: Kit,
    sample: Sample,
    run: Run,
    answers: Mapping[str, Sequence[Answer]],
    checks: Sequence[Check],
    mistakes: Sequence[Mistake],
) -> Iterator[Check]:
    """The checks, with a suspicion after what is off and explained by no mistake that is certain."""
    known = {(m.where and m.where.function, q) for m in mistakes if m.certain for q in (m.quantity, *m.explains)}
    off: dict[str, dict[str, float]] = {}
    for check in checks:
        if check.status == "failed" and check.error is not None and (check.task, check.quantity) not in known:
            off.setdefault(check.task, {})[check.quantity] = check.tolerance or 0.0
    said = {task: _of_task(kit, sample, run, answers, kit.role(task), names) for task, names in off.items()}
    for check in checks:
        more = said.get(check.task, {}).get(check.quantity, "")
        yield replace(check, message=f"{check.message}: {more}") if more else check


def _of_task(
    kit: Kit, sample: Sample, run: Run, answers: Mapping[str, Sequence[Answer]], role: str, off: Mapping[str, float]
) -> dict[str, str]:
    """What is seen of the quantities of one function that are off; off: quantity -> how far it might be."""
    if role in TRAINING:
        return {}
    layout, signature = kit.layout, kit.layout.signature(role)
    truth = expected(layout, role, kit.key.program, sample.of(role))
    precision = kit.assignment.grading.precision
    values = read(layout, signature, answers[role], run, truth, sample.step.sizes, str, precision).values
    modified = [signature.takes[k].name for k in answers[role][0].modified]
    return {q: suspicion(signature, q, values, truth, limit, modified) for q, limit in off.items() if q in values}


def suspicion(
    signature: Signature,
    q: str,
    values: Mapping[str, Array],
    truth: Mapping[str, Array],
    tolerance: float,
    modified: Sequence[str] = (),
) -> str:
    """What is seen of a quantity that is off, the most telling alone; empty where nothing is.

    tolerance: what it might be off, as a part of its scale. modified: the arguments that the function changed.
    """
    return next(_seen(signature, q, values, truth, tolerance, modified), "")


def _seen(
    signature: Signature,
    q: str,
    values: Mapping[str, Array],
    truth: Mapping[str, Array],
    tolerance: float,
    modified: Sequence[str],
) -> Iterator[str]:
    value, right = values[q], truth[q]
    if not value.any():
        yield (
            "it is exactly zero. Is it added to itself instead of to what a step gives,"
            " or stored under another name than the one returned?"
        )
    if value.size >= FEW and np.ptp(value) == 0 and np.ptp(right) > 0:
        outer = "the matrix of two vectors is np.outer" if value.ndim == 2 else "a sum over one axis needs axis="
        yield f"it holds one number everywhere. A single number was spread over the array; {outer}."
    if value.size >= FEW and (value == np.round(value)).all() and not (right == np.round(right)).all():
        yield "it holds whole numbers only. A buffer of whole numbers cuts off fractions: np.zeros(shape) does not."
    for other, its in values.items():
        if other != q and its.shape == value.shape and np.array_equal(its, value) and value.any():
            yield f"it holds the numbers of {other}. Do two names stand for one array, as after a = b?"
    if modified:
        yield f"it changes {' and '.join(modified)} in place: what comes later reads the changed numbers."
    if not signature.role.startswith("step") and _sequence(signature, q):
        yield from _when(value, right, tolerance)


def _sequence(signature: Signature, q: str) -> bool:
    """Whether a quantity has one value for each step."""
    slots = (s for s in signature.gives if s.plain in ("input", "state", "output"))
    return q in {("d" if s.gradient else "") + s.of for s in slots}


def _when(value: Array, right: Array, tolerance: float) -> Iterator[str]:
    """At which steps a sequence is right, where that is at its beginning or its end."""
    scale = float(np.abs(right).max()) or 1.0
    wrong = [t for t in range(len(right)) if far(value[t], right[t], scale) > tolerance]
    last = len(right) - 1
    if not wrong or len(wrong) <= wrong[-1] - wrong[0]:
        return
    if len(wrong) == 1 < last and wrong[0] in (0, last):
        yield f"the {'last' if wrong[0] else 'first'} step alone is wrong."
    elif wrong[-1] == last and wrong[0]:
        yield f"right {_steps(0, wrong[0] - 1)}, wrong from t = {wrong[0]} on (counted from 0)."
    elif wrong[0] == 0 and wrong[-1] < last:
        yield f"right {_steps(wrong[-1] + 1, last)}, wrong in every earlier step (counted from 0)."


def _steps(first: int, last: int) -> str:
    return f"at t = {first}" if first == last else f"from t = {first} to {last}"
