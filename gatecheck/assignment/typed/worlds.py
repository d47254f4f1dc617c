"""What every name in a formula is worth: runs of a cell's own program, in a prime field and in real numbers.

What nothing computes is drawn at random. A run over the steps t-1, t and t+1 gives the rest, so that σ(a_f) is f, and a
gradient that is written out is the gradient by its name. Two formulas that are worth the same in a few runs in the
field are the same formula.

The bound: let two formulas differ as rational functions of what was drawn, numerator and denominator of the difference
being of degree d at most. By Schwartz (1980) and Zippel (1979) they agree in one run with probability d/P at most, and
different arguments of a function coincide as rarely. P is close to 2²⁶; d is the degree of an answer in its names,
which is capped at 2¹², times theirs in what was drawn, which is below 2⁶ for the cells of the library: three runs
agree by chance with probability below 2⁻²⁴, and for an answer of a dozen factors below 2⁻⁴⁸.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from math import isfinite, isnan, nan, pi
from random import Random
from typing import Any, Protocol

import numpy as np

from ...cells import Cell
from ..execution import run
from ..expressions import Expression
from ..operations import OPERATIONS, Array, Table, evaluate
from ..program import Data, Program, arriving, previous
from .asked import following, handed_back, later
from .residues import Field, Undefined

RUNS = 3
#: How often a run that divides by zero is drawn again.
_TRIES = 20
_CLOSE, _FAR = 1e-9, 1e-6
#: Real numbers overflow where a formula does, which is no fault.
_QUIETLY = np.errstate(all="ignore")
_SCALES = (0.1, 0.3, 0.6, 1.0, 2.0, 3.0, 5.0)


class Numbers(Protocol):
    """A kind of numbers: how they are drawn, what the operations make of them, and π."""

    @property
    def table(self) -> Table:
        """The operations."""

    @property
    def pi(self) -> float:
        """π."""

    def draw(self, *shape: int) -> Array:
        """Random numbers."""


class Reals:
    """Floats, as programs are run on."""

    def __init__(self, rng: Random, scale: float) -> None:
        self._rng = np.random.default_rng(rng.getrandbits(64))
        self._scale = scale
        self.pi = pi
        more: Table = {"outer": lambda a, b: a.T @ b, "turned": lambda a: a.T}
        self.table: Table = {name: _of_arrays(done) for name, done in {**OPERATIONS, **more}.items()}

    def draw(self, *shape: int) -> Array:
        """Random numbers of both signs."""
        return self._rng.normal(size=shape) * self._scale


def _of_arrays(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation that is given arrays, where an answer has plain numbers."""
    return lambda *arguments: operation(*map(np.atleast_2d, arguments))


class World:
    """One run: what every name that can stand in a formula is worth, and the operations."""

    def __init__(self, values: Mapping[str, Any], table: Table) -> None:
        self._values, self._table = values, table
        self._last: tuple[Expression, Array] = None, np.zeros(0)

    def value(self, expression: Expression) -> Array:
        """What an expression is worth. Raises Undefined."""
        return np.atleast_2d(self._table["+"](evaluate(expression, self._values, self._table)))

    def both(self, one: Expression, other: Expression) -> tuple[Array, Array] | None:
        """What two expressions are worth, as vectors where one is a vector; None where one is worth nothing."""
        try:
            if self._last[0] is not one:  # one answer is compared with many others
                self._last = one, self.value(one)
            a, b = np.broadcast_arrays(self._last[1], self.value(other))
        except (ArithmeticError, ValueError):
            return None
        return a, b

    def near(self, one: Expression, other: Expression) -> bool | None:
        """Whether two expressions give the same real numbers but for rounding; None where they give none."""
        off, largest = self._distance(one, other)
        return off <= _CLOSE * largest if isfinite(largest) and not isnan(off) else None

    def far(self, one: Expression, other: Expression) -> bool:
        """Whether they give other real numbers than rounding can make of the same formula."""
        off, largest = self._distance(one, other)
        return off > _FAR * (1 + largest)

    @_QUIETLY
    def _distance(self, one: Expression, other: Expression) -> tuple[float, float]:
        """How far two values are from each other, and the largest number of the second; not a number without them."""
        found = self.both(one, other)
        if not found:
            return nan, nan
        return float(np.abs(found[0] - found[1]).max()), float(np.abs(found[1]).max())


class Worlds:
    """Runs of a cell, the same for the same seed."""

    def __init__(self, cell: Cell, program: Program, seed: str) -> None:
        self._cell, self._program, self._seed = cell, program, seed
        rng = Random(seed)
        self._exact = [_world(cell, program, rng) for _ in range(RUNS)]

    @cached_property
    def _real(self) -> World:
        return self._of_reals(0.4)

    @cached_property
    def _reals(self) -> list[World]:
        """Where a function is flat, or a case is never met, numbers say little: some runs are small, some large."""
        return [self._real, *map(self._of_reals, _SCALES)]

    def _of_reals(self, scale: float) -> World:
        return World(*_values(self._cell, self._program, Reals(Random(f"{self._seed} {scale}"), scale)))

    def same(self, one: Expression, other: Expression) -> bool:
        """Whether two expressions are the same as formulas."""
        return all(found and (found[0] == found[1]).all() for found in (w.both(one, other) for w in self._exact))

    def right(self, answer: Expression, formula: Expression) -> bool | None:
        """Whether an answer is the formula; None where it only gives the same numbers but for rounding."""
        if self.same(answer, formula):
            return not self._real.far(answer, formula)  # P times anything is nothing in the field
        return None if self.agree(answer, formula) else False

    def agree(self, one: Expression, other: Expression) -> bool:
        """Whether two expressions give the same numbers but for rounding, in every run that gives any."""
        found = [near for world in self._reals if (near := world.near(one, other)) is not None]
        return bool(found) and all(found)


def _world(cell: Cell, program: Program, rng: Random) -> World:
    for _ in range(_TRIES):
        try:
            return World(*_values(cell, program, Field(rng)))
        except Undefined:
            continue
    raise Undefined  # a cell that divides by zero whatever it is given


@_QUIETLY
def _values(cell: Cell, program: Program, numbers: Numbers) -> tuple[dict[str, Any], Table]:
    """The values of the steps t-1, t and t+1, and the gradients of the last two, for any that arrive from later."""
    sizes = {name: k for k, name in enumerate(cell.sizes, 2)}

    def vector(name: str, *lead: int) -> Array:
        return numbers.draw(*lead, cell.size(name).value(sizes))

    upstream = {n: vector(n, 3, 1) for n in cell.outputs}
    for name, given in upstream.items():
        given[1] *= name == cell.output  # at t the loss reads the output alone
    if cell.objective:
        upstream[cell.objective][1:] = 1.0
    data = Data(
        inputs={n: vector(n, 3, 1) for n in cell.inputs} or {"#": np.zeros((3, 1, 1))},
        initial={n: vector(n, 1) for n in cell.lagged},
        parameters={n: numbers.draw(*(s.value(sizes) for s in cell.shapes[n])) for n in cell.parameters},
        upstream=upstream,
        sizes=sizes,
    )
    done = run(replace(program, parameters={}), data, operations=numbers.table)  # of those no formula is made
    values: dict[str, Any] = {n: p.reshape(-1, p.shape[-1]) for n, p in data.parameters.items()}
    values.update({f"#{n}": float(v) for n, v in sizes.items()}, π=numbers.pi)
    values.update({f"#{n}": numbers.draw(1, 1) for n in "BT"})  # no formula of one example has them; wrong ones may
    for name, found in {**data.inputs, **done.lines}.items():
        values.update({previous(name): found[0], name: found[1], following(name): found[2]})
    for name, found in done.gradients.items():
        values.update({f"d{name}": found[1], following(f"d{name}"): found[2]})
    for name in cell.lagged:
        sent = later(handed_back(program, name), program)
        values[f"d{name}_next"] = numbers.table["+"](evaluate(sent, values, numbers.table))
    for name, given in upstream.items():
        values[f"∂L_t/∂{name}"] = given[1]
        values[following(arriving(name))] = given[2]
        values[arriving(name)] = numbers.table["+"](given[1], values.get(f"d{name}_next", 0.0))
    return values, numbers.table
