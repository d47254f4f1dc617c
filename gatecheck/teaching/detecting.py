"""How many of the mistakes that can be named an assignment's tests tell from the right program: its mutation score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..assignment.kit import Kit
from ..assignment.mistake import Wrong
from ..assignment.program import Data
from ..conventions import TRAINING
from ..errors import BadInput, Problem
from ..grading.case import Case, case_of
from ..grading.exchange import Array, expected
from ..grading.found import applied
from ..grading.ladder import TOLERANCE
from ..grading.lanes import distances, in_lanes, looped
from ..grading.sample import sample

#: Draws of numbers. A mistake that some of them show and others do not depends on luck.
SEEDS = ("5eed", "ace")
#: What a mistake changes by less, as a part of the largest number, may be rounding that it makes worse.
SEEN = 1e-6
#: Of the mistakes that are seen: how many may depend on the numbers, as those in a branch that few elements take.
MOST_LUCKY = 0.02


@dataclass(frozen=True)
class Score:
    """Mistakes that are seen, how many of them only with some numbers, and programs that always give the right ones."""

    seen: int
    lucky: int
    alike: int

    def __str__(self) -> str:
        alike = f"; {self.alike:,} other ways of writing it give the right numbers" if self.alike else ""
        if self.lucky:
            always = self.seen - self.lucky
            return f"{always:,} of {self.seen:,} known mistakes are told from the right program in every run{alike}."
        return f"All {self.seen:,} known mistakes are told from the right program{alike}."


def score(kit: Kit) -> Score:
    """The mutation score of an assignment, over all of its tasks.

    Raises BadInput where its tests see too many mistakes on some inputs and not on others.
    """
    roles = [role for task in kit.assignment.tasks if (role := kit.role(task.name)) not in ("", *TRAINING)]
    shown: dict[str, list[float]] = defaultdict(list)
    titles: dict[str, Wrong] = {}
    for role in roles:
        # What a step shows of the equations, a sequence need not show again.
        stepped = not role.startswith("step") and ("step_backward" if "backward" in role else "step") in roles
        for number, case in enumerate(_cases(kit, role)):
            # A loop shows what is wrong with it in any numbers; what is wrong in an equation may be hidden by some.
            for wrong, off in _off(kit, case, stepped, loops=number == 0):
                titles.setdefault(repr(wrong.change), wrong)
                shown[repr(wrong.change)].append(off)
    # What clips its gradients hides in some what it shows in others.
    clipped = any(kit.layout.signature(role).clip for role in roles)
    hidden = (change for change, off in shown.items() if min(off) <= TOLERANCE and max(off) > SEEN)
    missed = [] if clipped else list(dict.fromkeys(titles[change].words.title for change in hidden))
    seen = sum(max(off) > TOLERANCE for off in shown.values())
    if len(missed) > MOST_LUCKY * seen:
        message = f"not every run would show {len(missed)} of the known mistakes: {'; '.join(missed[:3])}"
        raise BadInput(Problem(message, None, "Is there an input for which the cell saturates, or is always the same?"))
    return Score(seen, len(missed), len(shown) - seen)


def _cases(kit: Kit, role: str) -> Iterator[Case]:
    made, program = kit.layout, kit.key.program
    for seed in SEEDS:
        data = sample(made, program, seed).of(role)
        yield case_of(made, role, program, data, expected(made, role, program, data), None)


def _off(kit: Kit, case: Case, stepped: bool, loops: bool) -> Iterator[tuple[Wrong, float]]:
    """Every mistake that may be in a function, and how far its results are off by it, as a part of the largest."""
    program = kit.key.program
    wrongs = [w for w in case.wrongs(program) if not w.change.results]
    local = [] if stepped else [w for w in wrongs if w.change.local]
    assert isinstance(case.data, Data)
    for some, outcome in in_lanes(case.layout, case.role, program, [w.change for w in local], case.data):
        yield from zip((local[k] for k in some), _worst(case, outcome, len(some)), strict=True)
    others = [w for w in wrongs if not w.change.local and not (stepped and w.change.renamed)] if loops else []
    laned = [w for w in others if w.change.laned]
    if laned:
        outcome = looped(case.layout, case.role, program, [w.change for w in laned], case.data)
        yield from zip(laned, _worst(case, outcome, len(laned)), strict=True)
    for wrong in others:
        if not wrong.change.laned:
            yield wrong, max(case.errors(applied(case.layout, program, [wrong])).values())


def _worst(case: Case, outcome: Mapping[str, Array], count: int) -> list[float]:
    """How far the results of each lane are off, as a part of the largest."""
    off = np.zeros(count)
    for q, value in case.values.items():
        lanes = outcome[q] if outcome[q].ndim > value.ndim else outcome[q][None]
        off = np.maximum(off, distances(lanes, value, case.scale[q]))
    return [float(e) for e in off]
