"""How much of a state is left after k steps: the norm of ds[T]/ds[T-k], what arrives elementwise and the rest apart.

A product of many factors vanishes or explodes (Bengio et al., 1994; Pascanu et al., 2013). A gate near 1 on an
elementwise path keeps it (Hochreiter & Schmidhuber, 1997), and its bias says where it stands at first (Gers et al.,
2000; Jozefowicz et al., 2015). All norms are medians over random networks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import BadInput, Problem
from .edges import Matrix, edges
from .gates import Keeper, keepers
from .jacobians import Arrived, backwards, ways
from .networks import Draw, forward, opened, parameters
from .numbers import Array
from .paths import ends
from .symbols import label
from .system import System

#: Multiplications, about ten minutes of them on one core, and bytes.
MOST_WORK, MOST_MEMORY = 1e12, 2**31

Norms = tuple[float, ...]


@dataclass(frozen=True)
class Flow:
    """The norms of ds[T]/ds[T-k] for the lags k = 1, 2, …, each a median over networks.

    total: the spectral norm of the whole; elementwise: the largest entry of the part that met no linear map; others:
    the spectral norm of what is left, through matrices and sums. The last two are None where there is no such path.
    bias: that of the gates that keep a state; None where there are none. left_out: networks that were not finite.
    """

    system: System
    state: str
    keepers: tuple[Keeper, ...]
    bias: float | None
    total: Norms
    elementwise: Norms | None
    others: Norms | None
    left_out: int = 0


def flow(system: System, draw: Draw, bias: float = 0.0, told: Callable[[int], None] | None = None) -> Flow:
    """The norms of the state that the cell protects, in networks drawn at random; told hears of every lag.

    Raises CellError where the cell has no state; BadInput where it is too much work, or no network stays finite.
    """
    state, _ = ends(system)
    found, sizes = keepers(system), draw.sizes(system)
    width = system.size_of_name(state).value(sizes)
    _affordable(system, draw, width)
    with np.errstate(all="ignore"):  # what overflows is infinite, and said to be
        values = forward(system, draw, opened(parameters(system, draw), found, bias))
        finite = np.all([np.isfinite(values[line.symbol]).all(axis=(0, 2)) for line in system.lines], axis=0)
        if not finite.any():
            message = f"in no random network of {system.cell.name} are all numbers finite"
            raise BadInput(Problem(message, None, "Smaller weights may help: --scale 0.5."))
        lags = []
        arrivals = backwards(ways(system, values, sizes), state, draw.networks, width, draw.steps + 1)
        next(arrivals)  # lag 0: the identity
        for arrived in arrivals:
            lags.append(_medians(arrived, finite))
            if told:
                told(len(lags))
    total, elementwise, others = map(_over_lags, zip(*lags, strict=True))
    bound = bias if found else None
    return Flow(system, state, found, bound, total or (0.0,) * draw.steps, elementwise, others, int(np.sum(~finite)))


def _medians(arrived: Arrived, finite: Array) -> tuple[float | None, float | None, float | None]:
    """The norms of the whole and of its two parts, None for nothing."""
    elementwise = None if arrived.elementwise is None else np.abs(arrived.elementwise).max(axis=(1, 2))
    norms = (_spectral(arrived.total), elementwise, _spectral(arrived.others))
    # A product that has overflowed may be infinity times 0.
    whole = (None if n is None else np.where(np.isnan(n), np.inf, n)[finite] for n in norms)
    total, elementwise, others = (None if n is None else float(np.median(n)) for n in whole)
    return total, elementwise, others


def _spectral(matrices: Array | None) -> Array | None:
    """The largest singular value of each matrix (N, m, n); infinity where an entry is not finite."""
    if matrices is None:
        return None
    finite = np.isfinite(matrices).all(axis=(1, 2))
    norms = np.full(len(matrices), np.inf)
    norms[finite] = np.linalg.norm(matrices[finite], 2, axis=(1, 2))
    return norms


def _over_lags(found: Sequence[float | None]) -> Norms | None:
    """None where there is no path over any number of steps, 0 where there is none over so many."""
    return None if all(norm is None for norm in found) else tuple(norm or 0.0 for norm in found)


def _affordable(system: System, draw: Draw, width: int) -> None:
    """Raises BadInput where the norms would take too long or too much memory."""
    sizes = draw.sizes(system)
    factors = (f for line in system.lines for e in edges(system, line) for f in e.factors)
    crossed = (system.cell.shapes[label(f.parameter).name] for f in factors if isinstance(f, Matrix))
    products = sum(rows.value(sizes) * columns.value(sizes) for rows, columns in crossed)
    work = draw.steps * draw.networks * width * (products + 20 * width**2)  # the last for the singular values
    numbers = sum(system.size_of_name(line.name).value(sizes) for line in system.lines)
    memory = 8 * draw.networks * (5 * draw.steps * numbers + 3 * width * numbers)
    for amount, most, unit in ((work, MOST_WORK, "multiplications"), (memory, MOST_MEMORY, "bytes")):
        if amount > most:
            message = f"{system.cell.name} would take {amount:.1g} {unit}, more than {most:.1g}"
            raise BadInput(Problem(message, None, "Fewer --steps or --networks, or a smaller --size."))
