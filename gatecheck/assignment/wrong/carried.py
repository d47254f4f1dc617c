"""Wrong loops forward: states that are not carried, exchanged, or started from something else."""

from __future__ import annotations

from collections.abc import Iterator

from ...cells import Cell
from ..change import Change
from ..expressions import Expression
from ..mistake import Words, Wrong, of_loop
from ..program import previous
from .places import twins

FORWARD = ("forward",)


def forward(cell: Cell) -> Iterator[Wrong]:
    """Loops that hand the wrong states on."""
    yield from _exchanged(cell)
    for name in cell.states:
        zero = {name: ["*", 0.0, previous(name)]}
        yield _wrong(
            "not-carried",
            name,
            Change(fed=(name,)),
            f"{name} is not carried from step to step",
            f"{name}[t−1]",
            f"{name}0 at every step",
            f"{name} of the step before",
            f"The first step is right, every later one wrong: each must start from the {name} of the one before.",
        )
        yield _wrong(
            "initial-ignored",
            name,
            Change(started=zero),
            f"The initial {name} is ignored: the loop starts from zeros",
            f"{name}[−1]",
            "0",
            f"{name}0",
            f"Start from the initial {name}: from {name}0, or from zeros where there is none.",
            "The initial {} are ignored: the loop starts from zeros",
        )
        yield _wrong(
            "not-carried",
            name,
            Change(fed=(name,), started=zero),
            f"{name} is set to zero at every step",
            f"{name}[t−1]",
            "0 at every step",
            f"{name} of the step before",
            f"Make {name} once, before the loop; inside it belongs the {name} of the step before.",
        )
        for other, shown in _starts(cell, name):
            yield _wrong(
                "wrong-initial-state",
                name,
                Change(started={name: other}),
                f"The loop starts {name} from {shown}",
                f"{name}[−1]",
                shown,
                f"{name}0",
                f"Start from the initial {name}: from {name}0, or from zeros where there is none.",
            )


def _exchanged(cell: Cell) -> Iterator[Wrong]:
    """Two states in each other's place."""
    for a, b in twins(cell):
        if a in cell.states and b in cell.states:
            yield _wrong(
                "states-exchanged",
                a,
                Change(exchanged=(a, b)),
                f"{a} and {b} are exchanged from one step to the next",
                f"{a}, {b}",
                f"{b}, {a} of the step before",
                f"{a}, {b} of the step before",
                "Look at the line that calls your step: it unpacks the results in another order than they come.",
            )
            yield _wrong(
                "wrong-initial-state",
                a,
                Change(started={a: previous(b), b: previous(a)}),
                f"The initial {a} and {b} have changed places",
                f"{a}[−1], {b}[−1]",
                f"{b}0, {a}0",
                f"{a}0, {b}0",
                "Look at the line before the loop.",
            )


def _starts(cell: Cell, name: str) -> Iterator[tuple[Expression, str]]:
    """What else a loop could start a state from."""
    yield ["ones", previous(name)], "ones"
    yield from ((previous(n), f"{n}0") for n in cell.states if n != name and cell.size(n) == cell.size(name))


def _wrong(
    id: str, quantity: str, change: Change, title: str, left: str, wrong: str, right: str, hint: str, many: str = ""
) -> Wrong:
    words = Words(title, left, wrong, right, hint, many=many, places=(quantity,))
    return of_loop("forward", id, quantity, change, words)
