"""Mistakes that were found, and what is made of them: none that is needless, those of one kind as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..assignment.adjoint import follow
from ..assignment.mistake import Words, Wrong
from ..assignment.program import Program
from ..assignment.wrong.together import together
from ..conventions import Layout
from .case import Case
from .scoring import Group, combined


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
    """What was found in one task, and the program that gives the student's numbers; complete where it gives all.

    alike: other mistakes that give the same numbers, each of which alone would do.
    """

    found: tuple[Found, ...]
    program: Program
    complete: bool
    alike: tuple[Group, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether all is explained, in one way only."""
        return self.complete and all(f.certain for f in self.found)


def beside(wrong: Wrong, others: Sequence[Wrong]) -> Wrong:
    """A mistake that was found after others: what is right of an equation with two mistakes in it has none of them."""
    first = next((w for w in others if not w.change.apart(wrong.change)), None)

    if first is None:
        return wrong

    def saying() -> Words:
        same = first.words.left == wrong.words.left
        return wrong.words._replace(right=first.words.right) if same else wrong.words

    return replace(wrong, saying=saying)


def needed(diagnosis: Diagnosis, cases: Sequence[Case], program: Program) -> Diagnosis:
    """The diagnosis without mistakes that the others do without: one step may show what is none in a sequence."""
    for one in diagnosis.found if diagnosis.complete and len(diagnosis.found) > 1 else ():
        others = tuple(f for f in diagnosis.found if f is not one)
        if not all(f.wrong.change.apart(one.wrong.change) for f in others):
            continue  # the later of two in one equation holds the earlier one
        made = program
        for found in others:
            made = applied(cases[0].layout, made, [found.wrong])
        if others and not any(case.off(case.errors(made)) for case in cases):
            diagnosis = replace(diagnosis, found=others, program=made)
    return diagnosis


def explaining(diagnosis: Diagnosis, off: Sequence[str]) -> Diagnosis:
    """The diagnosis of all that is off; what one step has told explains more in a sequence than in that step."""
    told = {q for f in diagnosis.found for q in f.explains}
    if not diagnosis.complete or not diagnosis.found or told.issuperset(off):
        return diagnosis
    first, *others = diagnosis.found
    explains = (*first.explains, *(q for q in off if q not in told))
    return replace(diagnosis, found=(replace(first, explains=explains), *others))


def joined(diagnosis: Diagnosis, program: Program) -> Diagnosis:
    """The diagnosis, with mistakes of one kind that were found one after the other as one."""
    found = list(diagnosis.found)
    for merged in together((f.wrong for f in diagnosis.found), program):
        parts = [f for f in found if set(f.wrong.quantities) <= set(merged.quantities) and f.wrong.id == merged.id]
        if len(parts) > 1:
            explains = tuple(dict.fromkeys(q for f in parts for q in f.explains))
            one = Found(merged, explains, max(f.agreement for f in parts), all(f.certain for f in parts))
            found = [one if f is parts[0] else f for f in found if f is parts[0] or f not in parts]
    return replace(diagnosis, found=tuple(found))


def applied(layout: Layout, program: Program, wrongs: Sequence[Wrong]) -> Program:
    """The program with some mistakes in it, and with what is right for the equations that were written."""
    change = combined(wrongs)
    if change.forward:
        change = change + follow(layout.cell, program, change.forward)
    return program.changed(change)
