"""What all commands print through: formats, encodings, files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

FORMATS = ("unicode", "text", "latex", "json")

cell_argument = click.argument("cell", metavar="CELL")


def format_option(*formats: str) -> Callable[[Any], Any]:
    """--format, with the given choices; what can be printed here is the default."""
    return click.option(
        "--format", "style", type=click.Choice(formats), help="Default: unicode where the terminal can show it, else text."
    )


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


def emit(text: str) -> None:
    """Print, whatever the console's encoding."""
    try:
        click.echo(text)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        click.echo(text.encode(encoding, "replace").decode(encoding))


def emit_json(data: Any) -> None:
    """Print data as JSON; ASCII where the console cannot do more."""
    import json

    click.echo(json.dumps(data, ensure_ascii=not speaks_unicode(), indent=2))


def save(path: str, text: str, force: bool) -> None:
    """Write a new file whole. Raises BadInput where it exists, unless force is set."""
    from pathlib import Path

    from ..errors import BadInput, Problem
    from ..files import write_whole

    target = Path(path)
    if target.exists() and not force:
        raise BadInput(Problem(f"{path} exists already", None, "Choose another name, or add --force to replace it."))
    write_whole(target, text)
