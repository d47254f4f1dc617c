"""Values that every gradient reads as something else, as when the forward pass kept the wrong one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from ...cells import Cell
from ..adjoint import owner
from ..change import Change
from ..expressions import Expression, names, negative, renamed, total
from ..mistake import Words, Wrong
from ..printing import Printed
from ..program import Program, previous
from .gradients import ROLES
from .scope import backward

_HINT = "Look at what the forward pass keeps, and at the names under which the backward pass takes it out again."


def kept(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Every forward value in the place of which another, or a function of it, is read everywhere."""
    here = backward(cell, program)
    for name in (*program.forward, *map(previous, cell.lagged), *cell.inputs):
        opposite = total([1.0, negative(name)])
        for other in (
            *here.others(name),
            negative(name),
            opposite,
            ["tanh", name],
            ["sigmoid", name],
            ["*", 0.0, name],
        ):
            change = read_as(program, {name: other})
            if len(change.gradients) + len(change.parameters) > 1:
                yield _wrong(cell, printed, name, other, change)
    read = {n for entry in program.gradients.values() for _, e in entry for n in names(e)}
    read |= {n for entry in program.parameters.values() for e, v, _ in entry for n in (*names(e), *names(v))}
    values = [n for n in (*program.forward, *map(previous, cell.lagged), *cell.inputs) if n in read]
    for one, two in combinations(values, 2):
        if two in here.others(one) and owner(cell, one) != owner(cell, two):
            yield _exchanged(printed, one, two, read_as(program, {one: two, two: one}))


def _exchanged(printed: Printed, one: str, two: str, change: Change) -> Wrong:
    def saying() -> Words:
        names = [printed.symbol(n) for n in (one, two)]
        title = f"{names[0]} and {names[1]} have changed places in all gradients"
        return Words(title, ", ".join(names), ", ".join(reversed(names)), ", ".join(names), _HINT)

    first = next(iter((*change.gradients, *change.parameters)), one)
    return Wrong("values-exchanged", ROLES, f"d{first}", change, saying, unlikely=95)


def read_as(program: Program, other: Mapping[str, Expression]) -> Change:
    """The change of every gradient that reads some names: other expressions stand in their place."""
    gradients = {n: [[lag, renamed(e, other)] for lag, e in entry] for n, entry in program.gradients.items()}
    parameters = {
        n: [[renamed(e, other), None if v is None else renamed(v, other), turned] for e, v, turned in entry]
        for n, entry in program.parameters.items()
    }
    return Change(
        gradients={n: e for n, e in gradients.items() if e != program.gradients[n]},
        parameters={n: e for n, e in parameters.items() if e != program.parameters[n]},
    )


def _wrong(cell: Cell, printed: Printed, name: str, other: Expression, change: Change) -> Wrong:
    def saying() -> Words:
        own, new = printed.symbol(name), printed.write(other)
        return Words(f"{new} stands for {own} in all gradients", own, new, own, _HINT)

    shifted = isinstance(other, str) and owner(cell, other) == owner(cell, name)
    id = "wrong-time" if shifted else "wrong-value-kept"
    first = next(iter((*change.gradients, *change.parameters)))
    return Wrong(id, ROLES, f"d{first}", change, saying, unlikely=90)
