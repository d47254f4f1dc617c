"""gatecheck watch: check on every save."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from .output import emit, emit_report, plain_format
from .student import assignment_option, file_argument, graded_by, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..assignment.kit import Kit
    from ..grading.running import Worker

#: Between two looks at the file.
SECONDS = 0.3
#: What tells one state of a file from the next: also another file in its place, of the same time and size.
Stamp = tuple[int, int, int]


@click.command("watch")
@file_argument
@assignment_option
@plain_format
@click.pass_context
def watch(ctx: click.Context, file: str | None, assignment: str | None, style: str | None) -> None:
    """Grade FILE now and whenever it is saved, until Ctrl-C; nothing is recorded.

    \b
    Examples:  gatecheck watch
               gatecheck watch lstm.py --format text
    """
    from ..grading.running import Worker

    worker = Worker()
    try:
        kit, path = opened(file, assignment)
        for _ in saves(path):
            with worker:
                _show(worker, kit, path, style)
            worker = Worker()  # it warms up while the report is read
    except KeyboardInterrupt:
        ctx.exit(130)
    finally:
        worker.close()


def saves(path: Path) -> Iterator[Stamp]:
    """The states of a file, one after the other, the first at once; while it is away there is none."""
    last = stamp(path)
    yield last or (0, 0, 0)  # where it is not there, reading it says so
    while True:
        time.sleep(SECONDS)
        now = stamp(path)
        if now and now != last:
            last = now
            yield now


def stamp(path: Path) -> Stamp | None:
    """The state of a file; None where it is not there, as for a moment while an editor replaces it."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _show(worker: Worker, kit: Kit, path: Path, style: str | None) -> None:
    """The report, or why there is none, on a screen of its own."""
    from ..errors import SubmissionError, printable

    try:
        done = graded_by(worker, kit, path)
    except SubmissionError as error:
        _clear(style)
        emit("\n".join(map(printable, str(error).split("\n"))))
    else:
        _clear(style)
        emit_report(done.report, style, done.submission.source)
    if style != "json":
        emit(f"\nWatching {printable(path.name)}: save it to grade it again, Ctrl-C ends.")
    sys.stdout.flush()


def _clear(style: str | None) -> None:
    if style != "json" and sys.stdout.isatty():
        click.clear()


COMMANDS = (watch,)
