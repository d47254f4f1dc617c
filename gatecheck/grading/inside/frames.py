"""Frames on a pipe: two lengths, a header, and the bytes of the arrays that the header names.

It imports neither numpy nor gatecheck: the judge needs it before the one, the worker has not got the other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from os import read, write
from typing import TypeAlias

from .values import ARRAY_BYTES, HEADER_BYTES

Frame: TypeAlias = tuple[bytes, bytes]
Piece: TypeAlias = bytes | memoryview

LENGTHS = struct.Struct(">II")
AT_ONCE = 1 << 20  # bytes
#: How a forked child ended: exit status, processor seconds, the most memory it had in bytes.
ENDED = struct.Struct("=idQ")
#: What a zygote says when it has started, and with the handle of a child.
READY = b"+"


class WireError(Exception):
    """A value that may not cross, or bytes that are no frame."""


def receive(fd: int) -> Frame | None:
    """Read one frame (header, arrays); None where the other side has closed.

    Raises: WireError for lengths beyond the caps (before anything is allocated) or a frame cut short.
    """
    first = read(fd, LENGTHS.size)
    if not first:
        return None
    header, arrays = LENGTHS.unpack(first + _exactly(fd, LENGTHS.size - len(first)))
    if header > HEADER_BYTES or arrays > ARRAY_BYTES:
        raise WireError("the frame is too large")
    return _exactly(fd, header), _exactly(fd, arrays)


def send(fd: int, pieces: Iterable[Piece]) -> None:
    """Write the pieces of frames; few bytes at once, for each write costs more than their copy and wakes the reader."""
    several = list(pieces)
    if sum(map(len, several)) <= AT_ONCE:
        several = [b"".join(several)]
    for piece in several:
        left = memoryview(piece)
        while left:
            left = left[write(fd, left) :]


def _exactly(fd: int, count: int) -> bytes:
    # What arrives is what is allocated: a declared length alone costs the reader nothing.
    data = bytearray()
    while len(data) < count:
        chunk = read(fd, min(count - len(data), 1 << 20))
        if not chunk:
            raise WireError("the frame is cut short")
        data += chunk
    return bytes(data)
