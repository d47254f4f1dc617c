"""Many copies of one array that a function takes for one: a single call then answers for all of them.

An array of shape s is moved a little, N times, and the N copies are stacked along an axis in front that the function
does not see: shape, axes, indices and `.T` are those of one copy. Elementwise functions, products and reductions run
once over the stack; any other function of NumPy runs copy by copy, so its meaning cannot change. What cannot be known
for all copies at once (a truth value, a number, a place in an ordinary array) raises TypeError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import EllipsisType
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

_REDUCTIONS = ("sum", "mean", "max", "min", "amax", "amin", "prod")
_ABOUT = ("shape", "ndim", "size", "iscomplexobj", "isrealobj", "result_type")
_BASIC = (int, np.integer, slice, EllipsisType, type(None))


class Copies(np.lib.mixins.NDArrayOperatorsMixin):
    """A stack of copies, (N, *shape), that looks like one array of that shape."""

    def __init__(self, stack: Array) -> None:
        self.stack = stack

    @property
    def shape(self) -> tuple[int, ...]:
        return self.stack.shape[1:]

    @property
    def ndim(self) -> int:
        return self.stack.ndim - 1

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.stack.dtype

    @property
    def T(self) -> Copies:
        return Copies(self.stack.transpose(0, *range(self.ndim, 0, -1)))

    @property
    def real(self) -> Copies:
        return Copies(self.stack.real)

    @property
    def imag(self) -> Copies:
        return Copies(self.stack.imag)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of one number")
        return self.shape[0]

    def __iter__(self) -> Iterator[Copies]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if all(isinstance(part, _BASIC) and not isinstance(part, bool) for part in parts):
            return Copies(self.stack[(slice(None), *parts)])
        return _by_copy(lambda copy, k: copy[k], (self, key), {})

    def __setitem__(self, key: Any, value: Any) -> None:
        for k, copy in enumerate(self.stack):
            copy[_picked(key, k)] = _picked(value, k)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(np.ndarray, name)
        return lambda *arguments, **options: _apply(method, (self, *arguments), options)

    def __array__(self, *arguments: Any, **options: Any) -> Array:
        raise TypeError("many copies of an array have no place in one")

    def __bool__(self) -> bool:
        raise TypeError("many copies of an array have no common truth value")

    __float__ = __complex__ = __int__ = __array__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *arguments: Any, **options: Any) -> Any:
        outs = options.pop("out", (None,))
        if method != "__call__":
            found = _by_copy(getattr(ufunc, method), arguments, options)
        elif ufunc is np.matmul:
            found = _product(*arguments)
        elif ufunc.signature is not None or options:
            found = _by_copy(ufunc, arguments, options)
        else:
            found = _wrapped(ufunc(*_aligned(arguments)))
        if outs[0] is None:
            return found
        if len(outs) > 1 or not isinstance(outs[0], Copies):
            raise TypeError("many copies of an array have no place in one")
        outs[0].stack[...] = found.stack
        return outs[0]

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Mapping[str, Any]) -> Any:
        return _apply(function, arguments, options)


def _apply(function: Callable[..., Any], arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """A function or a method of NumPy, by its name."""
    name = function.__name__
    if name in _REDUCTIONS and isinstance(arguments[0], Copies) and len(arguments) <= 2:
        axis = arguments[1] if len(arguments) > 1 else options.get("axis")
        rest = {k: v for k, v in options.items() if k != "axis"}
        return Copies(function(arguments[0].stack, axis=_axes(axis, arguments[0].ndim), **rest))
    if name in _ABOUT:
        return function(*_picked(arguments, 0), **options)
    if name == "dot" and all(1 <= _rank(a) <= 2 for a in arguments):
        return _product(*arguments)
    if name == "where" and len(arguments) == 3:
        return Copies(np.where(*_aligned(arguments)))
    return _by_copy(function, arguments, options)


def _axes(axis: Any, rank: int) -> Any:
    """Axes of one copy as axes of the stack."""
    if axis is None:
        return tuple(range(1, rank + 1))
    if isinstance(axis, tuple):
        return tuple(_axes(a, rank) for a in axis)
    return axis + 1 if axis >= 0 else axis


def _aligned(arguments: tuple[Any, ...], least: int = 0) -> list[Any]:
    """Stacks with axes of length 1 behind the first, so that copies broadcast as one of them would."""
    rank = max(least, *map(_rank, arguments))
    return [_padded(a, rank) if isinstance(a, Copies) else a for a in arguments]


def _rank(value: Any) -> int:
    return value.ndim if isinstance(value, (Copies, np.ndarray)) else int(np.ndim(value))


def _padded(copies: Copies, rank: int) -> Array:
    number = len(copies.stack)
    return copies.stack.reshape(number, *[1] * (rank - copies.ndim), *copies.shape)


def _product(a: Any, b: Any) -> Any:
    """The matrix product of arrays or copies of them."""
    ranks = _rank(a), _rank(b)
    if ranks == (1, 1):
        return (a * b).sum(axis=-1)
    if ranks[1] == 1 and isinstance(b, Copies):
        return _product(a, b[:, None])[..., 0]
    if ranks[0] == 1 and isinstance(a, Copies):
        return _product(a[None], b)[..., 0, :]
    return Copies(np.matmul(*_aligned((a, b), 2)))


def _by_copy(function: Callable[..., Any], arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """Every copy by itself."""
    numbers = {len(c.stack) for c in _found((arguments, tuple(options.values())))}
    results = [function(*_picked(arguments, k), **_picked(dict(options), k)) for k in range(min(numbers))]
    if isinstance(results[0], (tuple, list)):
        return [Copies(np.stack(parts)) for parts in zip(*results, strict=True)]
    return Copies(np.stack(results))


def _found(value: Any) -> Iterator[Copies]:
    if isinstance(value, Copies):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _found(part)


def _picked(value: Any, k: int) -> Any:
    """A value with one copy in the place of the copies."""
    if isinstance(value, Copies):
        return value.stack[k]
    if isinstance(value, dict):
        return {n: _picked(v, k) for n, v in value.items()}
    return type(value)(_picked(v, k) for v in value) if isinstance(value, (tuple, list)) else value


def _wrapped(found: Any) -> Any:
    return tuple(map(Copies, found)) if isinstance(found, tuple) else Copies(found)
