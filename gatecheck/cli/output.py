"""What all commands print through: formats, encodings, files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..grading.report import Report

FORMATS = ("unicode", "text", "latex", "json")

cell_argument = click.argument("cell", metavar="CELL")


def format_option(*formats: str) -> Callable[[Any], Any]:
    """--format, with the given choices; what can be printed here is the default."""
    return click.option(
        "--format",
        "style",
        type=click.Choice(formats),
        help="Default: unicode where the terminal can show it, else text, which is ASCII.",
    )


#: For commands that print no formulas.
plain_format = format_option("unicode", "text", "json")


def chosen(style: str | None) -> str:
    """The format to print in."""
    return style or ("unicode" if speaks_unicode() else "text")


def speaks_unicode() -> bool:
    """Whether standard output can show δ, ⊙ and −."""
    try:
        "δ⊙−ᵀ𝟏".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def words(text: str, style: str | None = None) -> str:
    """Text on one line, in the letters of the format."""
    from ..writing.escaping import ascii_only, plain

    return plain(text) if chosen(style) == "unicode" else ascii_only(text)


def emit(text: str) -> None:
    """Print, whatever the console's encoding."""
    try:
        click.echo(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        click.echo(text.encode(encoding, "replace").decode(encoding))


def emit_json(data: Any, indent: int | None = 2) -> None:
    """Print data as JSON; ASCII where the console cannot do more."""
    import json

    click.echo(json.dumps(data, ensure_ascii=not speaks_unicode(), indent=indent))


def emit_report(report: Report, style: str | None, source: bytes = b"") -> None:
    """Print a report; source is the student's file, for the lines around a mistake."""
    if style == "json":
        # to_json makes characters harmless that a submission may choose; JSON in ASCII has none of them.
        click.echo(report.to_json()) if speaks_unicode() else emit_json(report.to_dict(), None)
        return
    from ..reporting.terminal import render, show

    text = source.decode("utf-8", "replace")
    if style == "text":
        import shutil

        emit(render(report, shutil.get_terminal_size().columns - 1, source=text, unicode=False))
    else:
        show(report, source=text)


def save(path: str, text: str, force: bool) -> None:
    """Write a new file whole. Raises BadInput where it exists, unless force is set and it is a file."""
    from pathlib import Path

    from ..errors import BadInput, Problem, printable
    from ..files import refuse_existing, write_whole

    target = Path(path)
    if not force:
        refuse_existing(target, "Choose another name, or add --force to replace it.")
    elif target.exists() and not target.is_file():
        # Replacing it would put a file in the place of a folder, or of a device.
        raise BadInput(Problem(f"{printable(path)} is no file", None, "Choose another name."))
    write_whole(target, text)


def listed(names: str | None, option: str) -> tuple[str, ...]:
    """The names of an option, as h,c. Raises BadParameter where it is given and names nothing."""
    found = tuple(n.strip() for n in names.split(",") if n.strip()) if names is not None else ()
    if names is not None and not found:
        raise click.BadParameter("it names nothing; names are divided by commas", param_hint=option)
    return found
