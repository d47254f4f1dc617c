"""Steps in another order of time: what is read, kept or stored of one step in the place of another."""

from __future__ import annotations

from collections.abc import Iterator

from ...cells import Cell
from ..change import Change
from ..mistake import Words, Wrong, fixed
from .carried import FORWARD
from .loops import BACKWARD

#: Orders of time: how they are read, how they are stored, and the index.
_ORDERS = {
    "reversed": ("in reversed order", "in reversed order", "T−1−t"),
    "earlier": ("from the step before", "one step late", "t−1"),
    "later": ("from the step after", "one step early", "t+1"),
}
_SAME = {"first": ("from the first step, at every step", "0"), "last": ("from the last step, at every step", "T−1")}
_ENDS = {"first": "0", "last": "T−1", "second": "1, 3, …"}


def forward(cell: Cell) -> Iterator[Wrong]:
    """A loop forward that reads or stores the wrong step, or leaves one out."""
    for how, (read, stored, index) in _ORDERS.items():
        inputs, lines = Change(order={"inputs": how}), Change(order={"lines": how})
        yield _wrong(FORWARD, cell.output, inputs, f"The inputs are read {read}", f"x[{index}]", "x[t]")
        yield _wrong(FORWARD, cell.output, lines, f"The results are stored {stored}", f"[{index}]", "[t]")
    for how, (read, index) in _SAME.items():
        inputs = Change(order={"inputs": how})
        yield _wrong(FORWARD, cell.output, inputs, f"The inputs are read {read}", f"x[{index}]", "x[t]")
    both = Change(order={"inputs": "reversed", "lines": "reversed"})
    yield _wrong(FORWARD, cell.output, both, "The loop forward runs backwards in time", "T−1, …, 0", "0, …, T−1")
    for end, index in _ENDS.items():
        title = f"{_the(end)} step is left out"
        yield _wrong(FORWARD, cell.output, Change(skipped=(end,)), title, f"every step but {index}", "0, …, T−1")


def backward(cell: Cell) -> Iterator[Wrong]:
    """A loop backwards that does so."""
    of = f"d{cell.output}"
    returned = next((f"d{n}" for n in cell.inputs if n not in cell.data), of)
    for how, (read, stored, index) in _ORDERS.items():
        for what, quantity, title, own in (
            ("upstream", of, f"The gradients of the loss are read {read}", f"∂L_t/∂{cell.output}"),
            ("cache", of, f"What the loop forward kept is read {read}", "cache"),
            ("gradients", returned, f"The gradients are stored {stored}", "gradients"),
        ):
            yield _wrong(BACKWARD, quantity, Change(order={what: how}), title, f"{own}[{index}]", f"{own}[t]")
        for name in cell.states if len(cell.states) > 1 else ():
            yield _loss(name, how, f"is read {read}", f"[{index}]")
    for name in (n for n in cell.outputs if n not in cell.data):
        for how, (read, index) in _SAME.items():
            yield _loss(name, how, f"is read {read}", f"[{index}]")
        yield _loss(name, "none", "is never added", "")
    for end, index in (_ENDS | {"second": "T−2, T−4, …"}).items():
        title = f"{_the(end)} step is left out of the loop backwards"
        change = Change(omitted=("second last" if end == "second" else end,))
        yield _wrong(BACKWARD, of, change, title, f"every step but {index}", "T−1, …, 0")
    for state in cell.states:
        title, ones = f"The gradient of {state} begins with 1, not with 0", Change(begun={state: ["ones", state]})
        yield _wrong(BACKWARD, f"d{state}", ones, title, "1", "0")


def _loss(name: str, how: str, what: str, index: str) -> Wrong:
    """The gradient that the loss sends to one output, read wrongly."""
    own, change = f"∂L_t/∂{name}", Change(order={f"upstream of {name}": how})
    title = f"The gradient of the loss by {name} {what}"
    return _wrong(BACKWARD, f"d{name}", change, title, f"{own}{index}" if index else "0", f"{own}[t]" if index else own)


def _the(end: str) -> str:
    return f"Every {end}" if end == "second" else f"The {end}"


def _wrong(roles: tuple[str, ...], quantity: str, change: Change, title: str, wrong: str, right: str) -> Wrong:
    hint = "Walk through the loop with three steps, and write down which step each index means."
    words = Words(title, "t" if right[0] in "0T" else "used", wrong, right, hint)
    return Wrong("wrong-step", roles, quantity, change, fixed(words), unlikely=20)
