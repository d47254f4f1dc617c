"""A file in an archive or a folder, and the limits of what is read from either."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from ...errors import printable
from ..intake import refusal

#: What names of archives end with; what they are is told by their bytes.
ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".7z", ".rar")
ARCHIVE_BYTES = 16 << 20  # of an archive in another one
UNPACKED_BYTES = 256 << 20
MOST_MEMBERS = 20_000
DEEPEST = 30  # folders within each other
CHUNK = 1 << 16
AGAIN = "Hand it in again."

_SEPARATOR = re.compile(r"[/\\]")
_LEADS_OUT = re.compile(r"[/\\]|[A-Za-z]:")
_LONGEST = 400


@dataclass(frozen=True)
class Member:
    """A file in an archive or a folder.

    parts: its name, divided at the slashes: text for people, never a path; empty for what could not be read of an
    archive. read: given a number of bytes, its first ones, at most one more than that: a longer file is told by it;
    raises SubmissionError, with the reason, where it cannot or must not be read. opaque: it is no file but a link or a
    device.
    """

    parts: tuple[str, ...]
    read: Callable[[int], bytes]
    opaque: bool = False

    @property
    def shown(self) -> str:
        """Its name as it may be printed."""
        return shown("/".join(self.parts))


def named(name: str, read: Callable[[int], bytes], opaque: bool = False) -> Member:
    """The member of an archive that has such a name; where that leads out of the archive it cannot be read."""
    parts = tuple(part for part in _SEPARATOR.split(name) if part not in ("", ".")) or ("",)
    leads = "out of its archive" if _LEADS_OUT.match(name) or ".." in parts else ""
    if leads or len(parts) > DEEPEST:
        bad = f"{shown(name)} has a name that leads {leads or 'too deep'}."
        # In no folder: it may not even claim to be in somebody's.
        return Member((name,), refusing(bad, "Pack the file alone."), opaque)
    return Member(parts, read, opaque)


def shown(name: str) -> str:
    """A name as it may be printed: visible characters only; of a very long one both ends, and a hash between them."""
    name = printable(name)
    if len(name) <= _LONGEST:
        return name
    half = _LONGEST // 2
    return f"{name[:half]}…{hashlib.sha256(name.encode()).hexdigest()[:8]}…{name[-half:]}"


def refusing(message: str, advice: str) -> Callable[[int], NoReturn]:
    """What a member's `read` is where there is nothing to read."""

    def read(most: int) -> NoReturn:
        raise refusal(message, advice)

    return read


def linked(name: str) -> Callable[[int], NoReturn]:
    """The same for a link."""
    return refusing(f"{shown(name)} is a link.", "Hand in the file that it leads to.")


def special(name: str) -> Callable[[int], NoReturn]:
    """The same for a device, a pipe, or what else is no file."""
    return refusing(f"{shown(name)} is not a regular file.", "Hand in the file with your code.")


def drained(stream: BinaryIO, most: int) -> bytes:
    """The first bytes of a stream, at most one more than `most`, taken a little at a time."""
    data = bytearray()
    while len(data) <= most and (chunk := stream.read(min(CHUNK, most + 1 - len(data)))):
        data += chunk
    return bytes(data)
