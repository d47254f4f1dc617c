"""Values as frames: a JSON header and raw array bytes, nothing that can execute.

A frame is the header's length and the arrays' length (two big-endian uint32), the header (ASCII JSON, one
value) and the bytes of its arrays, in the order in which the header names them:

    null  true  1  0.5  "text"            themselves
    {"f": "nan"}                          a float that is not finite
    {"l": [...]}  {"t": [...]}            list, tuple
    {"d": [["key", ...], ...]}            dict
    {"a": "float64 2 3"}                  array of that shape, C order, little-endian
    {"r": [0, 1, "c"]}                    Result: call 0's return value, its part 1, that one's part "c"
    {"k": "generator"}                    Foreign

numpy's names are taken once, at import: what a student does to the numpy module later does not reach them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Any, TypeAlias

from numpy import dtype, empty, frombuffer, ndarray

from .frames import LENGTHS, Frame, Piece, WireError
from .values import (
    ARRAY_BYTES,
    DEPTH,
    DIMENSIONS,
    DTYPES,
    HEADER_BYTES,
    KINDS,
    NODES,
    TEXT,
    Foreign,
    Mark,
    Result,
    Value,
)

Array: TypeAlias = ndarray[Any, dtype[Any]]

_DTYPES: dict[str, dtype[Any]] = {name: dtype(code) for name, code in DTYPES.items()}
_BYTE, _BOOL = dtype("u1"), _DTYPES["bool"]
_SIZE = re.compile("0|[1-9][0-9]{0,7}")  # no less than ARRAY_BYTES
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encode(value: Value) -> list[Piece]:
    """The pieces of the value's frame; arrays that are contiguous are not copied.

    Raises: WireError where the value is of no kind that crosses, or larger than a cap.
    """
    writer = _Writer()
    header = writer.text(value, 0).encode("ascii")
    if len(header) > HEADER_BYTES:
        raise WireError("the header is too large")
    return [LENGTHS.pack(len(header), writer.size), header, *writer.arrays]


def decode(frame: Frame, mark: type[Mark]) -> Value:
    """The value of a frame; its arrays own their memory and can be written to.

    `mark` is the one that this side accepts: the worker reads Result, the judge Foreign.
    Raises: WireError for anything that `encode` would not have written.
    """
    header, arrays = frame
    # Before json builds anything: two million empty lists fit in a header and take 150 MB as objects.
    if header.count(b"[") + header.count(b"{") > 3 * NODES:
        raise WireError("the header has too many values")
    reader = _Reader(arrays, mark)
    try:
        value = reader.value(_JSON.decode(header.decode("ascii")), 0)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WireError("the header is malformed") from error
    if reader.offset != len(arrays):
        raise WireError("the arrays' bytes do not add up")
    return value


class _Writer:
    """One frame being written. The text is put together here, not by json: json's classes can be patched."""

    def __init__(self) -> None:
        self.arrays: list[Piece] = []
        self.size = 0
        self.nodes = 0
        self.writers: dict[type, Callable[[Any, int], str]] = {
            type(None): lambda value, depth: "null",
            bool: lambda value, depth: "true" if value else "false",
            int: lambda value, depth: _integer(value),
            float: lambda value, depth: _float(value),
            str: lambda value, depth: _string(value),
            list: lambda value, depth: f'{{"l":{self.items(value, depth)}}}',
            tuple: lambda value, depth: f'{{"t":{self.items(value, depth)}}}',
            dict: self.pairs,
            ndarray: self.array,
            Result: lambda value, depth: f'{{"r":{self.items((value.call, *value.part), depth)}}}',
            Foreign: lambda value, depth: f'{{"k":{_string(value.kind)}}}',
        }

    def text(self, value: Value, depth: int) -> str:
        self.nodes += 1
        writer = self.writers.get(type(value))
        if writer is None or depth > DEPTH or self.nodes > NODES:
            raise WireError(f"{type(value).__name__} cannot cross: wrong kind, too deep or too many values")
        return writer(value, depth)

    def items(self, values: Iterable[Value], depth: int) -> str:
        return f"[{','.join([self.text(value, depth + 1) for value in values])}]"

    def pairs(self, value: dict[str, Value], depth: int) -> str:
        texts = [f"[{_string(key)},{self.text(item, depth + 1)}]" for key, item in value.items()]
        return f'{{"d":[{",".join(texts)}]}}'

    def array(self, value: Array, depth: int) -> str:
        name = KINDS.get(value.dtype.str[1:])
        # A broadcast array of a few bytes can stand for terabytes: the size is known before the copy is made.
        if name is None or value.ndim > DIMENSIONS or self.size + value.nbytes > ARRAY_BYTES:
            raise WireError(f"an array of dtype {value.dtype} and shape {value.shape} cannot cross")
        plain = value.astype(_DTYPES[name], order="C", subok=False, copy=False)
        if plain.size:
            self.arrays.append(plain.reshape(-1).view(_BYTE).data)
            self.size += plain.nbytes
        return f'{{"a":"{" ".join([name, *map(str, value.shape)])}"}}'


def _integer(value: int) -> str:
    if not -(2**63) <= value < 2**63:
        raise WireError("an integer beyond 64 bits cannot cross")
    return int.__repr__(value)


def _float(value: float) -> str:
    text = float.__repr__(value)
    return f'{{"f":"{text}"}}' if text in _NOT_FINITE else text


def _string(value: str) -> str:
    if type(value) is not str or len(value) > TEXT:
        raise WireError("a text is too long, or a key no text")
    return encode_basestring_ascii(value)


class _Reader:
    """One frame being read; everything in it may be hostile."""

    def __init__(self, arrays: bytes, mark: type[Mark]) -> None:
        self.arrays = arrays
        self.offset = 0
        self.nodes = 0
        self.readers: dict[object, Callable[[Any, int], Value]] = {
            "f": lambda body, depth: _NOT_FINITE[body],
            "l": self.items,
            "t": lambda body, depth: tuple(self.items(body, depth)),
            "d": self.pairs,
            "a": self.array,
        }
        self.readers |= {"r": _read_result} if mark is Result else {"k": _read_foreign}

    def value(self, tree: object, depth: int) -> Value:
        self.nodes += 1
        if depth > DEPTH or self.nodes > NODES:
            raise WireError("the header is nested too deep, or has too many values")
        if type(tree) is not dict:
            return _read_plain(tree)
        [(tag, body)] = tree.items()
        return self.readers[tag](body, depth)

    def items(self, body: object, depth: int) -> list[Value]:
        return [self.value(item, depth + 1) for item in _listed(body)]

    def pairs(self, body: object, depth: int) -> dict[str, Value]:
        pairs = [_listed(pair) for pair in _listed(body)]
        found = {_read_text(key): self.value(item, depth + 1) for key, item in pairs}
        if len(found) != len(pairs):
            raise WireError("a key comes twice")
        return found

    def array(self, body: object, depth: int) -> Array:
        if type(body) is not str:
            raise WireError("an array's kind and shape are missing")
        kind, sizes, count = _kind_and_shape(body)
        start, self.offset = self.offset, self.offset + count * kind.itemsize
        if self.offset > len(self.arrays):
            raise WireError("an array's bytes are missing")
        if not count:
            return empty(sizes, kind)
        flat = frombuffer(self.arrays, kind, count, start)
        if kind is _BOOL and flat.view(_BYTE).max() > 1:
            raise WireError("a bool is neither 0 nor 1")
        return flat.reshape(sizes).copy()


@lru_cache(256)  # one submission's arrays have the shapes of another's
def _kind_and_shape(text: str) -> tuple[dtype[Any], tuple[int, ...], int]:
    """An array's dtype, its shape, and how many items that makes."""
    name, *sizes = text.split(" ")
    if len(sizes) > DIMENSIONS or not all(_SIZE.fullmatch(size) for size in sizes):
        raise WireError("an array's shape is malformed")
    shape = tuple(map(int, sizes))
    return _DTYPES[name], shape, math.prod(shape)


def _read_plain(tree: object) -> Value:
    if type(tree) is str:
        return _read_text(tree)
    if tree is None or type(tree) is bool:
        return tree
    if (type(tree) is int and -(2**63) <= tree < 2**63) or (type(tree) is float and math.isfinite(tree)):
        return tree
    raise WireError("the header holds what is no value")


def _read_text(tree: object) -> str:
    if type(tree) is not str or len(tree) > TEXT:
        raise WireError("a text is too long, or none")
    if not tree.isascii():
        tree.encode()  # refuses a lone surrogate: it would break whoever prints or stores the text later
    return tree


def _read_result(body: object, depth: int) -> Result:
    call, *part = _listed(body)
    if type(call) is not int or not all(type(step) in (int, str) for step in part):
        raise WireError("a result's address is malformed")
    return Result(call, tuple(part))


def _read_foreign(body: object, depth: int) -> Foreign:
    return Foreign(_read_text(body))


def _listed(body: object) -> list[Any]:
    if type(body) is not list:
        raise WireError("a list is missing")
    return body


def _short_integer(digits: str) -> int:
    if len(digits) > 20:
        raise WireError("an integer beyond 64 bits")
    return int(digits)


def _no_constant(word: str) -> float:
    raise WireError(f"{word} is no JSON")


_JSON = json.JSONDecoder(parse_int=_short_integer, parse_constant=_no_constant)
