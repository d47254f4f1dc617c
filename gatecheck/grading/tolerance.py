"""How far a right result may be off, quantity by quantity: derived from the computation itself.

Rounding errors grow in proportion to the unit roundoff, so what float64 loses is seen beside float32: the same program
is run in both, on the same numbers, and what lies between them is what 24 bits cost, beside which float64 is exact.
53 bits cost 2⁻²⁹ of that. So every sum, product and cancellation on the way to a quantity counts as it is, on every
platform, without arithmetic of more than float64. Others who compute the same in another order, or by other formulas,
lose about as much, not exactly as much: SAFETY is what lies between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from ..assignment.model import PRECISIONS
from ..assignment.operations import IN_FLOAT32
from ..assignment.program import Data, Program
from ..assignment.training import Given
from ..conventions import Layout
from .exchange import Array, expected
from .ladder import far, scales
from .remembering import remembered

#: The unit roundoff of what may be computed in.
ROUNDOFF: Mapping[str, float] = {name: float(np.finfo(name).eps) / 2 for name in PRECISIONS}
#: With sums reversed and functions by other formulas, 14,220 quantities of all cells were off by at most 22 times the
#: bound without this in float64, and 41 times in float32; half of them by about the bound or less.
SAFETY = 256
#: No more than this part of a quantity's scale is believed to be rounding to float32.
MOST = 0.1


@remembered(64)
def tolerances(
    layout: Layout, role: str, program: Program, data: Given, truth: Mapping[str, Array], precision: str = "float64"
) -> dict[str, float]:
    """What each quantity that a function gives may be off, as a part of its scale.

    truth: the same quantities by the same program in float64. precision: what may be computed in, float64 or float32.
    """
    scale, narrow = scales(truth), expected(layout, role, program, narrowed(data), IN_FLOAT32)
    lost = {q: min(far(narrow[q], value, scale[q]), MOST) for q, value in truth.items()}
    # A quantity of few numbers may be lucky: none is thought to be better off than most.
    least = max(_middle(lost.values()), ROUNDOFF["float32"])
    unit = ROUNDOFF[precision] / ROUNDOFF["float32"]
    return {q: SAFETY * unit * max(error, least) for q, error in lost.items()}


def _middle(numbers: Collection[float]) -> float:
    """The median; NumPy's imports a fifth of NumPy that nothing else needs."""
    ordered, half = sorted(numbers), len(numbers) // 2
    return (ordered[half] + ordered[~half]) / 2


def narrowed(data: Given) -> Given:
    """The same numbers in float32."""
    if isinstance(data, Data):
        groups = (data.inputs, data.initial, data.parameters, data.upstream)
        inputs, initial, parameters, upstream = map(_rounded, groups)
        return Data(inputs, initial, parameters, upstream, data.sizes)
    return tuple(replace(u, parameters=_rounded(u.parameters), gradients=_rounded(u.gradients)) for u in data)


def _rounded(arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {n: a.astype(np.float32) for n, a in arrays.items()}


def seems_rounded(value: Array, truth: Array, tolerance: float, scale: float) -> bool:
    """Whether a wrong result looks like a right one that went through float32: most numbers are off, each differently.

    tolerance: what it may be off in float64. A factor is off by the same part everywhere.
    """
    wide = tolerance * ROUNDOFF["float32"] / ROUNDOFF["float64"]
    if far(value, truth, scale) > wide:
        return False
    counted = np.abs(truth) > 1e-3 * scale
    parts = (value[counted] - truth[counted]) / truth[counted]
    off = np.abs(parts) > ROUNDOFF["float32"] / 64
    return bool(parts.size and off.mean() > 0.75 and np.ptp(parts) > 0.5 * np.abs(parts).max())
