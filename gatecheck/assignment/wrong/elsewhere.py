"""Values that one gradient of a loop backwards takes from another step than its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from ...cells import Cell
from ..change import Change
from ..expressions import Expression, names, renamed
from ..mistake import Words, Wrong
from ..printing import Printed
from ..program import Program, before, final, previous


class _Step(NamedTuple):
    """Another step: the id of the mistake, its title up to "of δf", its hint, and the key of a value there."""

    id: str
    title: str
    hint: str
    there: Callable[[str], str]


_EARLIER = _Step(
    "wrong-time",
    "{new} stands where {old} belongs in the gradient",
    "An array that holds the initial state too is one longer: compare the index with the one it is stored under.",
    before,
)
_LAST = _Step(
    "stale-value",
    "{old} of the last step is read, at every step, in the gradient",
    "A local variable holds the last {old} only: keep that of every step.",
    final,
)


def elsewhere(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Every value of a step that one gradient reads of the step before or, as locals are, of the last one."""
    every = {*program.forward, *map(previous, cell.lagged), *cell.inputs}
    for step, values in ((_EARLIER, every), (_LAST, {*program.forward})):
        for name, entry in program.gradients.items():
            for value in _read(values, (e for _, e in entry)) if name not in cell.data else ():
                moved = [[lag, renamed(e, {value: step.there(value)})] for lag, e in entry]
                written = partial(printed.gradient, name)
                yield _wrong(printed, step, name, value, Change(gradients={name: moved}), (written, moved, entry))
        for name, sums in program.parameters.items():
            for value in _read(values, (part for e, v, _ in sums for part in (e, v) if part is not None)):
                other = {value: step.there(value)}
                moved = [[renamed(e, other), v if v is None else renamed(v, other), turned] for e, v, turned in sums]
                change = Change(parameters={name: moved})
                yield _wrong(printed, step, name, value, change, (printed.parameter, moved, sums))


def _read(values: Iterable[str], expressions: Iterable[Expression]) -> list[str]:
    """Which of some values are read by expressions."""
    return sorted(set(values).intersection(n for e in expressions for n in names(e)))


def _wrong(
    printed: Printed,
    step: _Step,
    name: str,
    value: str,
    change: Change,
    formulas: tuple[Callable[[Any], str], Any, Any],
) -> Wrong:
    def saying() -> Words:
        new, old, own = printed.symbol(step.there(value)), printed.symbol(value), printed.symbol(name)
        write, wrong, right = formulas
        left = printed.loss(own) if change.parameters else printed.symbol(f"d{name}")
        what, hint = (text.format(old=old, new=new) for text in (step.title, step.hint))
        return Words(f"{what} of {own}", left, write(wrong), write(right), hint, many=f"{what}s of {{}}", places=(own,))

    return Wrong(step.id, ("backward",), f"d{name}", change, saying, likening=lambda: [(step.id, value)])
