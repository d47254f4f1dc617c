"""Slips on the way to one value, of which none explains anything alone: a wrong δf in a wrong δa_f.

All pairs of a slip above a value and one in its own equation are worked out at once; what slips in one equation do
adds up where they are in different terms, and is multiplied where they are in one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment.change import Change
from ..assignment.execution import run
from ..assignment.expressions import Expression, total
from ..assignment.mistake import Wrong
from ..assignment.operations import evaluate
from ..assignment.program import Data, Program, arriving
from .case import Case
from .exchange import Array, at_hand
from .freeing import freed
from .ladder import far
from .lanes import MOST, distances, merged
from .reach import Reach
from .writing_out import factored

#: Slips of one equation that are tried three at a time.
THREES = 120


@dataclass(frozen=True)
class _Target:
    """A value of which a student's numbers are known, and the equation that it should have.

    name: of a line, or of a quantity whose gradient it is; lag: 1 where the gradient leaves the step; values: (B,n).
    """

    name: str
    gradient: bool
    lag: int
    values: Array

    def own(self, wrong: Wrong) -> Expression | None:
        """What a mistake makes of the equation, where it is one in it."""
        change = wrong.change
        if not self.gradient:
            return change.forward[self.name] if change.forward.keys() == {self.name} else None
        return self.entry(change.gradients[self.name]) if change.gradients.keys() == {self.name} else None

    def entry(self, contributions: Sequence[Sequence[Any]]) -> Expression:
        """What contributions to the gradient make of it."""
        return total(e for lag, e in contributions if lag == self.lag)

    def right(self, program: Program) -> Expression:
        """The equation by a program."""
        return self.entry(program.gradients[self.name]) if self.gradient else program.forward[self.name]

    def made(self, expression: Expression, values: Mapping[str, Array]) -> Array:
        """What an equation makes of the values of a step, with what arrives from outside."""
        arrived = values.get(arriving(self.name), 0.0) if self.gradient and not self.lag else 0.0
        return np.asarray(evaluate(expression, values)) + arrived


Together = Callable[[Case, Program, Sequence[Wrong], Collection[str]], list[Wrong]]


def above(case: Case, program: Program, wrongs: Sequence[Wrong], left: Collection[str]) -> list[Wrong]:
    """Slips above a value that explain all that is wrong together with one in its own equation, the likeliest first.

    wrongs: replaced expressions that concern nothing but what is wrong; so of in_one.
    """
    return _likeliest(_above, case, program, wrongs, left)


def in_one(case: Case, program: Program, wrongs: Sequence[Wrong], left: Collection[str]) -> list[Wrong]:
    """One of each two or three slips in the equation of a value that explain all that is wrong, the likeliest first."""
    return _likeliest(_in_one, case, program, wrongs, left)


def _likeliest(
    some: Callable[..., Iterator[tuple[tuple[bool, int], Wrong]]],
    case: Case,
    program: Program,
    wrongs: Sequence[Wrong],
    left: Collection[str],
) -> list[Wrong]:
    target = next(_targets(case, program, left), None)
    if target is None:
        return []
    own = [(w, e) for w in wrongs if (e := target.own(w)) is not None]
    with np.errstate(all="ignore"):
        found = sorted(some(case, program, target, wrongs, own, max(case.limits[q] for q in left)), key=lambda f: f[0])
    return list(dict.fromkeys(wrong for _, wrong in found))


def _targets(case: Case, program: Program, left: Collection[str]) -> Iterator[_Target]:
    for q in left if len(left) == 1 else ():
        if q in program.forward:
            yield _Target(q, False, 0, case.values[q])
        elif q.endswith("_prev") and q[1:].removesuffix("_prev") in program.gradients:
            yield _Target(q[1:].removesuffix("_prev"), True, 1, case.values[q])
    yield from (_Target(f.name, f.gradient, 0, f.values) for f in freed(case, program, left))


def _above(
    case: Case,
    program: Program,
    target: _Target,
    wrongs: Sequence[Wrong],
    own: Sequence[tuple[Wrong, Expression]],
    limit: float,
) -> Iterator[tuple[tuple[bool, int], Wrong]]:
    assert isinstance(case.data, Data)
    others = [w for w in wrongs if target.own(w) is None and not w.change.parameters]
    if target.gradient:
        reach = Reach(program, case.role, case.steps)
        reached = {n: reach.of(Change(gradients={n: []})) & case.values.keys() for n in program.gradients}
        alone = [n for n, found in reached.items() if n != target.name and found == reached[target.name]]
        others += [w for n in alone for w in factored(case, program, n)]
    scale = float(np.abs(target.values).max())
    for first in range(0, len(others), MOST):
        some = others[first : first + MOST]
        done = run(merged(program, [w.change for w in some]), case.data, target.gradient)
        values = at_hand(done, case.data, step=True)
        for wrong, expression in own:
            made = target.made(expression, values)
            if made.ndim > target.values.ndim:
                gap = distances(made, target.values, scale)
                yield from ((_unlikely(wrong, some[k]), some[k]) for k in np.flatnonzero(gap <= limit))


def _in_one(
    case: Case,
    program: Program,
    target: _Target,
    wrongs: Sequence[Wrong],
    own: Sequence[tuple[Wrong, Expression]],
    limit: float,
) -> Iterator[tuple[tuple[bool, int], Wrong]]:
    """In its terms, or in the factors of its only one."""
    assert isinstance(case.data, Data)
    done = run(program, case.data, target.gradient)
    values = at_hand(done, case.data, step=True)
    own = sorted(own, key=lambda o: o[0].unlikely)
    shape, equations = target.values.shape, (target.right(program), *(e for _, e in own))
    usual, *made = (np.broadcast_to(target.made(e, values), shape).ravel() for e in equations)
    if not made:
        return
    wanted, rows = target.values.ravel(), np.array(made)
    added, multiplied = (rows - usual, wanted - usual), (_size(rows / usual), _size(wanted / usual))
    for parts, goal in (added, multiplied):
        for found in _adding_up(parts, goal, limit):
            yield _unlikely(*(own[k][0] for k in found)), own[found[0]][0]


def _unlikely(*wrongs: Wrong) -> tuple[bool, int]:
    """What to go by among several pairs: the same slip twice is likelier than two."""
    return not set.intersection(*(set(w.kinds) for w in wrongs)), sum(w.unlikely for w in wrongs)


def _size(ratio: Array) -> Array:
    """The logarithm of a ratio's size: products become sums."""
    return np.log(np.abs(ratio))


def _adding_up(parts: Array, goal: Array, limit: float) -> Iterator[tuple[int, ...]]:
    """Which two of some rows, or three of the first, add up to a goal; only numbers of it that are finite count."""
    finite = np.isfinite(goal)
    goal, parts = goal[finite], parts[:, finite]
    usable = np.flatnonzero(np.isfinite(parts).all(axis=1) & parts.any(axis=1))
    scale = float(np.abs(goal).max(initial=0.0))
    if not scale:
        return
    # One number for each row: what does not agree in it need not be looked at.
    direction = np.cos(np.arange(1.0, len(goal) + 1))
    ends, end = parts[usable] @ direction, goal @ direction
    near = limit * scale * len(goal)
    sums = ends[:, None] + ends - end
    few = sums[:THREES, :THREES]
    twos = np.argwhere(np.triu(np.abs(sums) <= near, 1))
    threes = (
        np.insert(np.argwhere(np.triu(np.abs(few[:k, :k] + ends[k]) <= near, 1)), 2, k, 1) for k in range(len(few))
    )
    for rows in (usable[found] for some in (twos, *threes) for found in some[:MOST]):
        if far(parts[rows].sum(axis=0), goal, scale) <= limit:
            yield tuple(int(k) for k in rows)
