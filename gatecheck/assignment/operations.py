"""Expressions as data: a number, a name, or a list [operation, argument, …].

There is one small set of operations, and a table that says what each computes. Rows of a batch are stacked along the
first axis, so W v is v @ W.T.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Expression = Any  # float | str | list[Any]: JSON has no closed type

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
    "join": lambda *a: np.concatenate(a, axis=-1),
    "sum": lambda v: v.sum(axis=-1, keepdims=True),
    "mean": lambda v: v.mean(axis=-1, keepdims=True),
    "logsumexp": _logsumexp,
    "spread": lambda s, like: np.broadcast_to(s, like.shape),
    "softmax": _softmax,
}


def _narrow(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: np.asarray(operation(*arguments), dtype=np.float32)


#: The same in float32, whatever an operation makes of its arguments.
IN_FLOAT32: Table = {name: _narrow(operation) for name, operation in OPERATIONS.items()}


def evaluate(expression: Expression, values: Mapping[str, Any], operations: Table = OPERATIONS) -> Any:
    """The value of an expression; `part` alone needs widths instead of values."""
    if isinstance(expression, str):
        return values[expression]
    if not isinstance(expression, list):
        return expression
    operation, *arguments = expression
    if operation == "part":
        vector, k, join = arguments
        widths = [evaluate(part, values, operations).shape[-1] for part in join]
        return _part(evaluate(vector, values, operations), k, widths)
    return operations[operation](*(evaluate(a, values, operations) for a in arguments))
