"""Archives (zip; tar, plain or packed by gzip, bzip2 or xz) read in memory: nothing is extracted, no name is a path.

All of them are written by whoever hands in: sizes are counted as bytes come out, never believed.
"""

from __future__ import annotations

from typing import BinaryIO

from .member import ARCHIVE_BYTES, ARCHIVES, DEEPEST, MOST_MEMBERS, UNPACKED_BYTES, Member, linked, shown, special
from .tars import tar_members
from .zips import zip_members

__all__ = [
    "ARCHIVES",
    "ARCHIVE_BYTES",
    "DEEPEST",
    "MOST_MEMBERS",
    "Member",
    "archive_members",
    "linked",
    "shown",
    "special",
    "zip_members",
]


def archive_members(file: BinaryIO, label: str, most: int = UNPACKED_BYTES) -> list[Member]:
    """The files in an archive, in its order; what they hold is read from a zip file when it is asked for.

    label: the archive's name, safe to print; most: the bytes that may be unpacked from a tar. A tar that breaks off, or
    unpacks to more, ends with a member without a name that refuses to be read.
    Raises: SubmissionError where it is no archive.
    """
    start = file.read(2)
    file.seek(0)
    return zip_members(file, label) if start == b"PK" else tar_members(file, label, most)
