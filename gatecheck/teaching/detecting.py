"""How many of the mistakes that can be named an assignment's tests tell from the right program: its mutation score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..assignment.kit import Kit
from ..assignment.mistake import Wrong
from ..assignment.program import Data
from ..conventions import TRAINING
from ..errors import BadInput, Problem
from ..grading.case import Case, case_of
from ..grading.diagnosis import applied
from ..grading.exchange import expected
from ..grading.lanes import distances, in_lanes
from ..grading.sample import sample

#: Draws of numbers. A mistake that some of them show and others do not depends on luck.
SEEDS = ("5eed", "ace")


@dataclass(frozen=True)
class Score:
    """Mistakes that every draw of numbers shows, and programs that give the right numbers on all of them."""

    seen: int
    alike: int

    def __str__(self) -> str:
        alike = f"; {self.alike:,} other ways of writing it give the right numbers" if self.alike else ""
        return f"All {self.seen:,} known mistakes are told from the right program{alike}."


def score(kit: Kit) -> Score:
    """The mutation score of an assignment, over all of its tasks.

    Raises BadInput where its tests see a mistake on some inputs and not on others.
    """
    roles = [role for task in kit.assignment.tasks if (role := kit.role(task.name)) not in ("", *TRAINING)]
    shown: dict[str, set[bool]] = defaultdict(set)
    titles: dict[str, Wrong] = {}
    for role in roles:
        # What a step shows of the equations, a sequence need not show again.
        stepped = not role.startswith("step") and ("step_backward" if "backward" in role else "step") in roles
        for number, case in enumerate(_cases(kit, role)):
            # A loop shows what is wrong with it in any numbers; what is wrong in an equation may be hidden by some.
            for wrong, told in _told(kit, case, stepped, loops=number == 0):
                titles.setdefault(repr(wrong.change), wrong)
                shown[repr(wrong.change)].add(told)
    # What clips its gradients hides in some what it shows in others.
    clipped = any(kit.layout.signature(role).clip for role in roles)
    missed = [] if clipped else [titles[change].words.title for change, told in shown.items() if len(told) > 1]
    if missed:
        message = f"not every run would show {len(missed)} of the known mistakes: {'; '.join(missed[:3])}"
        raise BadInput(Problem(message, None, "Is there an input for which the cell saturates, or is always the same?"))
    seen = sum(True in told for told in shown.values())
    return Score(seen, len(shown) - seen)


def _cases(kit: Kit, role: str) -> Iterator[Case]:
    made, program = kit.layout, kit.key.program
    for seed in SEEDS:
        data = sample(made, program, seed).of(role)
        yield case_of(made, role, program, data, expected(made, role, program, data), None)


def _told(kit: Kit, case: Case, stepped: bool, loops: bool) -> Iterator[tuple[Wrong, bool]]:
    """Every mistake that may be in a function, and whether its results show it."""
    program = kit.key.program
    wrongs = [w for w in case.wrongs(program) if not w.change.results]
    local = [] if stepped else [w for w in wrongs if w.change.local]
    assert isinstance(case.data, Data)
    for some, outcome in in_lanes(case.layout, case.role, program, [w.change for w in local], case.data):
        told = np.zeros(len(some), bool)
        for q, value in case.values.items():
            lanes = outcome[q] if outcome[q].ndim > value.ndim else outcome[q][None]
            told |= distances(lanes, value, case.scale[q]) > case.limits[q]
        yield from ((local[k], bool(t)) for k, t in zip(some, told, strict=True))
    for wrong in wrongs if loops else ():
        if not wrong.change.local:
            yield wrong, bool(case.off(case.errors(applied(case.layout, program, [wrong]))))
