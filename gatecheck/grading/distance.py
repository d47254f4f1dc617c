"""How far results are off, and may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .exchange import Array
from .ladder import far, scales
from .tolerance import seems_rounded


@dataclass(frozen=True)
class Distance:
    """How far a result is off, and may be, as parts of its scale; rounded: whether it looks as if by float32."""

    error: float
    tolerance: float
    rounded: bool = False

    @property
    def right(self) -> bool:
        """Whether it is off by no more than rounding."""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        if not math.isfinite(self.error):
            return "far off"
        if self.error >= 10:
            return f"off by {self.error:.0f} times its largest value"
        part = f"{100 * self.error:.0f} %" if self.error >= 0.01 else f"{self.error:.0e}"
        rounded = ", as if it were rounded to float32 on the way" if self.rounded else ""
        return f"off by {part} of its largest value{rounded}"


def distances(
    values: Mapping[str, Array], truth: Mapping[str, Array], limits: Mapping[str, float], precision: str
) -> dict[str, Distance]:
    """The distance of every quantity from the truth."""
    scale, found = scales(truth), {}
    for q, value in values.items():
        error, limit = far(value, truth[q], scale[q]), limits[q]
        coarse = precision == "float64" and error > limit and seems_rounded(value, truth[q], limit, scale[q])
        found[q] = Distance(error, limit, coarse)
    return found
