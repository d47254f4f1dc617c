"""Records as JSON values and back: numbers that JSON lacks, and typed reading of what comes from outside."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

_NAMED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def plain(value: Any) -> Any:
    """A value of JSON: dataclasses become objects, tuples lists, numbers that are not finite their names."""
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return _plain_float(float(value))
    return value


def _plain_float(value: float) -> float | int | str:
    if math.isfinite(value):
        # 2 reads better than 2.0, and beyond 2**53 a whole float is no more exact than its repr.
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return next(name for name, number in _NAMED.items() if repr(number) == repr(value))


def _number(value: object) -> float | None:
    """A number, or the name of one that is not finite; None for anything else."""
    if isinstance(value, str):
        return _NAMED.get(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


class Fields:
    """The fields of one JSON object, read with their types; `what` names the object in errors.

    Every method raises ValueError when the field is missing (and has no default) or of another type.
    """

    def __init__(self, data: object, what: str) -> None:
        if not isinstance(data, Mapping):
            raise ValueError(f"the {what} is not an object")
        self.data = data
        self.what = what

    def text(self, key: str, default: str | None = None) -> str:
        """A string."""
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, "a string")
        return value

    def optional(self, key: str) -> str | None:
        """A string or null; null when missing."""
        return None if self.data.get(key) is None else self.text(key)

    def choice(self, key: str, known: Iterable[str]) -> str:
        """One of the known strings."""
        value = self.text(key)
        if value not in known:
            raise self._wrong(key, f"one of {', '.join(known)}")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.data.get(key)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def line(self, key: str) -> int | None:
        """A line's number, from 1, or null; null when missing."""
        value = self.data.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise self._wrong(key, "a line's number")
        return value

    def number(self, key: str) -> float | None:
        """A number, the name of one that is not finite, or null; null when missing."""
        value = self.data.get(key)
        if value is None:
            return None
        found = _number(value)
        if found is None:
            raise self._wrong(key, "a number")
        return found

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of numbers, some of which may be the names of those that are not finite."""
        return self._row(key, self.data.get(key))

    def matrix(self, key: str) -> tuple[tuple[float, ...], ...]:
        """A list of lists of numbers, all of one length, and neither empty."""
        rows = tuple(self._row(key, row) for row in self.items(key))
        if len({len(row) for row in rows}) != 1 or not rows[0]:
            raise self._wrong(key, "a matrix")
        return rows

    def _row(self, key: str, row: object) -> tuple[float, ...]:
        found = tuple(map(_number, row)) if isinstance(row, list) else (None,)
        if None in found:
            raise self._wrong(key, "made of numbers")
        return tuple(n for n in found if n is not None)

    def finite(self, key: str) -> float:
        """A finite number, small enough that sums of them stay finite."""
        value = self.number(key)
        if value is None or not abs(value) <= 1e15:
            raise self._wrong(key, "a finite number")
        return value

    def items(self, key: str) -> list[object]:
        """A list; empty when missing."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "a list")
        return value

    def counts(self, key: str) -> tuple[tuple[str, int], ...]:
        """An object of whole numbers that are not negative, as pairs; empty when missing."""
        found = self.data.get(key, {})
        if not isinstance(found, Mapping) or not all(type(n) is int and n >= 0 for n in found.values()):
            raise self._wrong(key, "an object of counts")
        return tuple((str(name), count) for name, count in found.items())

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; empty when missing."""
        items = self.items(key)
        if not all(isinstance(item, str) for item in items):
            raise self._wrong(key, "a list of strings")
        return tuple(map(str, items))

    def _wrong(self, key: str, wanted: str) -> ValueError:
        state = "is not" if key in self.data else "is missing:"
        return ValueError(f"'{key}' of the {self.what} {state} {wanted}")
