"""The members of a zip file."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from functools import partial
from itertools import pairwise
from typing import IO, BinaryIO, cast

from ..intake import refusal
from .member import AGAIN, MOST_MEMBERS, Member, drained, linked, named, refusing, shown, special

#: The list of members is read whole: this much of it, which is a hundred bytes for each of 40,000.
LIST_BYTES = 4 << 20
#: Of a member's header, without its name.
HEADER_BYTES = 30

# What zipfile is known to raise on bytes that are not what they claim to be.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    ArithmeticError,
    LookupError,
)
_ENCRYPTED = 0x1


def zip_members(file: BinaryIO, label: str) -> list[Member]:
    """The files in a zip file, by its own list; each is read when it is asked for. label: its name, safe to print.

    Raises: SubmissionError where it is damaged, or none.
    """
    try:
        archive = zipfile.ZipFile(cast(IO[bytes], _Sparing(file)))
    except _BROKEN:
        raise refusal(f"{label} is damaged, or no zip file.", AGAIN) from None
    infos = [info for info in archive.infolist() if not info.orig_filename.endswith(("/", "\\"))]
    if len(infos) > MOST_MEMBERS:
        raise refusal(f"{label} has more than {MOST_MEMBERS:,} members.", "Pack fewer files.")
    shared = _overlapping(archive)
    return [_member(archive, info, info.header_offset in shared) for info in infos]


def _overlapping(archive: zipfile.ZipFile) -> set[int]:
    """Where members begin that share bytes with another, so that few bytes are unpacked again and again."""
    found = set()
    ordered = sorted((info.header_offset, info.compress_size) for info in archive.infolist())
    for (start, size), (following, _) in pairwise([*ordered, (archive.start_dir, 0)]):
        if start + HEADER_BYTES + size > following:
            found |= {start, following}
    return found


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shared: bool) -> Member:
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    if stat.S_ISLNK(kind):
        return named(name, linked(name), opaque=True)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return named(name, special(name), opaque=True)
    if shared:
        return named(name, refusing(f"{shown(name)} lies about its size, as in a zip bomb.", AGAIN))
    if info.flag_bits & _ENCRYPTED:
        return named(name, refusing(f"{shown(name)} is encrypted.", "Pack it again without a password."))
    # The other methods cannot be unpacked a little at a time: a small member could fill the memory.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return named(name, refusing(f"{shown(name)} is compressed in an unusual way.", "Pack it again."))
    return named(name, partial(_read, archive, info))


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    try:
        with archive.open(info) as member:
            return drained(cast(BinaryIO, member), most)
    except _BROKEN:
        raise refusal(f"{shown(info.orig_filename)} is damaged.", AGAIN) from None


class _Sparing:
    """A file for zipfile, which reads as much at once as an archive claims its list to be long."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(LIST_BYTES + 1 if size < 0 else min(size, LIST_BYTES + 1))
        if len(data) > LIST_BYTES:
            raise zipfile.BadZipFile("the list of members is too long")
        return data
