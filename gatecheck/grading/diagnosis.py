"""From numbers to a sentence: which wrong program gives the student's numbers?

Greedy repair: of all wrong programs, take the one that makes most wrong quantities right and no right one wrong, apply
it, look again; where that ends with something unexplained, go back and take the next best.
Agreement to rounding error is not a coincidence, but a repair that leaves something unexplained is only a guess.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..assignment.adjoint import follow
from ..assignment.change import Change
from ..assignment.expressions import elementwise
from ..assignment.mistake import Wrong
from ..assignment.program import Data, Program
from ..assignment.training import Given
from ..assignment.wrong.together import together
from ..conventions import TRAINING, Layout
from .case import Case, Errors, case_of
from .exchange import Array
from .fitting import fitted
from .lanes import distances, in_lanes, looped
from .reach import Reach

#: Mistakes in one function; a longer story fits anything.
MOST = 4
#: How many candidates are followed to the end before the search gives up, after so many mistakes.
TRIED = (3, 2, 1, 1)
#: Of candidates times steps: beyond it a sequence takes too long, and its equations are looked at in one step alone.
LARGEST = 12_000
#: Candidates times steps in one search, all its branches together: then what has been found is what there is.
MOST_TRIED = 15_000
#: Candidates that are tried in pairs, where none helps alone.
PAIRED = 48


@dataclass(frozen=True)
class Found:
    """A mistake that explains numbers.

    explains: the quantities that it changes from wrong to right; agreement: how well; certain: whether nothing else
    explains them and everything is explained.
    """

    wrong: Wrong
    explains: tuple[str, ...]
    agreement: float
    certain: bool


@dataclass(frozen=True)
class Diagnosis:
    """What was found in one task, and the program that gives the student's numbers; complete where it gives all."""

    found: tuple[Found, ...]
    program: Program
    complete: bool

    @property
    def certain(self) -> bool:
        """Whether all is explained, in one way only."""
        return self.complete and all(f.certain for f in self.found)


@dataclass(frozen=True)
class Candidate:
    """Wrong programs that explain something together, and how far every quantity is off by them."""

    wrongs: tuple[Wrong, ...]
    after: Errors
    mended: int


def diagnose(
    layout: Layout,
    role: str,
    program: Program,
    data: Given,
    values: Mapping[str, Array],
    limits: Mapping[str, float] | None = None,
    other: tuple[Given, Mapping[str, Array]] | None = None,
) -> Diagnosis:
    """Which mistakes, alone or together, turn the program into the one that gave these values.

    limits: how far each quantity may be off and still agree; TOLERANCE unless given. other: what the same function gave
    for other data; a mistake that does not give that too is not certain. Of a sequence it is one step, which shows the
    equations by themselves: what is wrong in them is looked for there first.
    """
    case = case_of(layout, role, program, data, values, limits)
    second = case_of(layout, role, program, *other, limits) if other and other[1].keys() == values.keys() else None
    if second is None:
        return _Search(case).best(program)
    if role.startswith("step") or role in TRAINING:
        found = _Search(case).best(program)
        return found if not second.off(second.errors(found.program)) else replace(found, complete=False)
    short = _Search(second).best(program)
    if short.found or not short.complete:  # one step shows some of what a loop does wrong, too
        looped = _Search(case, only_loops=True).best(program)
        if looped.complete or not short.complete:
            return looped
    return _joined(_Search(case, second).best(short.program, short.found))


def gives(
    layout: Layout,
    role: str,
    program: Program,
    data: Given,
    values: Mapping[str, Array],
    limits: Mapping[str, float] | None = None,
) -> bool:
    """Whether a program gives these values."""
    case = case_of(layout, role, program, data, values, limits)
    return not case.off(case.errors(program))


class _Search:
    """Depth first, best first.

    short: the same function on a shorter sequence, where the equations are right already: what would make them wrong
    there is no candidate.
    """

    def __init__(self, case: Case, short: Case | None = None, only_loops: bool = False) -> None:
        self._case, self._short, self._only_loops = case, short, only_loops
        self._left = MOST_TRIED
        self._seen: set[frozenset[Wrong]] = set()

    def best(self, program: Program, found: tuple[Found, ...] = ()) -> Diagnosis:
        """The diagnosis from here on: the first that explains all, else the one that leaves least unexplained."""
        case = self._case
        errors = case.errors(program)
        left = case.off(errors)
        if not left:
            return Diagnosis(found, program, True)
        fallback = Diagnosis(tuple(replace(f, certain=False) for f in found), program, False)
        together = frozenset(f.wrong for f in found)
        if len(found) >= MOST or self._left <= 0 or together in self._seen:
            return fallback  # in another order they are the same
        self._seen.add(together)
        for candidate in self._candidates(program, errors, left, _kinds(f.wrong for f in found))[: TRIED[len(found)]]:
            explains = tuple(q for q in left if candidate.after[q] <= case.limits[q])
            agreement = max((candidate.after[q] for q in explains), default=0.0)
            more = tuple(Found(w, explains, agreement, True) for w in candidate.wrongs)
            diagnosis = self.best(applied(case.layout, program, candidate.wrongs), (*found, *more))
            if diagnosis.complete:
                return diagnosis
            if len(diagnosis.found) > len(fallback.found):
                fallback = diagnosis
        return fallback

    def _candidates(self, program: Program, errors: Errors, left: list[str], kinds: set[Hashable]) -> list[Candidate]:
        """What mends something and breaks nothing, the best first; pairs only where nothing helps alone.

        kinds: of the mistakes that have been found: another place of one of them is likelier than another mistake.
        """
        found: list[Candidate] = []
        for groups in self._tiers(program, set(left)):
            found += self._scored(groups, program, left)
            if any(c.mended == len(left) for c in found):
                break
        return sorted(found, key=lambda c: (-c.mended, not kinds & _kinds(c.wrongs), sum(w.unlikely for w in c.wrongs)))

    def _tiers(self, program: Program, left: set[str]) -> Iterator[list[tuple[Wrong, ...]]]:
        """What is tried, the likeliest first: what reaches all that is wrong and nothing else, what reaches a part."""
        wrongs, case = self._case.wrongs(program), self._case
        if not case.role.startswith(
            "step"
        ):  # what only a loop can do wrong is likelier than the same inside a right step
            loops = [w for w in wrongs if not (w.change.local or w.change.renamed)]
            yield _alone(together(w for w in loops if w.quantity in left))
            yield _alone(loops)
            if self._only_loops:
                return
            wrongs = self._unseen([w for w in wrongs if w.change.local or w.change.renamed], program)
            if isinstance(case.data, Data) and len(wrongs) * case.data.steps > LARGEST:
                return
        reach = Reach(program, case.role)
        asked = case.values.keys()
        reached = [(w, reach.of(w.change) & asked if w.change.local else None) for w in wrongs]
        inside = [w for w, found in reached if (found <= left if found is not None else w.quantity in left)]
        yield _alone(w for w, found in reached if found is None or found == left) + _alone(together(inside))
        yield _alone(w for w, found in reached if found is not None and found < left)
        if isinstance(case.data, Data):
            yield list(fitted(case, program, sorted(left)))
        if case.role.startswith("step"):
            likely = sorted((w for w, found in reached if found and found <= left), key=lambda w: w.unlikely)[:PAIRED]
            yield [(a, b) for k, a in enumerate(likely) for b in likely[k + 1 :] if _disjoint(a.change, b.change)]

    def _unseen(self, wrongs: list[Wrong], program: Program) -> list[Wrong]:
        """Those that change nothing in the shorter sequence."""
        if self._short is None:
            return wrongs
        found = _Search(self._short)._scored([(w,) for w in wrongs], program, [])
        return [c.wrongs[0] for c in found]

    def _scored(self, groups: Sequence[tuple[Wrong, ...]], program: Program, left: list[str]) -> Iterator[Candidate]:
        case = self._case
        self._left -= len(groups) * (case.data.steps if isinstance(case.data, Data) else 1)
        local = [group for group in groups if all(w.change.local for w in group)]
        # A result that is turned, or in another order of time, is so in each lane by itself: no lanes then.
        if isinstance(case.data, Data) and all(map(elementwise, program.change.results.values())):
            changes = [_sum(group) for group in local]
            for some, outcome in in_lanes(case.layout, case.role, program, changes, case.data):
                yield from self._in_lanes([local[k] for k in some], outcome, left)
            loops = [group for group in groups if _laned(_sum(group))]
            if loops:
                outcome = looped(case.layout, case.role, program, [_sum(group) for group in loops], case.data)
                yield from self._in_lanes(loops, outcome, left)
        given = case.given(program)
        before = case.distances(given)
        for group in groups:
            change = _sum(group)
            if not change.local and not _laned(change):
                whole = bool(change.results) and change == Change(results=change.results)
                if whole and not change.results.keys() & set(left):
                    continue  # it would make a right result wrong
                after = case.returning(change.results, given, before) if whole else case.errors(program.changed(change))
                yield from self._scored_one(group, after, left)

    def _in_lanes(
        self, groups: Sequence[tuple[Wrong, ...]], outcome: Mapping[str, Array], left: list[str]
    ) -> Iterator[Candidate]:
        case, count = self._case, len(groups)
        table = {}
        for q, value in case.values.items():
            found = outcome[q]
            lanes = found if found.ndim > value.ndim else found[None]
            table[q] = np.broadcast_to(distances(lanes, value, case.scale[q]), count)
        right = {q: column <= case.limits[q] for q, column in table.items()}
        sound = np.all([np.ones(count, bool), *(column for q, column in right.items() if q not in left)], axis=0)
        mended = np.sum([np.zeros(count, int), *(right[q] for q in left)], axis=0)
        for k in np.flatnonzero(sound & (mended > 0) if left else sound):
            yield Candidate(groups[int(k)], {q: float(column[k]) for q, column in table.items()}, int(mended[k]))

    def _scored_one(self, group: tuple[Wrong, ...], after: Errors, left: list[str]) -> Iterator[Candidate]:
        off = self._case.off(after)
        mended = sum(q not in off for q in left)
        if (mended or not left) and set(off) <= set(left):
            yield Candidate(group, after, mended)


def _kinds(wrongs: Iterable[Wrong]) -> set[Hashable]:
    return {kind for wrong in wrongs for kind in wrong.kinds}


def _joined(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis, with mistakes of one kind that were found one after the other as one."""
    found = list(diagnosis.found)
    for merged in together(f.wrong for f in diagnosis.found):
        parts = [f for f in found if set(f.wrong.quantities) <= set(merged.quantities) and f.wrong.id == merged.id]
        if len(parts) > 1:
            explains = tuple(dict.fromkeys(q for f in parts for q in f.explains))
            one = Found(merged, explains, max(f.agreement for f in parts), all(f.certain for f in parts))
            found = [one if f is parts[0] else f for f in found if f is parts[0] or f not in parts]
    return replace(diagnosis, found=tuple(found))


def _alone(wrongs: Iterable[Wrong]) -> list[tuple[Wrong, ...]]:
    return [(wrong,) for wrong in wrongs]


def _laned(change: Change) -> bool:
    return change.laned and not change.local


def _sum(group: Sequence[Wrong]) -> Change:
    return sum((w.change for w in group[1:]), group[0].change)


def _disjoint(one: Change, other: Change) -> bool:
    """Whether two changes replace different entries."""
    pairs = ((one.forward, other.forward), (one.gradients, other.gradients), (one.parameters, other.parameters))
    return not any(a.keys() & b.keys() for a, b in pairs)


def applied(layout: Layout, program: Program, wrongs: Sequence[Wrong]) -> Program:
    """The program with some mistakes in it, and with what is right for the equations that were written."""
    change = _sum(wrongs)
    if change.forward:
        change = change + follow(layout.cell, program, change.forward)
    return program.changed(change)
