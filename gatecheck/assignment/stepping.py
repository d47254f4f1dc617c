"""What loops over the steps of a sequence are made of: one step backwards, and orders of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .operations import Among, Array, Table, evaluate, lane_of
from .program import Data, Program, arriving


def step_back(
    program: Program, values: dict[str, Any], arrived: Mapping[str, Array], data: Data, operations: Table
) -> tuple[dict[str, Any], dict[str, Array]]:
    """One step: its values with the gradient of each beside them, and the gradients that leave it backwards."""
    now = dict(values)
    for name in program.gradients:
        now[arriving(name)] = arrived[name] if name in arrived else np.zeros_like(values[name])
    for name, contributions in program.gradients.items():
        # What an input's next reader sends back is joined by the sequence, as for a state.
        total = arrived.get(name, 0.0)
        for lag, expression in contributions:
            if not lag:
                total = total + evaluate(expression, now, operations)
        now[f"d{name}"] = np.broadcast_to(total, np.broadcast_shapes(np.shape(total), values[name].shape))
    behind = {n: np.zeros_like(v) for n, v in data.initial.items()}
    for name in behind:
        for lag, expression in program.gradients[name]:
            if lag:
                behind[name] = behind[name] + evaluate(expression, now, operations)
    return now, behind


def contributed(
    value: Array, contributions: list[list[Any]] | Among, now: Mapping[str, Any], operations: Table
) -> Array:
    """What one step adds to the gradient of a parameter, of whose shape the value is."""
    if isinstance(contributions, Among):
        usual = contributed(value, contributions.usual, now, operations)
        made = np.empty((contributions.count, *value.shape))
        made[:] = usual
        for lane, other in contributions.other.items():
            try:
                made[lane] = contributed(value, other, lane_of(now, lane), operations)
            except (ValueError, AttributeError, TypeError, IndexError):
                made[lane] = np.nan  # of another shape: it costs no other lane its numbers
        return made
    total = np.zeros_like(value)
    for expression, operand, transposed in contributions:
        left = evaluate(expression, now, operations)
        if operand is None:
            total = total + left.sum(axis=-2)
        else:
            outer = np.swapaxes(left, -1, -2) @ evaluate(operand, now, operations)
            total = total + (np.swapaxes(outer, -1, -2) if transposed else outer)
    return total


def in_order(of: Any, how: str) -> Any:
    """A sequence in another order of time: "reversed", every step in the place of the next or of the one before.

    Or one that is the same at every step: the "first", the "last", or "none", which is zero.
    """
    if how in ("first", "last"):
        same = [of[0 if how == "first" else -1]] * len(of)
        return same if isinstance(of, list) else np.stack(same)
    if how == "none":
        return np.zeros_like(of)
    if how == "reversed":
        return of[::-1]
    shift = {"earlier": -1, "later": 1}[how]
    return [*of[shift:], *of[:shift]] if isinstance(of, list) else np.concatenate([of[shift:], of[:shift]])


def without(ends: tuple[str, ...], array: Array) -> Array:
    """(…,B,n) with zeros in the first or the last row."""
    kept = np.ones((array.shape[-2], 1))
    kept[[0 if end == "first" else -1 for end in ends]] = 0.0
    return array * kept


def left_out(ends: tuple[str, ...], t: int, steps: int) -> bool:
    """Whether a step is one of those that are left out; every second one is counted from the end that comes first."""
    second = ("second" in ends and t % 2 == 1) or ("second last" in ends and (steps - 1 - t) % 2 == 1)
    return second or (t == 0 and "first" in ends) or (t == steps - 1 and "last" in ends)


def stacked(arrays: list[Array]) -> Array:
    """Arrays of every step; some may have lanes, and others not yet."""
    return np.stack(np.broadcast_arrays(*arrays)) if len({a.ndim for a in arrays}) > 1 else np.stack(arrays)
