"""The search for mistakes that turn a program into the one that gave a student's numbers.

Greedy repair: of all wrong programs, take the one that makes most wrong quantities right and no right one wrong, apply
it, look again; where that ends with something unexplained, go back and take the next best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from ..assignment.change import Change
from ..assignment.mistake import Wrong
from ..assignment.program import Data, Program
from ..assignment.wrong.together import together
from ..conventions import TRAINING
from .case import Case, Errors
from .fitting import fitted, ratios
from .found import Diagnosis, Found, applied, beside
from .freeing import freed
from .instead import instead
from .pairing import Together, above, in_one
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
#: Of pairs that explain all together: how many are followed.
BOTH = 2


class Search:
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
            wrongs = [beside(w, [f.wrong for f in found]) for w in candidate.wrongs]
            more = tuple(Found(w, _explained(w, explains), agreement, True) for w in wrongs)
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
        several: list[Candidate] = []
        for groups in self._tiers(program, set(left), kinds):
            found += self._scored(program, groups, left)
            if any(c.mended == len(left) for c in found):
                break
        else:
            # A formula of the forward pass is written in one go; the chain rule is written link by link.
            linked = "backward" in self._case.role
            several = self._several(program, left, above) if linked else []
            if not several:
                found += self._scored(program, self._guessed(program, left), left)
                if not any(c.mended == len(left) for c in found):
                    ways = (in_one,) if linked else (above, in_one)
                    several = [c for some in ways for c in self._several(program, left, some)][:BOTH]
        if not found and not several and self._case.role == "step":  # a step back shows them by themselves
            several = self._beside_places(program, left)
        if not found and not several and self._case.step:
            found += self._scored(program, self._pairs(program, set(left)), left)
        found.sort(key=lambda c: (-c.mended, not kinds & _kinds(c.wrongs), sum(w.unlikely for w in c.wrongs)))
        deeper = [c for c in found if not _whole(c.wrongs)]
        returned = self._together([c for c in found if _whole(c.wrongs)], left)
        return [*several, *_varied(sorted([*deeper, *returned], key=lambda c: -c.mended), self._case)]

    def _tiers(self, program: Program, left: set[str], kinds: set[Hashable]) -> Iterator[list[Group]]:
        """What is tried, the likeliest first: what reaches all that is wrong and nothing else, what reaches a part."""
        wrongs, case = self._case.wrongs(program), self._case
        if kinds:
            alike = [w for w in wrongs if w.quantity in left and not kinds.isdisjoint(w.kinds)]
            yield _alone(alike) + _alone(together(alike, program))
        if not case.step:  # what only a loop can do wrong is likelier than the same inside a right step
            # In one step, a value of another step is one of this one.
            loops = [w for w in wrongs if _of_loop(w) and not (case.steps == 1 and w.change.local)]
            yield _alone(together((w for w in loops if w.quantity in left and not _whole([w])), program))
            yield _alone(loops)
            if self._only_loops:
                yield _alone(ratios(case, program, sorted(left))) if isinstance(case.data, Data) else []
                return
            wrongs = self._unseen([w for w in wrongs if not _of_loop(w)], program)
            if len(wrongs) * case.steps > LARGEST:
                return
        reach = Reach(program, case.role, case.steps)
        asked = case.values.keys()
        reached = [(w, reach.of(w.change) & asked if w.change.local else None) for w in wrongs]
        inside = [w for w, found in reached if found is not None and found <= left]
        whole = (w for w, found in reached if (found == left if found is not None else self._seen_in(w, left)))
        yield _alone(whole) + _alone(together(inside, program))
        yield _alone(w for w, found in reached if found is not None and found < left)
        # Slips in several gradients may cancel each other in a result that all of them reach.
        several = [(w, found) for w, found in reached if len(w.change.gradients) + len(w.change.parameters) > 1]
        yield _alone(w for w, found in several if found is not None and not found <= left and found & left)
        if isinstance(case.data, Data):
            yield [*instead(case, program, sorted(left)), *_alone(ratios(case, program, sorted(left)))]

    def _several(self, program: Program, left: list[str], some: Together) -> list[Candidate]:
        """What explains all only together with another slip or two on the way to one value; in a step alone."""
        case, reach = self._case, Reach(program, self._case.role, self._case.steps)
        if case.steps > 1 or case.role in TRAINING:
            return []
        local = [w for w in case.wrongs(program) if w.change.local]
        inside = [w for w in local if (found := reach.of(w.change) & case.values.keys()) and found <= set(left)]
        return self._first(some(case, program, inside, left))

    def _beside_places(self, program: Program, left: list[str]) -> list[Candidate]:
        """Gates in each other's place, where all that is still wrong then is one slip."""
        wrongs = self._case.wrongs(program)
        local = _alone(w for w in wrongs if w.change.local)
        return self._first(
            wrong
            for wrong in wrongs
            if len(wrong.change.renamed) > 2  # more than two parameters
            and any(c.mended == len(left) for c in scored(self._case, program.changed(wrong.change), local, left))
        )

    def _first(self, wrongs: Iterable[Wrong]) -> list[Candidate]:
        """The first of several mistakes that explain all together, as candidates that mend nothing yet."""
        return [Candidate((w,), dict.fromkeys(self._case.values, 0.0), 0) for w in islice(wrongs, BOTH)]

    def _guessed(self, program: Program, left: list[str]) -> list[Group]:
        """Coefficients and formulas that no slip makes."""
        case = self._case
        groups = list(fitted(case, program, sorted(left))) if isinstance(case.data, Data) else []
        if case.steps == 1 and case.role not in TRAINING:
            groups += _alone(w for free in freed(case, program, left) for w in written_out(case, program, free))
        return groups

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
        return [
            (a, b) for k, a in enumerate(likely) for b in likely[k + 1 :] if not a.change.entries & b.change.entries
        ]

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


def _varied(candidates: Sequence[Candidate], case: Case) -> list[Candidate]:
    """Of those that mend as many, first one for each of the things that are mended, then others of the same."""
    met: Counter[tuple[str, ...]] = Counter()
    rank = []
    for candidate in candidates:
        off = tuple(case.off(candidate.after))
        rank.append((-candidate.mended, met[off]))
        met[off] += 1
    return [candidates[k] for k in sorted(range(len(candidates)), key=rank.__getitem__)]


def _explained(wrong: Wrong, mended: tuple[str, ...]) -> tuple[str, ...]:
    """Of what several mistakes mend together, what one of them does."""
    return tuple(q for q in mended if q in wrong.change.results) if _whole([wrong]) else mended


def _kinds(wrongs: Iterable[Wrong]) -> set[Hashable]:
    return {kind for wrong in wrongs for kind in wrong.kinds}


def _alone(wrongs: Iterable[Wrong]) -> list[Group]:
    return [(wrong,) for wrong in wrongs]
