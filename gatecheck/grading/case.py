"""One function's results beside what a program gives, and the mistakes that can be seen in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..assignment.expressions import Expression
from ..assignment.mistake import Wrong
from ..assignment.program import Data, Program
from ..assignment.training import Given
from ..assignment.wrong import wrong_programs
from ..assignment.wrong.results import results, unclipped
from ..assignment.wrong.training import MISTAKES
from ..conventions import TRAINING, Layout
from .exchange import Array, expected, quantities, returned
from .ladder import TOLERANCE, far, scales
from .remembering import remembered

Errors = Mapping[str, float]  # quantity -> how far it is off


@dataclass(frozen=True)
class Case:
    """One function's results, and what they are judged by.

    values: the student's; limits: how far each quantity may be off and still agree, as a part of its scale.
    """

    layout: Layout
    role: str
    data: Given
    values: Mapping[str, Array]
    scale: Mapping[str, float]
    limits: Mapping[str, float]

    def given(self, program: Program) -> dict[str, Array]:
        """What a program gives."""
        return expected(self.layout, self.role, program, self.data)

    def errors(self, program: Program) -> dict[str, float]:
        """How far each quantity is from what a program gives."""
        return self.distances(self.given(program))

    def distances(self, found: Mapping[str, Array]) -> dict[str, float]:
        """How far each quantity is from some values."""
        return {q: far(value, found[q], self.scale[q]) for q, value in self.values.items()}

    def off(self, errors: Errors) -> list[str]:
        """The quantities that do not agree."""
        return [q for q, e in errors.items() if e > self.limits[q]]

    def returning(self, results: Mapping[str, Expression], found: Mapping[str, Array], errors: Errors) -> Errors:
        """How far each quantity is off where some of what a program gives is returned as something else."""
        assert isinstance(self.data, Data)
        made = returned(self.data, found, results)
        return {**errors, **{q: far(self.values[q], a, self.scale[q]) for q, a in made.items() if q in self.values}}

    @property
    def sizes(self) -> Mapping[str, int]:
        """The number that each letter stands for."""
        assert isinstance(self.data, Data)
        return {**self.data.sizes, "B": self.data.rows, "T": self.data.steps}

    @property
    def stacked(self) -> int:
        """How many parameters the convention puts into one array at most."""
        return max(map(len, self.layout.arrays), default=1)

    @property
    def steps(self) -> int:
        """How many steps it has; a training step counts as one."""
        return self.data.steps if isinstance(self.data, Data) else 1

    @property
    def step(self) -> bool:
        """Whether the function makes one step."""
        return self.role.startswith("step")

    def wrongs(self, program: Program) -> Sequence[Wrong]:
        """Every mistake that can be seen in the function, by a program."""
        return MISTAKES if self.role in TRAINING else _known(self.layout, program, self.role)


def case_of(
    layout: Layout,
    role: str,
    program: Program,
    data: Given,
    values: Mapping[str, Array],
    limits: Mapping[str, float] | None,
) -> Case:
    """The case of some values; limits are TOLERANCE unless given."""
    scale = scales(expected(layout, role, program, data))
    return Case(layout, role, data, values, scale, limits or dict.fromkeys(values, TOLERANCE))


@remembered(16)
def _known(layout: Layout, program: Program, role: str) -> list[Wrong]:
    """Every mistake that can be seen in a function, listed once for all submissions."""
    gives = [(slot, q) for slot in layout.signature(role).gives for q in quantities(layout, slot)]
    ahead = any(s.plain in ("state", "output", "total", "last") and not s.gradient for s, _ in gives)
    over_time = [q for s, q in gives if s.plain in ("state", "output", "input") and not role.startswith("step")]
    shapes = layout.cell.shapes
    square = [q for _, q in gives if q[1:] in shapes and len(shapes[q[1:]]) == 2 and len(set(shapes[q[1:]])) == 1]
    stored = [name for array in layout.arrays for name in array]
    clip = layout.signature(role).clip
    clipped = [q for _, q in gives if clip and q[1:] in layout.cell.parameters]
    return [
        *(unclipped(role, q, clip) for q in clipped if clip),
        *wrong_programs(layout.cell, program, layout.loss, role, "backward" in role and ahead, stored),
        *results(role, layout.cell.states, [q for _, q in gives], over_time, square),
    ]
