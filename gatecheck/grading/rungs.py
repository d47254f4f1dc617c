"""The rungs of the ladder that a single result climbs: its kind, its shape, its dtype, finite numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import printable
from .exchange import Array
from .inside.values import NAME, Foreign
from .shapes import Shape, plain


def problem(name: str, result: Any, shape: Shape, letters: str, precision: str, advice: Callable[[Array], str]) -> str:
    """Which rung a result fails, in a sentence; empty where it can be compared.

    letters: the shape as text. advice: what is said of an array of another shape.
    """
    if isinstance(result, Foreign) and result.kind.startswith("array of"):
        return f"{name} is an {kind(result)}.{_array_advice(result)}"
    if not isinstance(result, (np.ndarray, float, int)) or isinstance(result, bool):
        listed = isinstance(result, (list, tuple)) or (isinstance(result, Foreign) and "subclass" in result.kind)
        written = f" Write np.asarray({name})." if listed else ""
        return f"{name} is {kind(result)}, not an array.{written}"
    array = np.asarray(result)
    if array.shape != shape:
        said = f"{name} has shape {plain(array.shape)} instead of {plain(shape)}, which is {letters}."
        return said + advice(array)
    if array.dtype not in (np.float64, precision):
        return f"{name} holds {array.dtype} numbers instead of float64.{_dtype_advice(array)}"
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        return f"{name} is not finite: {bad} of {array.size} numbers are NaN or infinite."
    return ""


def _array_advice(result: Foreign) -> str:
    """What to do about an array that did not cross."""
    if result.kind == "array of dtype object":
        return " Such arrays come of rows of unequal lengths, or of None: np.zeros(shape) makes one of float64 to fill."
    return " It should hold float64 numbers: np.zeros(shape) makes such." if "dtype" in result.kind else ""


def _dtype_advice(array: Array) -> str:
    if array.dtype.kind in "iub":
        return " A buffer of whole numbers cuts off the fractions: np.zeros(shape) makes float64."
    if array.dtype.kind == "f":
        return " Leave dtype out: np.zeros(shape) makes float64."
    return ""


def kind(result: Any) -> str:
    """What a result is, in words."""
    match result:
        case None:
            return "None"
        case Foreign(kind=name) if name.startswith("ndarray subclass "):
            return f"of a class of its own, {printable(name[:NAME]).removeprefix('ndarray subclass ')}"
        case Foreign(kind=name):
            return printable(name[:NAME])
        case bool():
            return "a bool"
        case np.ndarray():
            return "an array"
        case list() | tuple() | dict() | str():
            return f"a {type(result).__name__}"
    return "a number"
