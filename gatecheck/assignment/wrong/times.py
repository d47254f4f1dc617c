"""Steps in another order of time: what is read, kept or stored of one step in the place of another."""

from __future__ import annotations

from collections.abc import Iterator

from ...cells import Cell
from ..change import Change
from ..mistake import Words, Wrong, fixed
from .carried import FORWARD
from .loops import BACKWARD

_ORDERS = {
    "reversed": ("in reversed order", "T−1−t"),
    "earlier": ("of the step before", "t−1"),
    "later": ("of the step after", "t+1"),
}
_ENDS = {"first": "0", "last": "T−1", "second": "1, 3, …"}


def forward(cell: Cell) -> Iterator[Wrong]:
    """A loop forward that reads or stores the wrong step, or leaves one out."""
    for how, (said, index) in _ORDERS.items():
        read, stored = {"inputs": how}, {"lines": how}
        yield _wrong(FORWARD, cell.output, Change(order=read), f"The inputs are read {said}", f"x[{index}]", "x[t]")
        yield _wrong(FORWARD, cell.output, Change(order=stored), f"The results are stored {said}", f"[{index}]", "[t]")
    both = Change(order={"inputs": "reversed", "lines": "reversed"})
    yield _wrong(FORWARD, cell.output, both, "The loop forward runs backwards in time", "T−1, …, 0", "0, …, T−1")
    for end, index in _ENDS.items():
        title = f"{_the(end)} step is left out"
        yield _wrong(FORWARD, cell.output, Change(skipped=(end,)), title, f"t ≠ {index}", "t = 0, …, T−1")


def backward(cell: Cell) -> Iterator[Wrong]:
    """A loop backwards that does so."""
    of = f"d{cell.output}"
    for how, (said, index) in _ORDERS.items():
        for what, name, own in (
            ("upstream", "The gradients of the loss are read", f"∂L_t/∂{cell.output}"),
            ("cache", "What the loop forward kept is read", "cache"),
            ("gradients", "The gradients are stored", "gradients"),
        ):
            change = Change(order={what: how})
            yield _wrong(BACKWARD, of, change, f"{name} {said}", f"{own}[{index}]", f"{own}[t]")
        for name in cell.states if len(cell.states) > 1 else ():
            change, own = Change(order={f"upstream of {name}": how}), f"∂L_t/∂{name}"
            title = f"The gradient of the loss by {name} is read {said}"
            yield _wrong(BACKWARD, f"d{name}", change, title, f"{own}[{index}]", f"{own}[t]")
    for end, index in (_ENDS | {"second": "T−2, T−4, …"}).items():
        title = f"{_the(end)} step is left out of the loop backwards"
        change = Change(omitted=("second last" if end == "second" else end,))
        yield _wrong(BACKWARD, of, change, title, f"t ≠ {index}", "t = T−1, …, 0")
    for state in cell.states:
        title = f"The gradient of {state} begins with 1, not with 0"
        yield _wrong(BACKWARD, f"d{state}", Change(begun={state: 1.0}), title, "1", "0")


def _the(end: str) -> str:
    return f"Every {end}" if end == "second" else f"The {end}"


def _wrong(roles: tuple[str, ...], quantity: str, change: Change, title: str, wrong: str, right: str) -> Wrong:
    hint = "Walk through the loop with three steps, and write down which step each index means."
    return Wrong("wrong-step", roles, quantity, change, fixed(Words(title, "step", wrong, right, hint)), unlikely=20)
