"""Random networks of a cell, many at once, and every quantity of theirs over time.

Matrices are Glorot uniform (Glorot & Bengio, 2010): between ±√(6 / (rows + columns)). Vectors that multiply, as
peepholes do, lie between ±1; biases are 0. Inputs are standard normal, and what is carried starts at 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sympy import Mul, Symbol

from .gates import Keeper
from .numbers import Array, evaluate
from .symbols import value
from .system import System


@dataclass(frozen=True)
class Draw:
    """How networks are drawn: how many, how wide, for how many steps, their weights times what, from which seed.

    size is that of everything that the cell computes; inputs are half as wide.
    """

    networks: int = 31
    size: int = 32
    steps: int = 50
    scale: float = 1.0
    seed: int = 0

    def sizes(self, system: System) -> dict[str, int]:
        """A number for each size of a cell."""
        inner = {name for n in system.cell.assigned for name, _ in system.cell.size(n).terms}
        return {name: self.size if name in inner else max(1, self.size // 2) for name in system.cell.sizes}


def multipliers(system: System) -> tuple[str, ...]:
    """The parameter vectors that are a factor of something that varies, and no mere addend: drawn, not 0."""
    products = [m for line in system.lines for m in line.expression.atoms(Mul)]
    vectors = {name: value(name, None) for name, shape in system.cell.shapes.items() if len(shape) == 1}
    return tuple(
        name
        for name in system.cell.parameters
        if (p := vectors.get(name)) and any(p in m.args and m.as_coeff_Mul()[1] != p for m in products)
    )


def parameters(system: System, draw: Draw) -> dict[str, Array]:
    """Every parameter of N networks: (N, n) or (N, m, n)."""
    random = np.random.default_rng(draw.seed)
    sizes, multiplying = draw.sizes(system), multipliers(system)
    found = {}
    for name in system.cell.parameters:
        shape = tuple(size.value(sizes) for size in system.cell.shapes[name])
        drawn = random.uniform(-1.0, 1.0, (draw.networks, *shape))
        limit = np.sqrt(6 / sum(shape)) if len(shape) == 2 else float(name in multiplying)
        found[name] = drawn * limit * draw.scale
    return found


def opened(found: Mapping[str, Array], keepers: tuple[Keeper, ...], bias: float) -> dict[str, Array]:
    """The parameters with the bias of every gate that keeps a state set so that more is kept the larger `bias` is."""
    return {**found, **{k.bias: np.full_like(found[k.bias], k.sign * bias) for k in keepers}}


def forward(system: System, draw: Draw, found: Mapping[str, Array]) -> dict[Symbol, Array]:
    """Every symbol's values over draw.steps + 1 steps: quantities (T+1, N, n), those of [t-1] too, and parameters.

    The first step has no past worth asking for; from its states on, there are draw.steps lags.
    """
    sizes, cell = draw.sizes(system), system.cell
    fixed = {value(name, None): array for name, array in found.items()}
    widths = {n: system.size_of_name(n).value(sizes) for n in (*system.sizes, *cell.inputs)}
    over_time = {n: np.zeros((draw.steps + 2, draw.networks, width)) for n, width in widths.items()}
    random = np.random.default_rng([draw.seed, 1])
    for name in cell.inputs:
        over_time[name][1:] = random.standard_normal(over_time[name][1:].shape)
    for step in range(1, draw.steps + 2):
        here = {value(n, 0): array[step] for n, array in over_time.items()}
        before = {value(n, 1): over_time[n][step - 1] for n in cell.lagged}
        for line in system.lines:  # each line's row of over_time is what the next ones read
            here[line.symbol][:] = evaluate(line.expression, {**fixed, **here, **before}, sizes)
    past = {value(n, 1): over_time[n][:-1] for n in cell.lagged}
    return {**fixed, **past, **{value(n, 0): array[1:] for n, array in over_time.items()}}
