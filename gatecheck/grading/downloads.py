"""Whose files are whose: the folders and archives of a class, as platforms and people lay them out.

Only what a platform writes is taken as a sign, which is the outermost name of each file: a student chooses what is
inside their own folder or archive, and could name it after somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from ..errors import SubmissionError
from .archives import ARCHIVES, Member, shown
from .intake import refusal

CODE = (".py", ".ipynb")
MOST_ARCHIVES = 8  # that a student's folder may hold, within each other or side by side
LISTED = 5

_CLUTTER = ("__macosx", "__pycache__", "thumbs.db", "desktop.ini")
_LONGEST = 500
_LABELS = (
    # Moodle: `Ann Archer_12345_assignsubmission_file_`, a folder, or the same before a file's name.
    re.compile(r"(?P<label>.+?_\d+)_assignsubmission_[a-z]+_(?P<rest>.*)", re.DOTALL),
    # Gradescope: a folder for each.
    re.compile(r"(?P<label>submission_\d+)(?P<rest>)"),
    # Canvas: `archerann_LATE_1001_50001_lstm.py`: a user and a file; `anon_x7f2k_50001_lstm.py`.
    re.compile(r"(?P<label>.+?_\d{3,}|(?:LATE_)?anon_[^_]+)_\d{3,}_(?P<rest>.+)", re.DOTALL),
)
# What systems add to the name of a second copy: lstm (1).py, lstm-1.py, lstm - Copy.py.
_COPY = re.compile(r"( ?\(\d+\)|[-_]\d+|[ _-]+copy)+$")
_TESTS = re.compile(r"test_.*|.*_test|conftest|__init__|setup")
_NOBODYS = re.compile(r"test_.*|conftest|__init__|setup")  # among files that are a student's each


@dataclass(frozen=True)
class Group:
    """The files of one submission.

    where: what all of them lie in, or the one file, below the container; label: whose they are by the words of the
    platform or by the folder's name, a guess; members are named from there, a file that lies in no folder by its name.
    """

    where: tuple[str, ...]
    label: str | None
    members: tuple[Member, ...]


class Choice(NamedTuple):
    """The file of a group that is the submission; beside are the other files of code that might have been meant."""

    member: Member
    beside: tuple[Member, ...]


def groups(members: Iterable[Member], file: str) -> list[Group]:
    """The submissions in a folder or an archive, in order of their first files; file is what the assignment asks for.

    One that has that file at its top, and nothing that a platform has named, is one submission; else each folder, each
    archive and each file of code is one, and what a platform says belongs together.
    """
    useful = [member for member in members if not _clutter(member)]
    lost = [Group((), None, (member,)) for member in useful if not member.parts]
    above, useful = _unwrapped([member for member in useful if member.parts])
    if any(m.parts == (file,) for m in useful) and not any(_label(m.parts[0]) for m in useful):
        return [Group(above, None, tuple(useful)), *lost]
    found: dict[tuple[str, str | None], list[Member]] = {}
    for member in useful:
        key, own = _claimed(member)
        found.setdefault(key, []).append(own)
    return [Group((*above, where), label, tuple(own)) for (where, label), own in found.items()] + lost


def nobodys(group: Group, file: str) -> bool:
    """Whether it is but a file that lies beside the submissions of a class: a test, or a part of a package."""
    parts = group.members[0].parts
    if group.label is not None or len(group.members) != 1 or not parts or parts != group.where[-1:]:
        return False
    name = PurePosixPath(parts[-1])
    return name.suffix == ".py" and bool(_NOBODYS.fullmatch(name.stem)) and _rank(name.name, file) is None


def _unwrapped(members: list[Member]) -> tuple[tuple[str, ...], list[Member]]:
    """What lies below folders that hold everything and are nobody's, and their names; without files of no use."""
    above: tuple[str, ...] = ()
    while True:
        members = [m for m in members if len(m.parts) > 1 or _wanted(m) or _label(m.parts[0])]
        folders = {m.parts[0] if len(m.parts) > 1 else None for m in members}
        (only,) = folders if len(folders) == 1 else (None,)
        if only is None or _label(only):
            return above, members
        above = (*above, only)
        members = [Member(m.parts[1:], m.read, m.opaque) for m in members]


def _clutter(member: Member) -> bool:
    """Whether a file is the system's, or hidden: macOS packs a `._lstm.py` beside each `lstm.py`."""
    return any(part.casefold() in _CLUTTER or re.match(r"\.(?!\.)", part) for part in member.parts)


def _wanted(member: Member) -> bool:
    return member.opaque or _suffix(member) in (*CODE, *ARCHIVES)


def _suffix(member: Member) -> str:
    return PurePosixPath(member.parts[-1]).suffix.lower()


def _label(part: str) -> re.Match[str] | None:
    """What a platform says in the outermost name of a file."""
    return next((found for label in _LABELS if (found := label.fullmatch(part[:_LONGEST]))), None)


def _claimed(member: Member) -> tuple[tuple[str, str | None], Member]:
    """Where a member belongs, as a place and a label, and the member as it is named there."""
    first, *rest = member.parts
    found = _label(first)
    if found and not rest and found["rest"]:  # a platform's flat files: what is one student's shares the label alone
        return (found["label"], found["label"]), Member((found["rest"],), member.read, member.opaque)
    label = found["label"] if found else first if rest else None
    return (first, label), Member(tuple(rest) or (first,), member.read, member.opaque)


def chosen(group: Group, file: str, opened: Callable[[Member], list[Member]]) -> Choice:
    """The file of a group that is the submission: the one named like the assignment's, else the only one.

    opened: what lists the members of an archive. Archives are looked into where no file outside is named like it.
    Raises: SubmissionError, with the candidates, where there are none or several; or why an archive cannot be read.
    """
    code, archives, trouble = _sorted(group.members)
    count = 0
    while archives and not any(_rank(member.parts[-1], file) is not None for member in code):
        count += len(archives)
        if count > MOST_ARCHIVES:
            raise refusal(f"There are more than {MOST_ARCHIVES} archives in it.", f"Hand in {file} alone.")
        inner: list[Member] = []
        for archive in archives:
            try:
                inner += (Member((*archive.parts, *m.parts), m.read, m.opaque) for m in opened(archive))
            except SubmissionError as error:
                trouble.append(error)
        found, archives, more = _sorted(inner)
        code, trouble = code + found, trouble + more
    return _choice(code, file, trouble)


def _sorted(members: Iterable[Member]) -> tuple[list[Member], list[Member], list[SubmissionError]]:
    """Files of code, archives, and why something that may be either cannot be read."""
    code, archives, trouble = [], [], []
    for member in members:
        if _clutter(member):
            continue
        if member.parts and _suffix(member) in CODE:
            code.append(member)
        elif member.parts and not member.opaque and _suffix(member) in ARCHIVES:
            archives.append(member)
        elif member.opaque or not member.parts:
            try:
                member.read(0)
            except SubmissionError as error:
                trouble.append(error)
    return code, archives, trouble


def _choice(code: list[Member], file: str, trouble: list[SubmissionError]) -> Choice:
    own = [member for member in code if not _TESTS.fullmatch(PurePosixPath(member.parts[-1]).stem)] or code
    named = [(rank, len(m.parts), m) for m in own if (rank := _rank(m.parts[-1], file)) is not None]
    best = min((rank, depth) for rank, depth, _ in named) if named else None
    left = [m for rank, depth, m in named if (rank, depth) == best] or own
    if len(left) == 1:
        return Choice(left[0], tuple(member for member in own if member is not left[0]))
    if not left:
        raise trouble[0] if trouble else refusal("It holds no .py or .ipynb file.", f"Hand in {file}.")
    names = [member.shown for member in left]
    if len(set(names)) == 1:
        raise refusal(f"It holds {len(names)} files named {names[0]}.", f"Hand in {file} alone.")
    listed = ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
    raise refusal(f"Which file is it? There are {listed}.", f"Name yours {shown(file)}.")


def _rank(name: str, file: str) -> int | None:
    """How a name is like the assignment's file: 0 the same, 1 but for capitals or a copy's number, 2 and the suffix."""
    if name == file:
        return 0
    (stem, suffix), (asked, wanted) = _plain(name), _plain(file)
    if stem != asked or suffix not in CODE:
        return None
    return 1 if suffix == wanted else 2


def _plain(name: str) -> tuple[str, str]:
    path = PurePosixPath(name[:_LONGEST].casefold())
    return _COPY.sub("", path.stem), path.suffix
