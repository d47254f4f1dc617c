"""One value of a step set free: if any numbers in its place explain all that is wrong, it is what is wrong.

Results of a backward step are linear in each gradient on the way: what the student's results say of it is solved for.
Far more numbers agree than were solved for, or it is not to blame. What is wrong in a line that is returned is there to
be seen, and all that follows from it too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..assignment.adjoint import owner
from ..assignment.change import RIGHT, Change
from ..assignment.mistake import Words, Wrong
from ..assignment.printing import Printed
from ..assignment.program import Data, Program
from ..assignment.wrong.gradients import replaced_by
from .case import Case
from .exchange import Array, expected
from .lanes import MOST, in_lanes
from .reach import Reach

#: How many numbers must agree for each that is solved for.
SURPLUS = 1.5


@dataclass(frozen=True)
class Freed:
    """A value in the place of which some numbers explain all that is wrong.

    name: of a line, or of a quantity whose gradient it is; values: the student's, (B,n); agreement: how well.
    """

    name: str
    gradient: bool
    values: Array
    agreement: float


def located(case: Case, program: Program, left: Collection[str]) -> tuple[Wrong, float] | None:
    """What is wrong where nobody knows how: the value nearest to the results that explains all, and how nearly."""
    found = next(freed(case, program, left), None)
    if found is None:
        return None
    name = found.name

    def saying() -> Words:
        printed = Printed(case.layout.cell, program, case.layout.loss)
        if found.gradient:
            left, right = printed.symbol(f"d{name}"), printed.gradient(name, program.gradients[name])
        else:
            left, right = printed.symbol(name), printed.sum(printed.addends(program.forward[name]))
        hint = f"Compare your line for {left}, and what it reads, with the equation."
        return Words(f"{left} is wrong, and all else that is off follows from it", left, "another formula", right, hint)

    quantity = f"d{name}" if found.gradient else name
    return Wrong("wrong-value", (case.role,), quantity, RIGHT, saying), found.agreement


def freed(case: Case, program: Program, left: Collection[str]) -> Iterator[Freed]:
    """Every value of a step that is enough to be set free, the nearest to the results first."""
    assert isinstance(case.data, Data)
    reach, wrong = Reach(program, case.role, case.steps), set(left)
    if "backward" not in case.role:
        for name in program.forward:
            if name in wrong and reach.of(Change(forward={name: 0.0})) & case.values.keys() >= wrong:
                yield from _returned(case, case.data, program, name, wrong)
    else:
        for name in reversed(list(program.gradients)):
            if reach.of(Change(gradients={name: []})) & case.values.keys() == wrong:
                yield from _solved(case, case.data, program, name)


def _returned(case: Case, data: Data, program: Program, name: str, wrong: set[str]) -> Iterator[Freed]:
    """A line that is returned, where the others follow from it."""
    given = {f"@{name}": case.values[name]}
    found = expected(case.layout, case.role, program.changed(Change(forward={name: f"@{name}"})), _with(data, given))
    errors = case.distances(found)
    if len(wrong) > 1 and not case.off(errors):
        yield Freed(name, False, case.values[name], max(errors.values()))


def _with(data: Data, values: Mapping[str, Array]) -> Data:
    """The data with further arrays, which expressions read by their names as they read parameters."""
    return replace(data, parameters={**data.parameters, **values})


def _solved(case: Case, data: Data, program: Program, name: str) -> Iterator[Freed]:
    """The numbers in the place of a value that come nearest to the student's results, if they give these."""
    cell = case.layout.cell
    shape = data.rows, cell.size(owner(cell, name)).value(data.sizes)
    units = np.eye(shape[0] * shape[1]).reshape(-1, *shape)
    if len(units) >= MOST:
        return  # more numbers than are worked out at once
    symbols = [f"@{k}" for k in range(len(units))]
    changes = [replaced_by(cell, program, name, e) for e in ([], *([s] for s in symbols))]
    free = _with(data, dict(zip(symbols, units, strict=True)))
    ((_, lanes),) = in_lanes(case.layout, case.role, program, changes, free)
    rows, wanted, origin = [], [], {}
    for q, value in case.values.items():
        found = np.broadcast_to(lanes[q], (len(changes), *value.shape)).reshape(len(changes), -1) / case.scale[q]
        rows.append((found[1:] - found[0]).T)
        wanted.append(value.ravel() / case.scale[q] - found[0])
        origin[q] = slice(sum(map(len, wanted)) - value.size, sum(map(len, wanted)))
    matrix, target = np.concatenate(rows), np.concatenate(wanted)
    reached = np.any(matrix != 0.0, axis=1)
    if np.count_nonzero(reached) < SURPLUS * len(units) or not np.isfinite([matrix.sum(), target.sum()]).all():
        return
    solution, _, rank, _ = np.linalg.lstsq(matrix, target, rcond=None)
    off = np.abs(matrix @ solution - target)
    errors = {q: float(off[some].max(initial=0.0)) for q, some in origin.items()}
    if rank == len(units) and all(e <= case.limits[q] for q, e in errors.items()):
        yield Freed(name, True, solution.reshape(shape), max(errors.values()))
