"""Frames between the judge and the worker: a JSON header and raw array bytes, nothing that can execute.

A frame is the header's length and the arrays' length (two big-endian uint32), the header (ASCII JSON, one
value) and the bytes of its arrays, in the order in which the header names them:

    null  true  1  0.5  "text"            themselves
    {"f": "nan"}                          a float that is not finite
    {"l": [...]}  {"t": [...]}            list, tuple
    {"d": [["key", ...], ...]}            dict
    {"a": ["float64", [2, 3]]}            array, C order, little-endian
    {"r": [0, 1, "c"]}                    Result: call 0's return value, its part 1, that one's part "c"
    {"k": "generator"}                    Foreign

The worker loads this file on its own: it imports nothing of gatecheck, and numpy only for a Codec.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from os import read, write
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADER_BYTES = 4 << 20
ARRAY_BYTES = 64 << 20  # of one frame
RUN_BYTES = 256 << 20  # of all frames of one run
NODES = 100_000
DEPTH = 8
DIMENSIONS = 8
TEXT = 10_000
DTYPES = {
    "bool": "?",
    "uint8": "|u1",
    "int32": "<i4",
    "int64": "<i8",
    "float32": "<f4",
    "float64": "<f8",
    "complex128": "<c16",
}

_LENGTHS = struct.Struct(">II")


class WireError(Exception):
    """A value that may not cross, or bytes that are no frame."""


@dataclass(frozen=True)
class Result:
    """What an earlier call returned, or a part of it; it never leaves the worker."""

    call: int
    part: tuple[int | str, ...] = ()


@dataclass(frozen=True)
class Foreign:
    """A value that stayed in the worker; only the name of its kind crosses."""

    kind: str


Value: TypeAlias = (
    "NDArray[Any] | float | int | str | bool | None | Result | Foreign"
    " | list[Value] | tuple[Value, ...] | dict[str, Value]"
)
Frame: TypeAlias = tuple[bytes, bytes]
Piece: TypeAlias = bytes | memoryview


def receive(fd: int) -> Frame | None:
    """Read one frame (header, arrays); None where the other side has closed.

    Raises: WireError for lengths beyond the caps (before anything is allocated) or a frame cut short.
    """
    prefix = _exactly(fd, _LENGTHS.size, may_end=True)
    if not prefix:
        return None
    header, arrays = _LENGTHS.unpack(prefix)
    if header > HEADER_BYTES or arrays > ARRAY_BYTES:
        raise WireError("the frame is too large")
    return _exactly(fd, header), _exactly(fd, arrays)


def send(fd: int, pieces: Iterable[Piece]) -> None:
    """Write the pieces of one frame."""
    for piece in pieces:
        left = memoryview(piece)
        while left:
            left = left[write(fd, left) :]


def _exactly(fd: int, count: int, may_end: bool = False) -> bytes:
    # What arrives is what is allocated: a declared length alone costs the reader nothing.
    data = bytearray()
    while len(data) < count:
        chunk = read(fd, min(count - len(data), 1 << 20))
        if not chunk:
            if may_end and not data:
                break
            raise WireError("the frame is cut short")
        data += chunk
    return bytes(data)


class Codec:
    """Values to frames and back; holds numpy's functions from before a student's code could patch them.

    `reads` is the one mark that this side accepts: the worker reads Result, the judge Foreign.
    """

    def __init__(self, reads: type[Result] | type[Foreign]) -> None:
        import numpy as np

        self.reads = reads
        self.ndarray = np.ndarray
        self.empty, self.frombuffer = np.empty, np.frombuffer
        self.dtypes = {name: np.dtype(code) for name, code in DTYPES.items()}

    def encode(self, value: Value) -> list[Piece]:
        """The pieces of the value's frame; arrays that are contiguous are not copied.

        Raises: WireError where the value is of no kind that crosses, or larger than a cap.
        """
        writer = _Writer(self)
        header = writer.text(value).encode("ascii")
        if len(header) > HEADER_BYTES:
            raise WireError("the header is too large")
        return [_LENGTHS.pack(len(header), writer.size), header, *writer.arrays]

    def decode(self, frame: Frame) -> Value:
        """The value of a frame; its arrays own their memory and can be written to.

        Raises: WireError for anything that `encode` would not have written.
        """
        header, arrays = frame
        # Before json builds anything: two million empty lists fit in a header and take 150 MB as objects.
        if header.count(b"[") + header.count(b"{") > 3 * NODES:
            raise WireError("the header has too many values")
        try:
            tree = _JSON.decode(header.decode("ascii"))
        except (ValueError, RecursionError) as error:
            raise WireError("the header is not JSON") from error
        reader = _Reader(self, arrays)
        value = reader.value(tree)
        if reader.offset != len(arrays):
            raise WireError("the arrays' bytes do not add up")
        return value


class _Writer:
    """One frame being written. The text is put together here, not by json: json's classes can be patched."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.arrays: list[Piece] = []
        self.size = 0
        self.nodes = 0
        self.writers: dict[type, Callable[[Any, int], str]] = {
            type(None): lambda value, depth: "null",
            bool: lambda value, depth: "true" if value else "false",
            int: _integer,
            float: _float,
            str: _string,
            list: lambda value, depth: f'{{"l":{self.items(value, depth)}}}',
            tuple: lambda value, depth: f'{{"t":{self.items(value, depth)}}}',
            dict: self.pairs,
            codec.ndarray: self.array,
            Result: lambda value, depth: f'{{"r":{self.items((value.call, *value.part), depth)}}}',
            Foreign: lambda value, depth: f'{{"k":{_string(value.kind, depth)}}}',
        }

    def text(self, value: Value, depth: int = 0) -> str:
        self.nodes += 1
        writer = self.writers.get(type(value))
        if writer is None or depth > DEPTH or self.nodes > NODES:
            raise WireError(f"{type(value).__name__} cannot cross: wrong kind, too deep or too many values")
        return writer(value, depth)

    def items(self, values: Iterable[Value], depth: int) -> str:
        return f"[{','.join([self.text(value, depth + 1) for value in values])}]"

    def pairs(self, value: dict[str, Value], depth: int) -> str:
        texts = [f"[{_string(key, depth)},{self.text(item, depth + 1)}]" for key, item in value.items()]
        return f'{{"d":[{",".join(texts)}]}}'

    def array(self, value: NDArray[Any], depth: int) -> str:
        name = value.dtype.name
        dtype = self.codec.dtypes.get(name)
        # A broadcast array of a few bytes can stand for terabytes: the size is known before the copy is made.
        if dtype is None or value.ndim > DIMENSIONS or self.size + value.nbytes > ARRAY_BYTES:
            raise WireError(f"an array of dtype {name} and shape {value.shape} cannot cross")
        plain = value.astype(dtype, order="C", subok=False, copy=False)
        if plain.size:
            self.arrays.append(plain.reshape(-1).view(self.codec.dtypes["uint8"]).data)
            self.size += plain.nbytes
        return f'{{"a":["{name}",[{",".join(map(str, value.shape))}]]}}'


def _integer(value: int, depth: int) -> str:
    if not -(2**63) <= value < 2**63:
        raise WireError("an integer beyond 64 bits cannot cross")
    return int.__repr__(value)


def _float(value: float, depth: int) -> str:
    text = float.__repr__(value)
    return text if text[-1] not in "nf" else f'{{"f":"{text}"}}'


def _string(value: str, depth: int) -> str:
    if type(value) is not str or len(value) > TEXT:
        raise WireError("a text is too long, or a key no text")
    return encode_basestring_ascii(value)


def _short_integer(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("an integer beyond 64 bits")
    return int(digits)


def _no_constant(word: str) -> float:
    raise ValueError(word)


_JSON = json.JSONDecoder(parse_int=_short_integer, parse_constant=_no_constant)
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class _Reader:
    """One frame being read; everything in it may be hostile."""

    def __init__(self, codec: Codec, arrays: bytes) -> None:
        self.codec = codec
        self.arrays = arrays
        self.offset = 0
        self.nodes = 0
        self.readers: dict[object, Callable[[Any, int], Value]] = {
            "f": lambda body, depth: _NOT_FINITE[body],
            "l": self.items,
            "t": lambda body, depth: tuple(self.items(body, depth)),
            "d": self.pairs,
            "a": self.array,
            ("r" if codec.reads is Result else "k"): self.mark,
        }

    def value(self, tree: object, depth: int = 0) -> Value:
        self.nodes += 1
        if depth > DEPTH or self.nodes > NODES:
            raise WireError("the header is nested too deep, or has too many values")
        if type(tree) is dict and len(tree) == 1:
            [(tag, body)] = tree.items()
            try:
                return self.readers[tag](body, depth)
            except (KeyError, TypeError, ValueError) as error:
                raise WireError("the header is malformed") from error
        if tree is None or type(tree) is bool:
            return tree
        return _scalar(tree)

    def items(self, body: object, depth: int) -> list[Value]:
        return [self.value(item, depth + 1) for item in _listed(body)]

    def pairs(self, body: object, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for pair in _listed(body):
            key, item = _listed(pair)
            if key in found or type(key) is not str:
                raise WireError("a dict's keys are not distinct texts")
            found[str(_scalar(key))] = self.value(item, depth + 1)
        return found

    def mark(self, body: object, depth: int) -> Result | Foreign:
        if self.codec.reads is Foreign:
            if type(body) is not str:
                raise WireError("the name of a kind is no text")
            return Foreign(str(_scalar(body)))
        call, *part = _listed(body)
        if type(call) is not int or not all(type(step) in (int, str) for step in part):
            raise WireError("a result's address is malformed")
        return Result(call, tuple(part))

    def array(self, body: object, depth: int) -> NDArray[Any]:
        name, shape = _listed(body)
        dtype = self.codec.dtypes[name]
        sizes = _listed(shape)
        if len(sizes) > DIMENSIONS or not all(type(n) is int and 0 <= n <= ARRAY_BYTES for n in sizes):
            raise WireError("an array's shape is malformed")
        count = math.prod(sizes)
        end = self.offset + count * dtype.itemsize
        if end > len(self.arrays):
            raise WireError("an array's bytes are missing")
        if not count:
            return self.codec.empty(sizes, dtype)
        flat = self.codec.frombuffer(self.arrays, dtype, count, self.offset)
        if name == "bool" and flat.view(self.codec.dtypes["uint8"]).max() > 1:
            raise WireError("a bool is neither 0 nor 1")
        self.offset = end
        return flat.reshape(sizes).copy()


def _listed(body: object) -> list[Any]:
    if type(body) is not list:
        raise WireError("the header is malformed")
    return body


def _scalar(tree: object) -> float | int | str:
    if type(tree) is int and -(2**63) <= tree < 2**63:
        return tree
    if type(tree) is float and math.isfinite(tree):
        return tree
    if type(tree) is str and len(tree) <= TEXT:
        tree.encode()  # a lone surrogate would break whoever prints or stores the text later
        return tree
    raise WireError("the header holds what is no value")
