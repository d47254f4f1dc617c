"""The bundle that a student hands in: the source, its report and a manifest, in one zip file.

The same submission gives the same bytes on every system and every day, so that a bundle can be made
again from the record. What comes back is read in memory, within limits, and nothing is extracted.
The report in a bundle is the student's claim: it is shown, never believed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from ..errors import BadInput, Problem, SubmissionError, printable
from ..grading.archives import Member, zip_members
from ..grading.fields import Fields
from ..grading.report import Report

SCHEMA = "gatecheck/bundle/1"
MOST_BYTES = 2**20
MOST_MEMBERS = 4
_OURS = ("manifest.json", "report.json")


@dataclass(frozen=True)
class Bundle:
    """One submission as it was graded; file is the student's name for it, time is UTC as in ISO 8601."""

    file: str
    source: bytes
    report: Report
    time: str

    @property
    def receipt(self) -> str:
        """The receipt, which the report carries."""
        return self.report.receipt or ""

    @property
    def name(self) -> str:
        """The file name of the bundle, as in "lstm-GC-7F3K-Q2MA.zip"."""
        return f"{Path(safe_name(self.file)).stem}-{safe_name(self.receipt)}.zip"


def safe_name(file: str) -> str:
    """A name for a member that every system can write and that leads nowhere else."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", Path(file).name).lstrip(".-")[-80:] or "submission.py"
    return f"_{name}" if name.lower() in _OURS else name


def pack(bundle: Bundle) -> bytes:
    """The zip file's bytes."""
    manifest = {
        "schema": SCHEMA,
        "assignment": bundle.report.assignment,
        "file": safe_name(bundle.file),
        "name": bundle.file,
        "sha256": hashlib.sha256(bundle.source).hexdigest(),
        "tool": bundle.report.tool,
        "receipt": bundle.receipt,
        "time": bundle.time,
    }
    members = {
        safe_name(bundle.file): bundle.source,
        "manifest.json": (json.dumps(manifest, indent=1) + "\n").encode(),
        "report.json": (bundle.report.to_json(indent=1) + "\n").encode(),
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            if len(data) > MOST_BYTES:
                raise SubmissionError(f"{name} is larger than 1 MiB: too large to hand in")
            archive.writestr(_undated(name), data)
    return out.getvalue()


def _undated(name: str) -> zipfile.ZipInfo:
    # Stored, undated, as if from Unix: zlib's version, the clock and the system change no byte.
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def write(folder: Path, bundle: Bundle) -> Path:
    """Put the bundle into a folder, all of it or nothing, and return its path.

    Raises: SubmissionError when it is too large, BadInput when the folder cannot be written to.
    """
    path = folder / bundle.name
    # Beside the target, or renaming would not be one step; named after it, so that the next attempt
    # overwrites what a killed one left.
    part = folder / f".{bundle.name}.part"
    data = pack(bundle)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise _unwritable(path, error) from error
    return path


def make_folder(folder: Path) -> None:
    """Make the folder that bundles go into, and those above it.  Raises: BadInput."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(path: Path, error: OSError) -> BadInput:
    advice = "Make room, or choose another folder with --to DIR; what was recorded is not lost."
    return BadInput(Problem(f"{printable(str(path))} cannot be written: {error.strerror or error}", None, advice))


def read(path: Path) -> Bundle:
    """The bundle in a zip file, with its parts agreeing with each other.

    Raises: SubmissionError.
    """
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MOST_MEMBERS * MOST_BYTES + 1)
    except OSError as error:
        raise SubmissionError(f"{name} cannot be read: {error.strerror or error}") from error
    if len(data) > MOST_MEMBERS * MOST_BYTES:
        raise SubmissionError(f"{name} is too large to be a bundle")
    try:
        return _bundle(_members(data, name))
    except _Unfit as error:
        raise SubmissionError(f"{name} is not a bundle: {printable(str(error))}") from error


class _Unfit(Exception):
    """What a zip file lacks to be a bundle."""


def _members(data: bytes, shown: str) -> dict[str, bytes]:
    """What a zip file holds, by name.  Raises: SubmissionError where it is none, _Unfit where it is no bundle."""
    found = zip_members(BytesIO(data), shown)
    if len(found) > MOST_MEMBERS:
        raise _Unfit(f"it has {len(found)} members")
    if len({member.shown.casefold() for member in found}) < len(found):
        raise _Unfit("two members have the same name")
    return {"/".join(member.parts): _content(member) for member in found}


def _content(member: Member) -> bytes:
    try:
        content = member.read(MOST_BYTES)
    except SubmissionError as error:
        raise _Unfit(error.problems[0].message.removesuffix(".")) from error
    if len(content) > MOST_BYTES:
        raise _Unfit(f"{member.shown} is larger than 1 MiB")
    return content


def _bundle(members: dict[str, bytes]) -> Bundle:
    for name in _OURS:
        if name not in members:
            raise _Unfit(f"it has no {name}")
    try:
        manifest = Fields(json.loads(members["manifest.json"]), "manifest")
        manifest.choice("schema", (SCHEMA,))
        name, claimed = manifest.text("file"), manifest.text("sha256")
        file, receipt, time = manifest.text("name"), manifest.text("receipt"), manifest.text("time")
        report = Report.from_json(members["report.json"])
    except (ValueError, RecursionError) as error:
        raise _Unfit(str(error)) from error
    if set(members) != {name, *_OURS} or name != safe_name(file):
        raise _Unfit(f"its members are {', '.join(sorted(members))}")
    if not hashlib.sha256(members[name]).hexdigest() == claimed == report.sha256:
        raise _Unfit(f"{name} is not the file that was graded: its hash differs")
    if receipt != report.receipt:
        raise _Unfit("its manifest and its report have different receipts")
    return Bundle(file, members[name], report, time)
