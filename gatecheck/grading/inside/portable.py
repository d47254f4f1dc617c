"""Values inside the worker: what may cross to the judge, copies of arguments, and whether they were changed.

It is loaded beside the student's code. As in wire.py, numpy's names are taken once, at import.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy import asarray, generic, ndarray

from .values import ARRAY_BYTES, DIMENSIONS, KINDS, NAME, NODES, TEXT, Foreign, Result, Value

DEPTH = 6
_NAME_OF = type.__dict__["__name__"].__get__


def portable(value: object, opaque: tuple[int, ...], room: int) -> Value:
    """What a student's function returned, as what may cross: the rest becomes the name of its kind.

    opaque: the parts of a returned tuple that stay here; room: how many bytes of arrays may cross.
    """
    survey = _Survey(min(room, ARRAY_BYTES))
    if type(value) is tuple and len(value) <= NODES // 2:
        return tuple([_kind(v) if i in opaque else survey.of(v, 1) for i, v in enumerate(value)])
    return survey.of(value, 0)


def copied(value: Value, look_up: Callable[[Result], Any]) -> Any:
    """An argument as the student's function gets it: fresh arrays and containers, results as they are."""
    if type(value) is Result:
        return look_up(value)
    if type(value) is ndarray:
        return value.copy()
    if type(value) is dict:
        return {key: copied(item, look_up) for key, item in value.items()}
    if type(value) is list:
        return [copied(item, look_up) for item in value]
    if type(value) is tuple:
        return tuple([copied(item, look_up) for item in value])
    return value


def same(kept: Any, given: Any) -> bool:
    """Whether an argument still is what it was, to the bit; results of earlier calls are not looked at."""
    if type(kept) is Result:
        return True
    if type(kept) is not type(given):
        return False
    if type(kept) is ndarray:
        alike: bool = kept.shape == given.shape and kept.dtype == given.dtype
        return alike and kept.tobytes() == given.tobytes()
    if type(kept) is dict:
        return list(kept) == list(given) and same(list(kept.values()), list(given.values()))
    if type(kept) in (list, tuple):
        return len(kept) == len(given) and all(map(same, kept, given))
    unchanged: bool = kept is given or kept == given
    return unchanged


def clean(text: str, cap: int) -> str:
    """A text that any encoder takes, cut to `cap` characters."""
    return str.__str__(text)[:cap].encode("utf-8", "replace").decode("utf-8")


def name_of(value: object) -> str:
    """The name of a value's class, whatever its metaclass says."""
    return clean(_NAME_OF(type(value)), NAME)


class _Survey:
    """One returned value being looked through; it holds what may still cross."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.nodes = NODES // 2

    def of(self, value: object, depth: int) -> Value:
        if value is None or type(value) in (bool, float):
            return value  # type: ignore[return-value]
        if type(value) is int:
            return value if -(2**63) <= value < 2**63 else Foreign("int beyond 64 bits")
        if type(value) is str:
            return clean(value, TEXT) if len(value) <= TEXT else Foreign(f"str of {len(value)} characters")
        if type(value) is ndarray:
            return self.array(value)
        if type(value) is complex or issubclass(type(value), generic):
            scalar = asarray(value)
            return scalar if scalar.dtype.str[1:] in KINDS else _kind(value)
        if type(value) in (list, tuple, dict):
            return self.container(value, depth)
        return _kind(value)

    def array(self, value: ndarray[Any, Any]) -> Value:
        if value.dtype.str[1:] not in KINDS:
            return Foreign(clean(f"array of dtype {value.dtype.name}", NAME))
        if value.ndim > DIMENSIONS:
            return Foreign(f"array of {value.ndim} dimensions")
        # nbytes counts what a broadcast array stands for, not what it occupies.
        if value.nbytes > self.room:
            return Foreign(clean(f"array of shape {value.shape}, too large to look at", NAME))
        self.room -= value.nbytes
        return value

    def container(self, value: Any, depth: int) -> Value:
        if len(value) > self.nodes:
            return Foreign(f"{type(value).__name__} of {len(value)} items")
        if depth >= DEPTH:
            return Foreign(f"{type(value).__name__} nested too deep")
        self.nodes -= len(value)
        if type(value) is not dict:
            return type(value)([self.of(item, depth + 1) for item in value])
        if not all(type(key) is str and len(key) <= TEXT for key in value):
            return Foreign("dict whose keys are not all texts")
        return {clean(key, TEXT): self.of(item, depth + 1) for key, item in value.items()}


def _kind(value: object) -> Foreign:
    name = name_of(value)
    if type(value) is ndarray:
        return Foreign(f"array of dtype {value.dtype.name}")
    # By its class, not by isinstance: an object may say of itself that it is something else.
    return Foreign(f"ndarray subclass {name}" if issubclass(type(value), ndarray) else name)
