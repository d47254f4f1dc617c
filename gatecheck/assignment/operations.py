"""What expressions compute: one small set of operations, and a table that says what each does to arrays.

Rows of a batch are stacked along the last axis but one, so W v is v @ W.T. A further axis before them is that of lanes:
many programs at once, which differ in a few expressions (Among).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from .expressions import Expression, names

Array = np.ndarray[Any, np.dtype[Any]]


_erf = np.vectorize(math.erf, otypes=[float])


def _sigmoid(a: Array) -> Array:
    return 0.5 * np.tanh(0.5 * a) + 0.5  # never overflows


def _softplus(a: Array) -> Array:
    return np.logaddexp(a, 0.0)


def _softmax(a: Array) -> Array:
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _logsumexp(v: Array) -> Array:
    top = v.max(axis=-1, keepdims=True)
    return np.log(np.exp(v - top).sum(axis=-1, keepdims=True)) + top


def _part(v: Array, k: int, widths: list[int]) -> Array:
    start = sum(widths[:k])
    return v[..., start : start + widths[k]]


def _join(*parts: Array) -> Array:
    rows = np.broadcast_shapes(*(p.shape[:-1] for p in parts))
    return np.concatenate([np.broadcast_to(p, (*rows, p.shape[-1])) for p in parts], axis=-1)


#: What each operation computes from evaluated arguments: one interpretation of expressions.
Table = Mapping[str, Callable[..., Any]]
OPERATIONS: Table = {
    "+": lambda *a: reduce(np.add, a),
    "*": lambda *a: reduce(np.multiply, a),
    "^": lambda a, n: a**n,
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0.0),
    "step": lambda a: np.where(a > 0, 1.0, 0.0),
    "exp": np.exp,
    "log": np.log,
    "softplus": _softplus,
    "erf": _erf,
    "absolute": np.abs,
    "sign": np.sign,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "matmul": lambda w, v: v @ w.T,
    "matmul_t": lambda w, v: v @ w,
    "join": _join,
    "sum": lambda v: v.sum(axis=-1, keepdims=True),
    "mean": lambda v: v.mean(axis=-1, keepdims=True),
    "logsumexp": _logsumexp,
    "ones": np.ones_like,
    "last_row": lambda v: np.concatenate([np.zeros_like(v[..., :-1, :]), v[..., -1:, :]], axis=-2),
    "largest": lambda v: v.max(axis=-2, keepdims=True),  # over the rows of a batch
    "spread": lambda s, like: np.broadcast_to(s, np.broadcast_shapes(s.shape, like.shape)),
    "softmax": _softmax,
    # Of whole results: (T, …) in another order of time, a matrix the wrong way round.
    "reversed": lambda a: a[::-1],
    "earlier": lambda a: np.concatenate([a[-1:], a[:-1]]),
    "later": lambda a: np.concatenate([a[1:], a[:1]]),
    "delayed": lambda a: np.concatenate([np.zeros_like(a[:1]), a[:-1]]),
    "after": lambda a, first: np.concatenate([first[None], a[:-1]]),
    "first_only": lambda a: np.concatenate([a[:1], np.zeros_like(a[1:])]),
    "last_only": lambda a: np.concatenate([np.zeros_like(a[:-1]), a[-1:]]),
    "transposed": lambda a: a.T,
}


def _narrow(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: np.asarray(operation(*arguments), dtype=np.float32)


#: Of the rows of a batch: what a loop over them does wrong is no formula.
OF_ROWS = ("largest", "last_row", "ones")


#: The same in float32, whatever an operation makes of its arguments.
IN_FLOAT32: Table = {name: _narrow(operation) for name, operation in OPERATIONS.items()}


@dataclass(frozen=True)
class Among:
    """An expression of many programs at once: the usual one, and what stands in its place in some of the lanes."""

    count: int
    usual: Expression
    other: Mapping[int, Expression]


def evaluate(
    expression: Expression,
    values: Mapping[str, Any],
    operations: Table = OPERATIONS,
    known: dict[int, Any] | None = None,
) -> Any:
    """The value of an expression; `part` alone needs widths instead of values.

    known: what has been evaluated already, by the identity of the expression: variants share what they do not change.
    """
    if isinstance(expression, str):
        return values[expression]
    if isinstance(expression, Among):
        return _lanes(expression, values, operations)
    if not isinstance(expression, list):
        return expression
    if known is not None and id(expression) in known:
        return known[id(expression)]
    operation, *arguments = expression
    if operation == "part":
        vector, k, join = arguments
        widths = [evaluate(part, values, operations, known).shape[-1] for part in join]
        found = _part(evaluate(vector, values, operations, known), k, widths)
    else:
        found = operations[operation](*(evaluate(a, values, operations, known) for a in arguments))
    if known is not None:
        known[id(expression)] = found
    return found


def _lanes(among: Among, values: Mapping[str, Any], operations: Table) -> Array:
    """The values of an expression in every lane, along a new first axis."""
    usual = np.asarray(evaluate(among.usual, values, operations))
    shared: dict[int, Any] = {}
    found = {lane: _of_lane(e, lane, values, operations, shared) for lane, e in among.other.items()}
    shape = np.broadcast_shapes(usual.shape[-2:], *(np.shape(v)[-2:] for v in found.values()))
    made = np.empty((among.count, *shape))
    made[:] = usual
    for lane, value in found.items():
        made[lane] = value
    return made


def _of_lane(
    expression: Expression, lane: int, values: Mapping[str, Any], operations: Table, shared: dict[int, Any]
) -> Any:
    """The value in one lane; not a number where an expression has none, so that it costs no other lane its own."""
    try:
        if _split(expression, values):
            return evaluate(expression, lane_of(values, lane), operations)
        return evaluate(expression, values, operations, shared)
    except (ValueError, AttributeError, TypeError, IndexError):
        return np.nan


def _split(expression: Expression, values: Mapping[str, Any]) -> bool:
    """Whether an expression reads what differs from lane to lane."""
    return any(np.ndim(values[name]) > 2 for name in names(expression))


def lane_of(values: Mapping[str, Any], lane: int) -> Mapping[str, Any]:
    """The values of one lane."""
    return _Lane(values, lane)


class _Lane(Mapping[str, Any]):
    """The values of one lane."""

    def __init__(self, values: Mapping[str, Any], lane: int) -> None:
        self._values, self._lane = values, lane

    def __getitem__(self, name: str) -> Any:
        value = self._values[name]
        return value[self._lane] if np.ndim(value) > 2 else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
