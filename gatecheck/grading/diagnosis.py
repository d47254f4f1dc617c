"""From numbers to a sentence: which wrong program gives the student's numbers?

Greedy repair: of all wrong programs, take the one that makes most wrong quantities right and no right one wrong, apply
it, look again; where that ends with something unexplained, go back and take the next best.
Agreement to rounding error is not a coincidence, but a repair that leaves something unexplained is only a guess.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..assignment.change import Change
from ..assignment.mistake import Wrong
from ..assignment.program import Data, Program
from ..assignment.training import Given
from ..assignment.wrong.results import multiplied
from ..assignment.wrong.together import together
from ..conventions import TRAINING, Layout
from .case import Case, Errors, case_of
from .exchange import Array
from .fitting import fitted
from .found import Diagnosis, Found, applied, explaining, joined, needed
from .freeing import freed
from .instead import instead
from .reach import Reach
from .scoring import Candidate, Group, combined, scored
from .writing_out import written_out

#: Mistakes in one function; a longer story fits anything.
MOST = 4
#: How many candidates are followed to the end before the search gives up, after so many mistakes.
TRIED = (3, 2, 1, 1)
#: Of mistakes that give the same numbers: how many are remembered, for what comes later may tell them apart.
ALIKE = 6
#: Of candidates times steps: beyond it a sequence takes too long, and its equations are looked at in one step alone.
LARGEST = 12_000
#: Candidates times steps in one search, all its branches together: then what has been found is what there is.
MOST_TRIED = 15_000
#: Candidates that are tried in pairs, where none helps alone.
PAIRED = 48


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
    found = needed(_diagnosed(case, second, program), [case, *([second] if second else [])], program)
    return joined(explaining(found, case.off(case.errors(program))))


def _diagnosed(case: Case, second: Case | None, program: Program) -> Diagnosis:
    if second is None:
        return _Search(case).best(program)
    if case.step or case.role in TRAINING:
        found = _Search(case).best(program)
    else:
        found = _zeros(case, program) or _in_sequence(case, second, program)
    if found.program.change.weights or not second.off(second.errors(found.program)):
        return found  # how often each of many steps counts is nothing that one step could show
    return replace(found, complete=False)


def _zeros(case: Case, program: Program) -> Diagnosis | None:
    """Results that come back zero, where nothing else is wrong: in many ways, of which one says no more than that."""
    left = case.off(case.errors(program))
    if not left or any(q[1:] in program.parameters or case.values[q].any() for q in left):
        return None  # that of a parameter may be zero because of how it is added up
    wrongs = [multiplied(case.role, q, 0.0, case.sizes) for q in left]
    found = tuple(Found(w, (q,), 0.0, True) for w, q in zip(wrongs, left, strict=True))
    return Diagnosis(found, program.changed(combined(wrongs)), True)


def _in_sequence(case: Case, second: Case, program: Program) -> Diagnosis:
    """What is wrong in a sequence, beside one step of it."""
    short = _Search(second).best(program)
    if short.complete and not case.off(case.errors(short.program)):
        return short
    if short.found or not short.complete:  # one step shows some of what a loop does wrong, too
        looped = _Search(case, only_loops=True).best(program)
        if looped.complete or not short.complete:
            return looped
        full = _Search(case, second).best(short.program, short.found)
        return full if full.complete else looped  # what one step looks like is not so in many
    return _Search(case, second).best(program)


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
        self._seen: set[frozenset[str]] = set()

    def best(self, program: Program, found: tuple[Found, ...] = ()) -> Diagnosis:
        """The diagnosis from here on: the first that explains all, else the one that leaves least unexplained."""
        case = self._case
        errors = case.errors(program)
        left = case.off(errors)
        if not left:
            return Diagnosis(found, program, True)
        fallback = Diagnosis(tuple(replace(f, certain=False) for f in found), program, False)
        story = frozenset(repr(f.wrong.change) for f in found)
        if len(found) >= MOST or self._left <= 0 or story in self._seen:
            return fallback  # in another order it is the same
        self._seen.add(story)
        candidates = self._candidates(program, errors, left, _kinds(f.wrong for f in found))
        for candidate in candidates[: TRIED[len(found)]]:
            explains = tuple(q for q in left if candidate.after[q] <= case.limits[q])
            agreement = max((candidate.after[q] for q in explains), default=0.0)
            more = tuple(Found(w, _explained(w, explains), agreement, True) for w in candidate.wrongs)
            # A function that goes forward and back may go back by the book, whatever it computed on its way.
            alone = "backward" in case.role and candidate.mended == len(left)
            made = program.changed(combined(candidate.wrongs))
            diagnosis = self.best(made if alone else applied(case.layout, program, candidate.wrongs), (*found, *more))
            if diagnosis.complete and candidate.mended == len(left) and not found:
                return replace(diagnosis, alike=tuple(c.wrongs for c in candidates[1:ALIKE] if c.mended == len(left)))
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
        for groups in self._tiers(program, set(left), kinds):
            found += self._scored(program, groups, left)
            if any(c.mended == len(left) for c in found):
                break
        if not found and self._case.step:
            found += self._scored(program, self._pairs(program, set(left)), left)
        found.sort(key=lambda c: (-c.mended, not kinds & _kinds(c.wrongs), sum(w.unlikely for w in c.wrongs)))
        deeper = [c for c in found if not _whole(c.wrongs)]
        returned = self._together([c for c in found if _whole(c.wrongs)], left)
        return sorted([*deeper, *returned], key=lambda c: -c.mended)

    def _tiers(self, program: Program, left: set[str], kinds: set[Hashable]) -> Iterator[list[Group]]:
        """What is tried, the likeliest first: what reaches all that is wrong and nothing else, what reaches a part."""
        wrongs, case = self._case.wrongs(program), self._case
        if kinds:
            alike = [w for w in wrongs if w.quantity in left and not kinds.isdisjoint(w.kinds)]
            yield _alone(alike) + _alone(together(alike))
        if not case.step:  # what only a loop can do wrong is likelier than the same inside a right step
            loops = [w for w in wrongs if _of_loop(w)]
            yield _alone(together(w for w in loops if w.quantity in left and not _whole([w])))
            yield _alone(loops)
            if self._only_loops:
                yield list(fitted(case, program, sorted(left))) if isinstance(case.data, Data) else []
                return
            wrongs = self._unseen([w for w in wrongs if not _of_loop(w)], program)
            if len(wrongs) * case.steps > LARGEST:
                return
        reach = Reach(program, case.role, case.steps)
        asked = case.values.keys()
        reached = [(w, reach.of(w.change) & asked if w.change.local else None) for w in wrongs]
        inside = [w for w, found in reached if found is not None and found <= left]
        whole = (w for w, found in reached if (found == left if found is not None else self._seen_in(w, left)))
        yield _alone(whole) + _alone(together(inside))
        yield _alone(w for w, found in reached if found is not None and found < left)
        # Slips in several gradients may cancel each other in a result that all of them reach.
        several = [(w, found) for w, found in reached if len(w.change.gradients) + len(w.change.parameters) > 1]
        yield _alone(w for w, found in several if found is not None and not found <= left and found & left)
        if isinstance(case.data, Data):
            yield [*instead(case, program, sorted(left)), *fitted(case, program, sorted(left))]
        if case.steps == 1 and case.role not in TRAINING:
            yield _alone(w for free in freed(case, program, left) for w in written_out(case, program, free))

    def _seen_in(self, wrong: Wrong, left: set[str]) -> bool:
        """Whether all that a mistake that is none of one expression makes wrong is wrong."""
        change, asked = wrong.change, self._case.values.keys()
        parameters = {f"d{n}" for n in change.renamed}
        states = {f"d{n}_prev" for n in change.crossed} | {*change.returned}
        return (parameters | states | change.results.keys()) & asked <= left and (not change.rows or left == set(asked))

    def _scored(self, program: Program, groups: Sequence[Group], left: list[str]) -> Iterator[Candidate]:
        self._left -= len(groups) * self._case.steps
        return scored(self._case, program, groups, left)

    def _together(self, found: Sequence[Candidate], left: list[str]) -> list[Candidate]:
        """What is wrong with results as such, for each the likeliest, at once: none of it concerns another one."""
        likeliest = {q: c for c in reversed(found) for w in c.wrongs for q in w.change.results}
        first = {q: likeliest[q] for q in left if q in likeliest}
        after = {q: first[q].after[q] if q in first else e for q, e in (found[0].after if found else {}).items()}
        mended = sum(after[q] <= self._case.limits[q] for q in left) if after else 0
        return [Candidate(tuple(w for c in first.values() for w in c.wrongs), after, mended)] if mended else []

    def _pairs(self, program: Program, left: set[str]) -> list[Group]:
        """Two at once: those that change nothing else than what is wrong, the likeliest ones."""
        reach = Reach(program, self._case.role, self._case.steps)
        local = (w for w in self._case.wrongs(program) if w.change.local)
        reached = ((w, reach.of(w.change) & self._case.values.keys()) for w in local)
        likely = sorted((w for w, found in reached if found and found <= left), key=lambda w: w.unlikely)[:PAIRED]
        return [(a, b) for k, a in enumerate(likely) for b in likely[k + 1 :] if _disjoint(a.change, b.change)]

    def _unseen(self, wrongs: list[Wrong], program: Program) -> list[Wrong]:
        """Those that change nothing in the shorter sequence."""
        if self._short is None:
            return wrongs
        return [c.wrongs[0] for c in scored(self._short, program, _alone(wrongs), [])]


def _of_loop(wrong: Wrong) -> bool:
    """Whether a mistake is one of a loop: none that the equations of a step could have."""
    inside = wrong.change.local or wrong.change.renamed
    return not (inside and any(role.startswith("step") for role in wrong.roles))


def _whole(wrongs: Iterable[Wrong]) -> bool:
    """Whether only results are other ones, all that they are made of being right."""
    return all(w.change == Change(results=w.change.results) for w in wrongs)


def _explained(wrong: Wrong, mended: tuple[str, ...]) -> tuple[str, ...]:
    """Of what several mistakes mend together, what one of them does."""
    return tuple(q for q in mended if q in wrong.change.results) if _whole([wrong]) else mended


def _kinds(wrongs: Iterable[Wrong]) -> set[Hashable]:
    return {kind for wrong in wrongs for kind in wrong.kinds}


def _alone(wrongs: Iterable[Wrong]) -> list[Group]:
    return [(wrong,) for wrong in wrongs]


def _disjoint(one: Change, other: Change) -> bool:
    """Whether two changes replace different entries."""
    pairs = ((one.forward, other.forward), (one.gradients, other.gradients), (one.parameters, other.parameters))
    return not any(a.keys() & b.keys() for a, b in pairs)
