"""The members of a tar file, read forwards once.

Not by tarfile: it reads headers as long as they claim to be, goes back where a size is negative, looks through extended
headers in quadratic time, and ends in silence where an archive is damaged. POSIX.1-2001 (pax) and GNU's long names are
known, which is what every tar writes.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..intake import refusal
from .member import AGAIN, ARCHIVE_BYTES, CHUNK, MOST_MEMBERS, Member, linked, named, refusing, special

BLOCK = 512
LONGEST_HEADER = 1 << 16
NONE = "is no archive that can be read: it is cut short, damaged, or something else by its name"
WHOLE = "Open it: if that works, pack its files again as .zip; if not, download it, or have it handed in, again."
XZ_MEMORY = 96 << 20  # what `xz -9` needs is 65 MiB

#: By their first bytes: what makes a fresh unpacker.
_PACKED: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(wbits=31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY),
}
_FILES = (b"0", b"\0", b"7")
_LINKS = (b"1", b"2")
_WITHOUT_DATA = (*_LINKS, b"3", b"4", b"5", b"6")
_FOLDER, _SPARSE = b"5", b"S"


def tar_members(file: BinaryIO, label: str, most: int) -> list[Member]:
    """The files in a tar, or in a packed one, as far as it can be read; label is its name, safe to print.

    Kept in memory is what it unpacks to, at most `most` bytes, and of a file no more than ARCHIVE_BYTES.
    Raises: SubmissionError where it is no such archive.
    """
    members: list[Member] = []
    try:
        for entry in _entries(_Tape(_chunks(file), most)):
            if len(members) == MOST_MEMBERS:
                raise _Broken(f"has more than {MOST_MEMBERS:,} members", "Pack fewer files.")
            members.append(entry)
    except _Broken as broken:
        if not members:
            raise refusal(f"{label} {broken.first or broken.what}.", broken.advice) from None
        message = f"{label} {broken.what} after {members[-1].shown}. What comes then was not read."
        members.append(Member((), refusing(message, broken.advice)))
    return members


class _Broken(Exception):
    """No more can be read, because the archive does that; first: what is said instead where nothing was read yet."""

    def __init__(self, what: str, advice: str = AGAIN, first: str = "") -> None:
        super().__init__(what)
        self.what, self.advice, self.first = what, advice, first


class _Tape:
    """Bytes that are read forwards, up to a limit."""

    def __init__(self, chunks: Iterator[bytes], most: int) -> None:
        self._chunks, self._left, self._most = chunks, most, most
        self._have = bytearray()

    def take(self, size: int) -> bytes:
        """The next bytes, that many.  Raises: _Broken."""
        while len(self._have) < size:
            if not self._more():
                raise _Broken("breaks off", WHOLE, NONE)
        taken = bytes(self._have[:size])
        del self._have[:size]
        return taken

    def skip(self, size: int) -> None:
        """Leave out the next bytes, that many.  Raises: _Broken."""
        while size > 0:
            size -= len(self.take(min(size, CHUNK)))

    def finish(self) -> None:
        """Read what is left, because a packed file's checksum comes last.  Raises: _Broken."""
        self._have.clear()
        while self._more():
            self._have.clear()

    def _more(self) -> bool:
        try:
            chunk = next(self._chunks, b"")
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            raise _Broken("breaks off, or is damaged,", WHOLE, NONE) from None
        self._left -= len(chunk)
        if self._left < 0:
            raise _Broken(f"unpacks to more than {self._most >> 20} MiB", "Unpack it, and give the folder.")
        self._have += chunk
        return bool(chunk)

    def contents(self, size: int, most: int) -> bytes:
        """What a header of that size stands before, at most one byte more than `most`.  Raises: _Broken."""
        data = self.take(min(size, most + 1))
        self.skip(size - len(data) + -size % BLOCK)
        return data


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """What a file unpacks to, a little at a time. Raises what zlib, bz2 and lzma raise, EOFError where it is cut."""
    data = file.read(CHUNK)
    magic = next((magic for magic in _PACKED if data.startswith(magic)), b"")
    if not magic:
        while data:
            yield data
            data = file.read(CHUNK)
    while magic and data.startswith(magic):  # one part after another; what else comes behind them is padding
        unpacker = _PACKED[magic]()
        while not unpacker.eof:
            piece = unpacker.decompress(data, CHUNK)
            if piece:
                yield piece
            data = getattr(unpacker, "unconsumed_tail", b"")  # zlib gives back what it has not used; others keep it
            if not data and getattr(unpacker, "needs_input", True) and not unpacker.eof:
                data = file.read(CHUNK)
            if not (data or piece or unpacker.eof):
                raise EOFError
        data = unpacker.unused_data or file.read(CHUNK)
        if len(data) < len(magic):
            data += file.read(CHUNK)


@dataclass
class _Said:
    """What extended headers say of the next member, in place of its own one."""

    name: bytes | None = None
    size: int | None = None
    sparse: bool = False


def _entries(tape: _Tape) -> Iterator[Member]:
    said = _Said()
    while (block := tape.take(BLOCK)).strip(b"\0"):
        kind, size = block[156:157], _size(block)
        if kind in b"xgLK":
            _hear(said, kind, _header(tape, size))
            continue
        size = size if said.size is None else said.size
        name = (said.name if said.name is not None else _own_name(block)).decode("utf-8", "surrogateescape")
        if kind == _SPARSE:
            more = block[482]
            while more:
                more = tape.take(BLOCK)[504]
        member = _member(tape, kind, name, size, said.sparse or kind == _SPARSE)
        if kind != _FOLDER and not name.endswith("/"):
            yield member
        said = _Said()
    tape.finish()


def _member(tape: _Tape, kind: bytes, name: str, size: int, sparse: bool) -> Member:
    if kind in _WITHOUT_DATA:
        return named(name, linked(name) if kind in _LINKS else special(name), opaque=True)
    data = tape.contents(size, ARCHIVE_BYTES)
    if kind not in _FILES or sparse:
        return named(name, special(name))
    return named(name, lambda most: data[: most + 1])


def _size(block: bytes) -> int:
    """A header's size field, of a header whose sum is right.  Raises: _Broken."""
    try:
        if _number(block[148:156]) != sum(block) - sum(block[148:156]) + 8 * ord(" "):
            raise ValueError
        return _number(block[124:136])
    except ValueError:
        raise _Broken("is damaged, or no archive that can be read", "Pack it again as zip or tar.gz.") from None


def _number(field: bytes) -> int:
    """Octal digits, or behind a byte of 128 a binary number.  Raises: ValueError."""
    number = int.from_bytes(field[1:], "big") if field[0] == 128 else int(field.strip(b"\0 ") or b"0", 8)
    if number < 0:
        raise ValueError
    return number


def _own_name(block: bytes) -> bytes:
    name, prefix = (field.partition(b"\0")[0] for field in (block[:100], block[345:500]))
    return prefix + b"/" + name if prefix and block[257:263] == b"ustar\0" else name


def _header(tape: _Tape, size: int) -> bytes:
    if size > LONGEST_HEADER:
        raise _Broken("has a header without end")
    return tape.contents(size, size)


def _hear(said: _Said, kind: bytes, data: bytes) -> None:
    if kind == b"L":
        said.name = data.partition(b"\0")[0]
    elif kind == b"x":
        for key, value in _records(data):
            if key in (b"path", b"GNU.sparse.name"):
                said.name = value
            elif key == b"size":
                said.size = _decimal(value)
            said.sparse = said.sparse or key.startswith(b"GNU.sparse")


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The records `length key=value` of an extended header.  Raises: _Broken."""
    start = 0
    while start < len(data) and data[start]:
        blank = data.find(b" ", start, start + 8)
        end = start + _decimal(data[start:blank]) if blank > start else start
        if not start < end <= len(data):
            raise _Broken("has a damaged header")
        key, _, value = data[blank + 1 : end - 1].partition(b"=")
        yield key, value
        start = end


def _decimal(digits: bytes) -> int:
    if not (digits.isdigit() and len(digits) < 20):
        raise _Broken("has a damaged header")
    return int(digits)
