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
    here, reading = backward(cell, program), Reading(cell, program)
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
            change = reading.instead({name: other})
            if len(change.gradients) + len(change.parameters) > 1:
                yield _wrong(cell, program, printed, name, other, change)
    values = [n for n in (*program.forward, *map(previous, cell.lagged), *cell.inputs) if n in reading.names]
    matrices = [n for n in cell.parameters if n in reading.names]
    for one, two in combinations(matrices, 2):
        if cell.shapes[one] == cell.shapes[two]:
            yield _exchanged(printed, one, two, reading.instead({one: two, two: one}))
    for one, two in combinations(values, 2):
        if two in here.others(one):
            yield _exchanged(printed, one, two, reading.instead({one: two, two: one}))
    deltas = [f"d{n}" for n in program.gradients if f"d{n}" in reading.by_parameters]
    for one, two in combinations(deltas, 2):
        if here.fits(one, two):
            change = Change(parameters=reading.instead({one: two, two: one}).parameters)
            yield _exchanged(printed, one, two, change, "the gradients of all parameters")


def _exchanged(printed: Printed, one: str, two: str, change: Change, where: str = "all gradients") -> Wrong:
    def saying() -> Words:
        names = [printed.symbol(n) for n in (one, two)]
        title = f"{names[0]} and {names[1]} have changed places in {where}"
        return Words(title, ", ".join(names), ", ".join(reversed(names)), ", ".join(names), _HINT)

    first = next(iter((*change.gradients, *change.parameters)), one)
    return Wrong("values-exchanged", ROLES, f"d{first}", change, saying, unlikely=95)


class Reading:
    """What the gradients of a program read, but for those of data, which nobody asks for."""

    def __init__(self, cell: Cell, program: Program) -> None:
        self._program = program
        asked = ((n, entry) for n, entry in program.gradients.items() if n not in cell.data)
        self._gradients = {n: {m for _, e in entry for m in names(e)} for n, entry in asked}
        self._parameters = {
            n: {m for e, v, _ in entry for m in (*names(e), *names(v))} for n, entry in program.parameters.items()
        }
        self.by_parameters = set().union(*self._parameters.values())
        self.names = self.by_parameters.union(*self._gradients.values())

    def instead(self, other: Mapping[str, Expression]) -> Change:
        """The change of every gradient that reads some names: other expressions stand in their place."""
        program = self._program
        return Change(
            gradients={
                n: [[lag, renamed(e, other)] for lag, e in program.gradients[n]]
                for n, read in self._gradients.items()
                if not read.isdisjoint(other)
            },
            parameters={
                n: [
                    [renamed(e, other), None if v is None else renamed(v, other), t]
                    for e, v, t in program.parameters[n]
                ]
                for n, read in self._parameters.items()
                if not read.isdisjoint(other)
            },
        )


def _wrong(cell: Cell, program: Program, printed: Printed, name: str, other: Expression, change: Change) -> Wrong:
    first = next(iter((*change.gradients, *change.parameters)))

    def saying() -> Words:
        own, new = printed.symbol(name), printed.write(other)
        title = f"{new} stands for {own} in all gradients"
        if change.gradients:
            wrong, right = (printed.gradient(first, p[first]) for p in (change.gradients, program.gradients))
            return Words(title, printed.symbol(f"d{first}"), wrong, right, _HINT)
        wrong, right = (printed.parameter(p[first]) for p in (change.parameters, program.parameters))
        return Words(title, printed.loss(printed.symbol(first)), wrong, right, _HINT)

    shifted = isinstance(other, str) and owner(cell, other) == owner(cell, name)
    id = "wrong-time" if shifted else "wrong-value-kept"
    return Wrong(id, ROLES, f"d{first}", change, saying, unlikely=90)
