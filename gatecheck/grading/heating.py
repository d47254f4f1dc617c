"""Where a wrong quantity is off: its errors by time and unit, small enough to be read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..assignment.execution import run
from ..assignment.kit import Kit
from ..assignment.program import Data, Program
from ..assignment.training import Given
from .exchange import Array, expected
from .heat import Heat
from .ladder import scales

#: No more cells than these, down and across; more are told in blocks.
MOST = 24, 32
#: Of the largest error; what is smaller is nothing beside it.
_SMALLEST = 1e-6


def heat(
    kit: Kit, role: str, data: Given, quantity: str, value: Array | None, followed: Sequence[Program] = ()
) -> Heat | None:
    """How far a quantity is off, for the function `role` on these numbers; None where it has no numbers or no axes.

    value: what the student's function gave. A gradient inside of it (dc) is not given: it is that of the first of the
    programs which the student's function follows.
    """
    name = quantity.removeprefix("d")
    if value is not None:
        truth = expected(kit.layout, role, kit.key.program, data)
        axes = ("row", "column") if name in kit.cell.parameters else ("example", "unit")
        axes = axes if isinstance(data, Data) else ("call", "row")
        return errors(value, truth[quantity], scales(truth)[quantity], *axes)
    if not followed or not isinstance(data, Data) or name not in kit.key.program.gradients:
        return None
    with np.errstate(all="ignore"):
        yours, right = (run(program, data).gradients[name] for program in (followed[0], kit.key.program))
    if role.startswith("step"):
        yours, right = yours[0], right[0]
    return errors(yours, right, scales({name: right})[name])


def errors(value: Array, truth: Array, scale: float, down: str = "example", across: str = "unit") -> Heat | None:
    """The errors as parts of the scale; None for less than two numbers.

    down, across: what the axes of a matrix are. Of (T,B,n) the largest of the batch is told, by step; of several calls
    of a matrix, by row; a vector is one row without a name.
    """
    with np.errstate(all="ignore"):
        off = np.asarray(np.abs(value - truth) / scale)
    off = np.nan_to_num(off, nan=np.inf, posinf=np.inf)
    if off.size < 2:
        return None
    if off.ndim == 1:
        down, across = "", "unit"
    if off.ndim == 3:
        off, down = (off.max(axis=2), down) if down == "call" else (off.max(axis=1), "step")
    off = off.reshape(-1, off.shape[-1])
    shape = int(off.shape[0]), int(off.shape[1])
    for axis, most in enumerate(MOST):
        off = np.maximum.reduceat(off, range(0, off.shape[axis], -(-off.shape[axis] // most)), axis=axis)
    off[off <= _SMALLEST * off.max(initial=0.0, where=np.isfinite(off))] = 0.0
    return Heat(down, across, shape, tuple(tuple(float(f"{x:.2g}") for x in row) for row in off))
