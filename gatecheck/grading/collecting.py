"""What `grade` is given -> submissions: files, folders, archives, bundles, downloads of learning platforms.

A bundle is an archive with one file of code: what else it says, of scores or of an assignment, nobody reads here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from ..errors import SubmissionError
from .archives import ARCHIVE_BYTES, ARCHIVES, DEEPEST, MOST_MEMBERS, Member, archive_members, linked, shown, special
from .downloads import CODE, LISTED, Group, chosen, groups, nobodys
from .intake import (
    SOURCE_BYTES,
    Submission,
    missing,
    open_regular,
    read_submission,
    refusal,
    submission_from,
    unreadable,
)

INNER_BYTES = 32 << 20  # that an archive in another one may unpack to


class Taken(NamedTuple):
    """A submission; where it lay, safe to print; and what there is to say about how it was found."""

    name: str
    submission: Submission
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A submission that is there to be read.

    name: where, safe to print; label: whose it is by a platform's words, a guess, safe to print; read: the submission,
    raises SubmissionError with the reason where it cannot be one.
    """

    name: str
    label: str | None
    read: Callable[[], Taken]


@contextmanager
def collected(
    given: Sequence[str], file: str, tell: Callable[[str], None] = lambda said: None
) -> Iterator[list[Found]]:
    """The submissions in what was given, in its order; none is read yet, and archives stay open.

    file: the name of what the assignment asks for; tell: takes what there is to say of files that are nobody's. What
    cannot be used is found, and raises when it is read. Raises: SubmissionError where nothing is at a path: whoever
    mistyped it hands nothing in.
    """
    if lost := [missing(path, _usable) for path in map(Path, given) if not _there(path)]:
        raise SubmissionError(*(problem for error in lost for problem in error.problems))
    with ExitStack() as stack:
        yield [found for name in given for found in _found(Path(name), file, tell, stack)]


def _there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        pass  # told when it is read
    return True


def _usable(path: Path) -> bool:
    return path.suffix.lower() in (*CODE, *ARCHIVES) or path.is_dir()


def _found(path: Path, file: str, tell: Callable[[str], None], stack: ExitStack) -> list[Found]:
    name = shown(str(path))
    try:
        if path.is_dir() and not path.is_symlink():
            members = _folder(path)
        elif path.suffix.lower() in ARCHIVES:
            members = sorted(archive_members(stack.enter_context(open_regular(path)), name), key=_as_in_a_folder)
        else:
            return [Found(name, None, lambda: Taken(name, read_submission(path)))]
        made = groups(members, file)
        apart = [group for group in made if nobodys(group, file)]
        if apart and (rest := [group for group in made if group not in apart]):
            listed = _listed([group.members[0] for group in apart])
            tell(f"{name}: {listed} left out; tests and parts of a package are nobody's. To grade one, give it itself.")
            made = rest
        found = [_of(name, group, file) for group in made]
        if not found:
            raise refusal(f"{name} holds no .py or .ipynb file.", f"Give the file that is like {file}.")
    except (OSError, ValueError) as error:  # of is_dir: a name that no system takes
        return [Found(name, None, partial(_raise, unreadable(name, error)))]
    except SubmissionError as error:
        return [Found(name, None, partial(_raise, error))]
    return found


def _raise(error: SubmissionError) -> Taken:
    raise error


def _of(container: str, group: Group, file: str) -> Found:
    name = shown("/".join((container, *group.where)))
    label = None if group.label is None else shown(group.label)
    return Found(name, label, lambda: _read(name, group, file))


def _read(name: str, group: Group, file: str) -> Taken:
    member, beside = chosen(group, file, _opened)
    inside = member.parts[1:] if group.members[0].parts == group.where[-1:] else member.parts
    submission = submission_from(member.parts[-1], member.read(SOURCE_BYTES))
    notes: tuple[str, ...] = ()
    if beside:
        said = f"Only {member.shown} was graded, not {_listed(beside)}: one file is a submission."
        whole = group.label is None and member.parts == (file,)
        cure = f" What holds {file} is one student's; where the others are students too, give their files themselves."
        notes = (said + cure if whole else said,)
    return Taken(shown("/".join((name, *inside))), submission, notes)


def _listed(members: Sequence[Member]) -> str:
    return ", ".join(member.shown for member in members[:LISTED]) + (" and more" if members[LISTED:] else "")


def _as_in_a_folder(member: Member) -> tuple[bool, list[tuple[bool, str]]]:
    """By names, in each folder the files first: an archive's own order is that of whoever packed it.

    Last is what says why no more could be read.
    """
    return not member.parts, [(depth + 1 < len(member.parts), part) for depth, part in enumerate(member.parts)]


def _opened(member: Member) -> list[Member]:
    """What an archive in another one holds.  Raises: SubmissionError."""
    data = member.read(ARCHIVE_BYTES)
    if len(data) > ARCHIVE_BYTES:
        raise refusal(f"{member.shown} is larger than {ARCHIVE_BYTES >> 20} MiB.", "Hand in the code alone.")
    return archive_members(BytesIO(data), member.shown, INNER_BYTES)


def _folder(path: Path) -> list[Member]:
    """The files below a folder, in the order of their names; links are seen, and not followed.

    Raises: SubmissionError where there are too many.
    """
    found: list[Member] = []
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        parts = waiting.pop()
        try:
            with os.scandir(path.joinpath(*parts)) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            found.append(Member(parts, partial(_refused, unreadable(shown("/".join(parts)), error)), opaque=True))
            continue
        below = []
        for entry in inside:
            own = (*parts, entry.name)
            if entry.is_dir(follow_symlinks=False):
                below.append(own)
            else:
                found.append(_file(entry, own))
        waiting += reversed([own for own in below if not own[-1].startswith(".")])
        if len(found) > MOST_MEMBERS or len(parts) > DEEPEST:
            raise refusal(f"{shown(str(path))} holds too many files or folders.", "Give the folder with the code.")
    return found


def _refused(error: SubmissionError, most: int) -> bytes:
    raise error


def _file(entry: os.DirEntry[str], parts: tuple[str, ...]) -> Member:
    if entry.is_symlink():
        return Member(parts, linked("/".join(parts)), opaque=True)
    if not entry.is_file(follow_symlinks=False):
        return Member(parts, special("/".join(parts)), opaque=True)
    return Member(parts, partial(_contents, Path(entry.path)))


def _contents(path: Path, most: int) -> bytes:
    with open_regular(path) as file:
        try:
            return file.read(most + 1)
        except OSError as error:
            raise unreadable(shown(str(path)), error) from error
