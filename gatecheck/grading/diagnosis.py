"""From numbers to a sentence: which wrong program gives the student's numbers?

Agreement to rounding error is not a coincidence, but a repair that leaves something unexplained is only a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..assignment.program import Program
from ..assignment.training import Given
from ..assignment.wrong.results import multiplied
from ..conventions import TRAINING, Layout
from .case import Case, case_of
from .exchange import Array
from .found import Diagnosis, Found, explaining, joined, needed
from .scoring import combined
from .searching import Search


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
    return joined(explaining(found, case.off(case.errors(program))), program)


def _diagnosed(case: Case, second: Case | None, program: Program) -> Diagnosis:
    if second is None:
        return Search(case).best(program)
    if case.step or case.role in TRAINING:
        found = Search(case).best(program)
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
    short = Search(second).best(program)
    if short.complete and not case.off(case.errors(short.program)):
        return short
    if short.found or not short.complete:  # one step shows some of what a loop does wrong, too
        looped = Search(case, only_loops=True).best(program)
        if looped.complete or not short.complete:
            return looped
        full = Search(case, second).best(short.program, short.found)
        return full if full.complete else looped  # what one step looks like is not so in many
    return Search(case, second).best(program)


def off_by(
    layout: Layout,
    role: str,
    program: Program,
    data: Given,
    values: Mapping[str, Array],
    limits: Mapping[str, float] | None = None,
) -> list[str]:
    """The quantities that are others by a program."""
    case = case_of(layout, role, program, data, values, limits)
    return case.off(case.errors(program))
