"""Things in each other's place: gates in another course's order, results returned crosswise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any

from ...cells import Cell
from ...conventions.parameters import parts
from ..change import Change
from ..expressions import names
from ..mistake import Words, Wrong, fixed
from ..program import Program
from .kept import Reading

FORWARD, BACKWARD = ("step", "forward"), ("step_backward", "backward")


def returned(cell: Cell) -> Iterator[Wrong]:
    """Two results of one size in each other's place."""
    for a, b in twins(cell):
        words = Words(
            f"{a} and {b} are returned in the wrong order",
            "returned",
            f"{b}, {a}",
            f"{a}, {b}",
            f"Your first result is {b} and your second is {a}; both have the same shape, so nothing crashes.",
        )
        later = Change(exchanged=(a, b))
        yield Wrong("return-order-swapped", FORWARD, a, Change(returned=(a, b)), fixed(words), later)
    for a, b in combinations(cell.lagged, 2):
        if cell.size(a) == cell.size(b):
            words = Words(
                f"The gradients of {a} and {b} are returned in the wrong order",
                "returned",
                f"δ{b}, δ{a}",
                f"δ{a}, δ{b}",
                "Both have the same shape, so nothing crashes.",
            )
            back = {a: f"d{b}_prev", b: f"d{a}_prev"}
            later, crossed = Change(handed=back, left=back), Change(crossed=(a, b))
            yield Wrong("return-order-swapped", BACKWARD, f"d{a}_prev", crossed, fixed(words), later)


def rows(cell: Cell) -> Iterator[Wrong]:
    """Sequences of a batch that a loop over them leaves out."""
    for end, index in (("first", "0"), ("last", "B−1")):
        for roles, quantity in ((FORWARD, cell.output), (BACKWARD, f"d{cell.output}")):
            words = Words(
                f"The {end} sequence of the batch is left out",
                "b",
                f"b ≠ {index}",
                "b = 0, …, B−1",
                "A loop over a batch goes over all of its rows; without a loop, NumPy does.",
            )
            yield Wrong("row-left-out", roles, quantity, Change(rows=(end,)), fixed(words))


def twins(cell: Cell) -> Iterator[tuple[str, str]]:
    """Pairs of results of one size: only these can be exchanged without an error."""
    return ((a, b) for a, b in combinations(cell.outputs, 2) if cell.size(a) == cell.size(b))


def permuted(cell: Cell, program: Program, stored: Sequence[str]) -> Iterator[Wrong]:
    """Gates in each other's place: columns sliced, or gradients put together, in another convention's order.

    stored: the parameters in the order in which the convention has them.
    """
    gates = dict(sorted(_alike(cell).items(), key=lambda gate: stored.index(gate[1][0])))
    for order in permutations(gates):
        if order == tuple(gates):
            continue
        moved = [(a, b) for a, b in zip(gates, order, strict=True) if a != b]
        places = {mine: theirs for a, b in moved for mine, theirs in zip(gates[a], gates[b], strict=True)}
        words = Words(
            _places(moved, order),
            "gates",
            ", ".join(order),
            ", ".join(gates),
            "Each gate has its own parameters: compare the order in which you take them apart and put them together.",
        )
        yield Wrong("gates-permuted", (*FORWARD, *BACKWARD), moved[0][0], Change(renamed=places), fixed(words))
        back = words._replace(
            title=_places(moved, order, "gradients"),
            left="gradients of gates",
            hint="Put the gradients together in the order in which the forward pass takes the gates apart.",
        )
        change = _exchanged(cell, program, {_delta(program, a): _delta(program, b) for a, b in moved})
        if _known(program, change):
            yield Wrong("gradients-permuted", BACKWARD, f"d{moved[0][0]}", change, fixed(back))


def confused(cell: Cell) -> Iterator[Wrong]:
    """Two parameters of one shape in each other's place."""
    for one, two in combinations(cell.parameters, 2):
        if cell.shapes[one] == cell.shapes[two]:
            words = Words(
                f"{one} and {two} have changed places",
                f"{one}, {two}",
                f"{two}, {one}",
                f"{one}, {two}",
                "Mind the order of arguments: both have the same shape, so nothing crashes.",
            )
            change = Change(renamed={one: two, two: one})
            yield Wrong("parameters-exchanged", (*FORWARD, *BACKWARD), one, change, fixed(words), unlikely=70)


def _delta(program: Program, gate: str) -> str:
    return f"da_{gate}" if f"a_{gate}" in program.gradients else f"d{gate}"


def _exchanged(cell: Cell, program: Program, other: Mapping[str, str]) -> Change:
    """The change of every entry that reads some gradients, but for their own: others stand in their place."""
    change = Reading(cell, program).instead(other)
    own = {name[1:] for name in other}
    return Change(gradients={n: e for n, e in change.gradients.items() if n not in own}, parameters=change.parameters)


def _known(program: Program, change: Change) -> bool:
    """Whether every gradient is there where it is read: those of a step are worked out one after the other."""
    order = list(program.gradients)
    return all(
        n[0] != "d" or n[1:] not in order or order.index(n[1:]) < order.index(name)
        for name, entry in change.gradients.items()
        for lag, e in entry
        for n in names(e)
        if not lag
    )


def _places(moved: list[tuple[str, str]], order: tuple[str, ...], what: str = "parameters") -> str:
    if len(moved) == 2:
        return f"The {what} of {moved[0][0]} and {moved[1][0]} have changed places"
    return f"The {'gates' if what == 'parameters' else what} stand in another order: {', '.join(order)}"


def _alike(cell: Cell) -> dict[str, tuple[str, ...]]:
    """The gates whose parameters have the same kinds and shapes, at most four: name -> parameters."""
    groups: dict[Any, dict[str, tuple[str, ...]]] = {}
    found = parts(cell)
    for name in cell.assigned:
        mine = [p for p in found if p.equation == name]
        kind = tuple((p.kind, cell.shapes[p.parameter]) for p in mine)
        if mine and all(sum(p.parameter == q.parameter for q in found) == 1 for p in mine):
            groups.setdefault(kind, {})[name] = tuple(p.parameter for p in mine)
    largest = max(groups.values(), key=len, default={})
    return largest if 2 <= len(largest) <= 4 else {}
