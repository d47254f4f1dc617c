"""Wrong loops backwards: gradients that are handed on, added up, started or stored wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Any

from ...cells import Cell
from ..change import Change
from ..expressions import Expression, negative
from ..mistake import Words, Wrong, of_loop
from ..printing import Printed
from ..program import Program, arriving, arriving_first, final, previous

BACKWARD = ("backward",)


def backward(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Loops that hand the wrong gradients back, or add them up wrongly."""
    for name in cell.states:
        yield from _stopped(program, printed, name)
        yield from _handed(program, printed, name)
        yield from _left(program, printed, name)
        yield from _before(printed, name)
    yield from _crossed(cell)
    if cell.output in cell.states:
        yield _begun(printed, cell.output)
    if cell.states:
        yield from _altogether(cell, printed)
    yield from _stale(cell, program, printed)


def _stopped(program: Program, printed: Printed, name: str) -> Iterator[Wrong]:
    own, (now, later) = printed.symbol(name), _parted(program, name)
    yield _said(
        "not-carried-back",
        f"d{name}",
        Change(stopped=(name,)),
        f"The gradient of {own} is not carried back from step t+1",
        printed.symbol(f"d{name}"),
        printed.gradient(name, now),
        printed.gradient(name, [*now, *later]),
        f"The last step is right and every earlier one wrong: add the gradient of {own} that step t+1 sends back.",
        f"{own}[t+1] → {own}",
    )


def _handed(program: Program, printed: Printed, name: str) -> Iterator[Wrong]:
    """What is handed back in the place of what leaves the step."""
    own, (now, later) = printed.symbol(name), _parted(program, name)
    ends, whole = f"{printed.gradient(name, now)} + {own}[T−1]", printed.gradient(name, [*now, *later])
    for id, instead, title, wrong in (
        ("carried-unchanged", f"d{name}", "The gradient of {} is handed back as it was in step t+1", ""),
        (
            "carry-accumulated",
            ["+", f"d{name}_prev", f"d{name}_carried"],
            "What is handed back of {} adds up over the steps",
            f"{whole} + what was handed back before",
        ),
        ("wrong-sign", negative(f"d{name}_prev"), "The gradient of {} is handed back with the other sign", ""),
        ("state-for-gradient", name, "The state {} is handed back instead of its gradient", ""),
        ("state-for-gradient", final(name), "The last {} is handed back instead of its gradient", ends),
    ):
        # What is kept in one variable is returned as it was handed back.
        for left in [{}] if isinstance(instead, str) else [{}, {name: instead}]:
            yield _said(
                id,
                f"d{name}",
                Change(handed={name: instead}, left=left),
                title.format(own),
                printed.symbol(f"d{name}"),
                wrong or printed.gradient(name, [*now, *_instead(later, instead)]),
                whole,
                f"What a step sends back is the gradient of {own}[t−1].",
            )


def _begun(printed: Printed, name: str) -> Wrong:
    """A loop that begins with what an array was made like, not with an array of zeros like it."""
    own = printed.symbol(name)
    return _said(
        "not-from-zero",
        f"d{name}",
        Change(begun={name: arriving_first(name)}),
        f"The loop backwards begins with the gradient of the first {own}, not with zeros",
        "carried back",
        f"{printed.loss_of_step(own)} of the first step",
        "0",
        "Nothing comes back from behind the last step: begin with np.zeros_like, and leave the array itself alone.",
    )


def _instead(later: list[list[Any]], instead: Expression) -> list[list[Any]]:
    """What t+1 contributes to a gradient where something else is handed back."""
    if isinstance(instead, str):
        return [[1, instead]]
    return [[1, negative(e)] for _, e in later]


def _left(program: Program, printed: Printed, name: str) -> Iterator[Wrong]:
    """What is returned as the gradient of the initial state in the place of what leaves the first step."""
    own, (_, later) = printed.symbol(name), _parted(program, name)
    for value, title, wrong in (
        (f"d{name}", "The gradient of {0}0 is that of {0} after the first step", f"δ{own}[0]"),
        (arriving(name), "The gradient of {0}0 is what reaches the first step", f"δ{own}[0] as it arrives"),
        (["*", 0.0, name], "The gradient of {0}0 comes back zero", "0"),
    ):
        yield _said(
            "first-step-missing",
            f"d{name}0",
            Change(left={name: value}),
            title.format(own),
            f"δ{own}0",
            wrong,
            printed.sum([printed.contribution(e) for _, e in later]).replace("[t]", "[0]") or "0",
            f"One step more: what the first step sends back is the gradient of {own}0.",
        )


def _crossed(cell: Cell) -> Iterator[Wrong]:
    """Gradients of two states that are taken for each other where a step hands them back."""
    for a, b in permutations(cell.states, 2):
        if cell.size(a) == cell.size(b):
            yield _said(
                "return-order-swapped",
                f"d{a}",
                Change(handed={a: f"d{b}_prev"}),
                f"The gradient of {b} is handed back as that of {a}, too",
                f"δ{a} of step t+1",
                f"δ{b} of step t+1",
                f"δ{a} of step t+1",
                "Each state has a gradient of its own, which step t+1 sends back.",
            )
    for a, b in combinations(cell.states, 2):
        if cell.size(a) == cell.size(b):
            back = {a: f"d{b}_prev", b: f"d{a}_prev"}
            yield _said(
                "return-order-swapped",
                f"d{a}",
                Change(handed=back, left=back),
                f"The gradients of {a} and {b} change places from step to step backwards",
                f"δ{a}, δ{b}",
                f"δ{b}, δ{a} of step t+1",
                f"δ{a}, δ{b} of step t+1",
                "Look at the line that calls your step: it unpacks the results in another order than they come.",
            )


def _before(printed: Printed, name: str) -> Iterator[Wrong]:
    """What the loop backwards takes for the value of a state before the first step."""
    own = printed.symbol(name)
    for value, title, wrong in (
        (final(name), "{} before the first step is read from the end of the sequence", f"{own}[T−1]"),
        (name, "{} before the first step is overwritten by that of the first step", f"{own}[0]"),
        (["*", 0.0, name], "{} before the first step is taken for zero in the loop backwards", "0"),
        (["ones", name], "{} before the first step is taken for ones in the loop backwards", "1"),
    ):
        yield _said(
            "wrong-initial-state",
            f"d{name}",
            Change(before={name: value}),
            title.format(own),
            f"{own}[−1]",
            wrong,
            f"{own}0",
            "Before the first step comes the initial state: an index of −1 is the last element, and a view is no copy.",
        )


def _altogether(cell: Cell, printed: Printed) -> Iterator[Wrong]:
    """What is wrong with all that a loop carries."""
    every = ", ".join(f"δ{printed.symbol(n)}" for n in cell.states)
    zeros = {n: ["*", 0.0, n] for n in cell.states}
    several = len(cell.states) > 1
    for id, change, title, hint in (
        (
            "not-carried-back",
            Change(stopped=cell.states),
            "{} are not carried back from step t+1" if several else "",
            "",
        ),
        (
            "never-stored",
            Change(stopped=cell.states, left=zeros),
            "What a step sends back is never stored: {}",
            " Keep",
        ),
    ):
        if title:
            yield _said(
                id,
                f"d{cell.states[0]}",
                change,
                title.format(every),
                "carried back",
                "nothing",
                every,
                f"The last step is right and every earlier one wrong.{hint or ' Add'} what step t+1 sends back.",
            )
    last, both = {n: final(n) for n in cell.states}, " and ".join(cell.states)
    yield _said(
        "state-for-gradient",
        f"d{cell.states[0]}",
        Change(handed=last, begun=last),
        f"{both} of the last step {'are' if several else 'is'} added instead of {every} of step t+1",
        "carried back",
        ", ".join(f"{n}[T−1]" for n in cell.states),
        every,
        "What a step sends back is a gradient, not a state.",
    )
    for order, title in (({}, ""), ({"gradients": "reversed"}, ", and what it stores is in reversed order")):
        yield _said(
            "not-reversed",
            f"d{cell.states[0]}",
            Change(ascending=("t",), order=order),
            f"The loop backwards runs forwards in time{title}",
            "t",
            "0, 1, …, T−1",
            "T−1, …, 1, 0",
            "What step t sends back reaches step t−1: begin with the last step.",
        )


def _stale(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Values that the loop backwards reads as the last step left them."""
    for name in program.forward:
        own = printed.symbol(name)
        yield _said(
            "stale-value",
            f"d{name}",
            Change(stale=(name,)),
            f"{own} is read as the last step left it, at every step",
            own,
            f"{own}[T−1]",
            f"{own}[t]",
            f"Keep {own} of every step: a local variable holds the last one's only.",
        )
    yield _said(
        "stale-value",
        f"d{cell.output}",
        Change(stale=(*program.forward, *map(previous, cell.lagged), *cell.inputs)),
        "Every step backwards reads the values of the last step",
        "cache",
        "of step T−1",
        "of step t",
        "Keep one cache per step, and take that of step t.",
    )


def _parted(program: Program, name: str) -> tuple[list[list[Any]], list[list[Any]]]:
    """What readers of the same step contribute to a gradient, and those of t+1."""
    entry = program.gradients[name]
    return [c for c in entry if not c[0]], [c for c in entry if c[0]]


def _said(
    id: str,
    quantity: str,
    change: Change,
    title: str,
    left: str,
    wrong: str,
    right: str,
    hint: str,
    path: str | None = None,
) -> Wrong:
    return of_loop("backward", id, quantity, change, Words(title, left, wrong, right, hint, path))
