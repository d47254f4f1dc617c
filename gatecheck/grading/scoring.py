"""Wrong programs beside a student's numbers: which of the wrong quantities each makes right, and whether any wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..assignment.change import Change, united
from ..assignment.expressions import elementwise, names
from ..assignment.mistake import Wrong
from ..assignment.program import Data, Program
from .case import Case, Errors
from .exchange import Array
from .lanes import distances, in_lanes, looped

Group = tuple[Wrong, ...]


@dataclass(frozen=True)
class Candidate:
    """Wrong programs that explain something together, and how far every quantity is off by them."""

    wrongs: Group
    after: Errors
    mended: int


def combined(group: Sequence[Wrong]) -> Change:
    """The change of several mistakes at once."""
    return united(w.change for w in group)


def scored(case: Case, program: Program, groups: Sequence[Group], left: Sequence[str]) -> Iterator[Candidate]:
    """Of some groups of mistakes those that make something of what is left right, and nothing else wrong.

    Where nothing is left, those that change nothing.
    """
    changes = [(group, combined(group)) for group in groups]
    # A result that is turned, or in another order of time, is so in each lane by itself: no lanes then.
    if isinstance(case.data, Data) and all(map(elementwise, program.change.results.values())):
        local = [(group, change) for group, change in changes if change.local]
        for some, outcome in in_lanes(case.layout, case.role, program, [c for _, c in local], case.data):
            yield from _of_lanes(case, [local[k][0] for k in some], outcome, left)
        loops = [(group, change) for group, change in changes if _laned(change)]
        if loops:
            outcome = looped(case.layout, case.role, program, [c for _, c in loops], case.data)
            yield from _of_lanes(case, [group for group, _ in loops], outcome, left)
    yield from _alone(case, program, [(g, c) for g, c in changes if not (c.local or _laned(c))], left)


def _of_lanes(
    case: Case, groups: Sequence[Group], outcome: Mapping[str, Array], left: Sequence[str]
) -> Iterator[Candidate]:
    count, table = len(groups), {}
    for q, value in case.values.items():
        found = outcome[q]
        lanes = found if found.ndim > value.ndim else found[None]
        table[q] = np.broadcast_to(distances(lanes, value, case.scale[q]), count)
    right = {q: column <= case.limits[q] for q, column in table.items()}
    sound = np.all([np.ones(count, bool), *(column for q, column in right.items() if q not in left)], axis=0)
    mended = np.sum([np.zeros(count, int), *(right[q] for q in left)], axis=0)
    for k in np.flatnonzero(sound & (mended > 0) if left else sound):
        yield Candidate(groups[int(k)], {q: float(column[k]) for q, column in table.items()}, int(mended[k]))


def _alone(
    case: Case, program: Program, changes: Sequence[tuple[Group, Change]], left: Sequence[str]
) -> Iterator[Candidate]:
    """What is run one by one; where only results are other ones, nothing is run again."""
    if not changes:
        return
    given = case.given(program)
    before = case.distances(given)
    for group, change in changes:
        results = change.results if change == Change(results=change.results) else {}
        if results and not results.keys() & set(left):
            continue  # it would make a right result wrong
        if results and not program.change.results and all(set(names(e)) <= given.keys() for e in results.values()):
            after = case.returning(results, given, before)
        else:
            after = case.errors(program.changed(change))
        off = case.off(after)
        mended = sum(q not in off for q in left)
        if (mended or not left) and set(off) <= set(left):
            yield Candidate(group, after, mended)


def _laned(change: Change) -> bool:
    return change.laned and not change.local
