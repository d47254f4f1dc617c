"""Numbers as somebody wrote them -> an array of Decimal, which keeps every digit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from ..errors import BadInput, Problem
from .numbers import Array

#: More decimals are more than a float has: nothing can be compared to them.
MOST_DECIMALS = 20

_WANTED = "Write a number, a list of numbers, or a list of rows."


def array_of(name: str, written: Any) -> Array:
    """A number, a list of numbers, of rows, or of steps of rows, as an array of Decimal.

    Raises BadInput, without a place, where it is something else, or holds what no float can.
    """
    if isinstance(written, np.ndarray | np.generic):
        written = written.tolist()
    if _deep(written):
        raise _refused(f"{name} is nested too deeply")
    for item in _leaves(written):
        if isinstance(item, bool) or not isinstance(item, int | float | Decimal):
            kind = "a string" if isinstance(item, str) else "an empty list" if item == [] else "no number"
            raise _refused(f"{name} holds {kind}")
        if not _finite(item):
            raise _refused(f"{name} holds {_shown(item)}, which is not finite", "")
    try:
        found = np.array(_decimals(written), dtype=object)
    except ValueError:
        found = np.array([None])
    if not all(isinstance(item, Decimal) for item in found.flat):
        raise _refused(f"the rows of {name} have different lengths", "")
    return found


def decimals(said: Decimal) -> int:
    """How many decimals a number is printed with."""
    exponent = said.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _refused(message: str, advice: str = _WANTED) -> BadInput:
    return BadInput(Problem(message, None, advice))


def _finite(number: int | float | Decimal) -> bool:
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def _shown(number: int | float | Decimal) -> str:
    """A number that is not finite as a float, in few letters."""
    if isinstance(number, int):
        return "a whole number of more than 300 digits"
    return str(number) if len(str(number)) < 20 else f"{number:.3E}"


def _deep(written: Any) -> bool:
    """Whether lists stand in lists of lists."""
    return any(
        isinstance(item, list | tuple) for row in _items(written) for entry in _items(row) for item in _items(entry)
    )


def _items(written: Any) -> Any:
    return written if isinstance(written, list | tuple) else ()


def _leaves(written: Any) -> Iterator[Any]:
    if isinstance(written, list | tuple) and written:
        for item in written:
            yield from _leaves(item)
    else:
        yield written


def _decimals(written: Any) -> Any:
    """The same nesting, of Decimal: what a person printed keeps its last zero."""
    if isinstance(written, list | tuple):
        return [_decimals(item) for item in written]
    return Decimal(repr(written)) if isinstance(written, float) else Decimal(written)
