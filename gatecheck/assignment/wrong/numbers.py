"""Numbers that a student wrote, or that came of the sizes of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product as product_of

import numpy as np

from ..expressions import Expression, product

#: How far from a number that people write one may be.
ROUNDING = 1e-6
#: The largest number that is likely to have been written as such.
MOST_WRITTEN = 4


def plain(k: float) -> float:
    """A number as people write it, where it is one but for rounding."""
    near = Fraction(k).limit_denominator(64) if np.isfinite(k) else Fraction(0)
    return float(near) if abs(float(near) - k) < ROUNDING * max(1.0, abs(k)) else k


def shown(k: float) -> str:
    """A number in print."""
    near = Fraction(k).limit_denominator(64)
    text = str(near) if float(near) == k and near.denominator > 1 and abs(near) < 100 else f"{k:.6g}"
    return text.replace("-", "−")


def counted(k: float, sizes: Mapping[str, int], stacked: int = 1) -> tuple[Expression, str]:
    """A number, and how it is told; one that nobody writes is a size, or that of so many arrays that are stacked."""
    for many, (name, size) in product_of((1, stacked), sizes.items()) if abs(k) > MOST_WRITTEN else ():
        if abs(k) == many * size:
            text = name if many == 1 else f"{many} {name}"
            return product([k / size, f"#{name}"]), text if k > 0 else f"−{text}"
    return k, shown(k)


def times(k: float) -> str:
    """How often something counts."""
    words = {0.0: "not at all", 2.0: "twice", 0.5: "half", -1.0: "with the other sign"}
    return words.get(k) or f"{shown(k)} times"
