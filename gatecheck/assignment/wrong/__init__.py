"""Wrong programs, made from a cell's program: every mistake that can be recognised by its numbers.

They are not stored: what a slip can make of an equation is quickly listed, and of most no word is ever said.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...cells import Cell
from ..mistake import Wrong
from ..printing import Printed
from ..program import Program
from . import carried, elsewhere, equations, gradients, kept, loops, parameters, places, summed, times


def wrong_programs(
    cell: Cell,
    program: Program,
    loss: tuple[str, ...],
    role: str,
    whole: bool = False,
    stored: Sequence[str] = (),
) -> list[Wrong]:
    """Every mistake that can be seen in a function; where two explain the same numbers, the earlier one speaks.

    loss: what the loss of a step reads, for the formulas. whole: whether a backward function goes forward, too.
    stored: the parameters in the order of the convention; in that of the cell's equations, if there is none.
    """
    printed = Printed(cell, program, loss)
    ahead = role.replace("step_backward", "step").replace("backward", "forward")
    roles = {role, ahead} if whole else {role}
    found = [
        *places.returned(cell),
        *places.permuted(cell, program, stored or cell.parameters),
        *places.confused(cell),
        *places.rows(cell),
    ]
    if role != ahead:
        found += [*loops.backward(cell, program, printed), *summed.summed(program, printed), *times.backward(cell)]
        found += elsewhere.elsewhere(cell, program, printed)
        found += [*gradients.gradients(cell, program, printed), *parameters.parameters(cell, program, printed)]
        found += kept.kept(cell, program, printed)
    if ahead in roles:
        found += [*carried.forward(cell), *times.forward(cell), *equations.equations(cell, program, printed)]
    return [wrong for wrong in found if roles.intersection(wrong.roles)]
