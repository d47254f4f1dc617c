"""From numbers to a sentence: which wrong program gives the student's numbers?

Greedy repair: take the wrong program that makes most wrong quantities right and no right one wrong, apply it,
look again.
Agreement to rounding error is not a coincidence, but a repair that leaves something unexplained is only a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ..assignment.mistake import Wrong
from ..assignment.program import Program
from ..assignment.training import Given
from ..conventions import Layout
from .exchange import Array, expected
from .ladder import TOLERANCE, far, scales

#: Mistakes in one function; a longer story fits anything.
MOST = 3
#: Candidates that are tried in pairs; the operators' order is that of likelihood.
PAIRED = 32

Group = tuple[Wrong, ...]
Errors = Mapping[str, float]  # quantity -> how far it is off
Off = Callable[[Program], Iterator[tuple[str, float]]]  # the same by another program, as far as it is asked for


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


def diagnose(
    layout: Layout,
    role: str,
    program: Program,
    candidates: Sequence[Wrong],
    data: Given,
    values: Mapping[str, Array],
    limits: Mapping[str, float] | None = None,
) -> Diagnosis:
    """Which of the candidates, alone or together, turn the program into the one that gave these values.

    limits: how far each quantity may be off and still agree; TOLERANCE unless given.
    """
    # What only a loop can do wrong comes first: in a sequence it is likelier than the same fault inside a right step.
    pool = sorted((w for w in candidates if role in w.roles), key=lambda w: len(w.roles))
    found: list[Found] = []

    given = expected(layout, role, program, data)
    scale = scales(given)
    limits = limits or dict.fromkeys(values, TOLERANCE)

    def compared(truth: Mapping[str, Array]) -> Iterator[tuple[str, float]]:
        return ((q, far(value, truth[q], scale[q])) for q, value in values.items())

    def off(by: Program) -> Iterator[tuple[str, float]]:
        return compared(expected(layout, role, by, data))

    errors: Errors = dict(compared(given))
    while _off(errors, limits):
        # Pairs cost the square: a step is cheap enough, and shows all that a sequence can show of equations.
        best = _best(pool, program, errors, limits, off, role.startswith("step"))
        if best is None:
            break
        group, rivals, after = best
        program = _changed(program, group)
        explains = tuple(q for q in _off(errors, limits) if after[q] <= limits[q])
        agreement = max((after[q] for q in explains), default=0.0)
        found += [Found(w, explains, agreement, not rivals) for w in group]
        pool = [w for w in pool if w not in group]
        errors = after
    explained = not _off(errors, limits)
    return Diagnosis(tuple(replace(f, certain=f.certain and explained) for f in found), program, explained)


def _changed(program: Program, group: Group) -> Program:
    for w in group:
        program = program.changed(w.change)
    return program


def _best(
    pool: Sequence[Wrong], program: Program, errors: Errors, limits: Errors, off: Off, pairing: bool
) -> tuple[Group, list[Group], Errors] | None:
    """The group that mends most: single candidates first, pairs only where no single one helps."""
    singles: list[Group] = [(w,) for w in pool]
    likely = [w for w in pool if not w.change.renamed][:PAIRED]
    pairs: list[Group] = list(combinations(likely, 2)) if pairing else []
    for groups in (singles, pairs):
        scored = list(_scored(groups, program, errors, limits, off))
        if scored:
            most = max(mended for mended, _, _ in scored)
            first, *others = [(group, after) for mended, group, after in scored if mended == most]
            rivals = [
                g
                for g, after in others
                if _says(g) != _says(first[0]) and _off(after, limits) == _off(first[1], limits)
            ]
            return first[0], rivals, first[1]
    return None


def _scored(
    groups: Sequence[Group], program: Program, errors: Errors, limits: Errors, off: Off
) -> Iterator[tuple[int, Group, Errors]]:
    """The groups that mend something and break nothing, with how much."""
    for group in groups:
        after: dict[str, float] = {}
        for q, e in off(_changed(program, group)):
            if e > limits[q] >= errors[q]:
                break
            after[q] = e
        else:
            if mended := sum(after[q] <= limits[q] for q in _off(errors, limits)):
                yield mended, group, after


def _says(group: Group) -> set[tuple[str, str]]:
    """What a group claims: two ways to the same wrong equation are one claim."""
    return {(w.left, w.wrong) for w in group}


def _off(errors: Errors, limits: Errors) -> list[str]:
    """The quantities that do not agree."""
    return [q for q, e in errors.items() if e > limits[q]]
