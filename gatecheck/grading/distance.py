"""How far results are off, and may be."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .exchange import Array
from .ladder import far, scales
from .tolerance import seems_rounded

#: Of the largest number of what is right: what is no larger is nothing.
_NOTHING = 1e-9
#: A number of which nobody reads the digits.
_MANY = 1e6


@dataclass(frozen=True)
class Distance:
    """How far a result is off, and may be, as parts of its scale.

    rounded: whether it looks as if by float32; where: in which part of it, if the rest is right; nothing: whether it is
    zero and should not be, so that it is right for no reason.
    """

    error: float
    tolerance: float
    rounded: bool = False
    where: str = ""
    nothing: bool = False

    @property
    def right(self) -> bool:
        """Whether it is off by no more than rounding."""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        if not math.isfinite(self.error):
            return f"far off{self.where}"
        if self.error >= _MANY:
            return f"off by {self.error:.0e} times its largest value{self.where}"
        if self.error >= 10:
            return f"off by {self.error:.0f} times its largest value{self.where}"
        part = f"{100 * self.error:.0f} %" if self.error >= 0.01 else f"{self.error:.0e}"
        rounded = ", as if it were rounded to float32 on the way" if self.rounded else ""
        return f"off by {part} of its largest value{rounded}{self.where}"


def distances(
    values: Mapping[str, Array],
    truth: Mapping[str, Array],
    limits: Mapping[str, float],
    precision: str,
    parameters: Collection[str] | None = None,
) -> dict[str, Distance]:
    """The distance of every quantity from the truth.

    parameters: the names of those whose gradients are among them; where none are given, no part is told.
    """
    scale, found = scales(truth), {}
    for q, value in values.items():
        error, limit = far(value, truth[q], scale[q]), limits[q]
        coarse = precision == "float64" and error > limit and seems_rounded(value, truth[q], limit, scale[q])
        where = ""
        if error > limit and parameters is not None:
            axes = ("row", "column") if q.removeprefix("d") in parameters else ("time step", "sequence", "unit")
            where = whereabouts(np.abs(value - truth[q]) <= limit * scale[q], axes[-value.ndim :])
        nothing = error > limit and _is_nothing(value, truth[q])
        found[q] = Distance(error, limit, coarse, where, nothing)
    return found


def _is_nothing(value: Array, truth: Array) -> bool:
    """Whether a value is zero beside a truth that is not."""
    largest, right = (float(np.abs(a).max(initial=0.0)) for a in (value, truth))
    return largest <= _NOTHING * right and right > 0


def whereabouts(right: Array, axes: Sequence[str]) -> str:
    """In which part of an array something is wrong, where all of the rest is right: ", in time step 0 only".

    right: whether each number is; axes: what its axes count, from 0.
    """
    told = []
    for k, axis in enumerate(axes[: right.ndim]):
        wrong = np.flatnonzero(~right.all(axis=tuple(j for j in range(right.ndim) if j != k)))
        if 0 < len(wrong) < right.shape[k]:
            told.append(f"{axis}{'s' if len(wrong) > 1 else ''} {_ranges(wrong.tolist())}")
    return f", in {' and '.join(told)} only" if told else ""


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers in order, neighbours as a range: 0-2, 5."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)
