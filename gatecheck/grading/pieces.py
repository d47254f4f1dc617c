"""Pre-activations side by side in one array: in which order a convention has them, and which of them a line makes."""

from __future__ import annotations

import re

from ..assignment.expressions import names
from ..assignment.kit import Kit

_BOUND = r"(?:0|(?:\d+\s*\*\s*)?[A-Za-z_][\w.]*)?"
#: [:, H : 2 * H], whatever the size is called.
_SLICE = re.compile(rf"(?:(?::|\.\.\.)\s*,\s*)?({_BOUND})\s*:\s*({_BOUND})(?:\s*,\s*:)?")


def side_by_side(kit: Kit, name: str) -> list[str]:
    """The pre-activations in the order in which a convention stacks their parameters; empty where it has them apart."""
    readers = {p: line for line, e in kit.key.program.forward.items() for p in names(e) if p in kit.cell.parameters}
    stacked = ([readers.get(b.parameter, "") for b in stack.blocks] for stack in kit.layout.stored)
    return next((lines for lines in stacked if name in lines and len(lines) > 1), [])


def place(part: str, number: int) -> int | None:
    """Which of so many arrays side by side a part is; None where that cannot be read.

    >>> place(":, H:2 * H", 4), place("|3", 4), place("3 * H:", 4)
    (1, 3, 3)
    """
    if part.startswith("|"):
        return int(part[1:]) if part[1:].isdecimal() else None
    found = _SLICE.fullmatch(part)
    if not found:
        return None
    first, last = _times(found[1], 0), _times(found[2], number)
    return first if last == first + 1 else None


def _times(bound: str, otherwise: int) -> int:
    """How many times a size a bound is."""
    if not bound:
        return otherwise
    return 0 if bound == "0" else int(bound.split("*")[0]) if "*" in bound else 1
