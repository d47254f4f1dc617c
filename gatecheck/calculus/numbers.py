"""Expressions of the calculus -> NumPy arrays, for any number of networks and steps at once.

A vector is an array (…, n), a matrix (…, m, n); axes in front are broadcast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from ..errors import Fault
from . import symbols as s

Array = np.ndarray[Any, np.dtype[Any]]


def _softmax(a: Array) -> Array:
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


_FUNCTIONS: Mapping[type, Callable[..., Any]] = {
    s.sigmoid: lambda a: 0.5 * np.tanh(0.5 * a) + 0.5,  # never overflows
    s.tanh: np.tanh,
    s.relu: lambda a: np.maximum(a, 0.0),
    s.step: lambda a: np.where(a > 0, 1.0, 0.0),
    s.exp: np.exp,
    s.log: np.log,
    s.softplus: lambda a: np.logaddexp(a, 0.0),
    s.erf: np.vectorize(math.erf, otypes=[float]),
    s.absolute: np.abs,
    s.sign: np.sign,
    s.maximum: np.maximum,
    s.Times: lambda w, v: (w @ v[..., None])[..., 0],
    s.TransposedTimes: lambda w, v: (np.swapaxes(w, -1, -2) @ v[..., None])[..., 0],
    s.Total: lambda v: v.sum(axis=-1, keepdims=True),
    s.Mean: lambda v: v.mean(axis=-1, keepdims=True),
    s.LogSumExp: lambda v: np.logaddexp.reduce(v, axis=-1, keepdims=True),
    s.Spread: lambda a, like: np.broadcast_to(a, np.broadcast_shapes(a.shape, like.shape)),
    s.Softmax: _softmax,
}


def evaluate(expression: Expr, values: Mapping[Symbol, Array], sizes: Mapping[str, int]) -> Array:
    """The value of an expression, (…, n), given the arrays of its symbols and a number for each size's name."""
    if expression.is_Symbol:
        tag = s.label(expression)
        return np.array([float(sizes[tag.name])]) if tag.kind == "size" else values[expression]
    if (expression.is_number and not expression.args) or expression.is_NumberSymbol:
        return np.array([float(expression)])
    if isinstance(expression, s.Part):
        vector, k, join = expression.args
        ends = np.cumsum([0, *(evaluate(part, values, sizes).shape[-1] for part in join.args)])
        return evaluate(vector, values, sizes)[..., ends[int(k)] : ends[int(k) + 1]]
    if expression.is_Pow:
        base, power = evaluate(expression.base, values, sizes), float(expression.exp)
        return np.sqrt(base) if power == 0.5 else base ** (int(power) if power.is_integer() else power)
    arguments = [evaluate(a, values, sizes) for a in expression.args]
    if expression.is_Add or expression.is_Mul:
        return reduce(np.add if expression.is_Add else np.multiply, arguments)
    if isinstance(expression, s.Join):
        front = np.broadcast_shapes(*(a.shape[:-1] for a in arguments))
        return np.concatenate([np.broadcast_to(a, (*front, a.shape[-1])) for a in arguments], axis=-1)
    if type(expression) not in _FUNCTIONS:
        raise Fault(f"{type(expression).__name__} has no value in numbers")
    return _FUNCTIONS[type(expression)](*arguments)
