"""Commands that draw."""

from __future__ import annotations

import json
import sys

import click

from .output import cell_argument, emit, output_option, save, speaks_unicode

_ENDINGS = {".svg": "svg", ".txt": "text", ".json": "json"}


@click.command("graph")
@cell_argument
@click.option(
    "--from",
    "source",
    metavar="NAME",
    help="Where lit paths start, at t-1. Default: the state that an elementwise path protects.",
)
@click.option("--to", "target", metavar="NAME", help="Where they end, at t. Default: the same.")
@click.option(
    "--format",
    "style",
    type=click.Choice(("svg", "text", "json")),
    help="text and json list the edges. Default: what FILE ends in; text on a terminal, svg into a pipe.",
)
@output_option("Write a file: .svg, .txt or .json.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
def graph(
    cell: str, source: str | None, target: str | None, style: str | None, output: str | None, force: bool
) -> None:
    """Draw one step of a cell: elementwise edges, edges through matrices, and a path lit up.

    Lit are the elementwise paths from --from to --to, or all paths where none is elementwise. A terminal shows no
    picture: it gets a list of the edges.

    \b
    Examples:  gatecheck graph lstm -o lstm.svg
               gatecheck graph lstm --from h --to c -o h-to-c.svg
               gatecheck graph gru --format text
    """
    listing = style is None and output is None and sys.stdout.isatty()
    style = style or ("text" if listing else _by_ending(output))
    if style == "svg" and output is None and sys.stdout.isatty():
        raise click.UsageError("A terminal shows no picture. Give -o FILE.svg, or --format text.")

    from ..cells import load
    from ..writing.drawing import telling
    from ..writing.drawing.graph import draw
    from ..writing.drawing.network import network

    found = network(load(cell), source, target)
    match style:
        case "text":
            text = telling.as_text(found) + ("\n\n  A picture: add -o FILE.svg" if listing else "")
        case "json":
            text = json.dumps(telling.as_data(found), ensure_ascii=output is None and not speaks_unicode(), indent=2)
        case _:
            text = draw(found).svg
    if output is not None:
        save(output, text + "\n", force)
    elif style == "svg":
        click.echo(text.encode())  # a picture is UTF-8, whatever the console speaks
    else:
        emit(text)


def _by_ending(output: str | None) -> str:
    """The format that a file's name asks for; a picture where it asks for none."""
    from pathlib import PurePath

    ending = PurePath(output).suffix.lower() if output else ""
    if output and ending not in _ENDINGS:
        raise click.UsageError(f"A file of which kind? -o FILE ends in one of {' '.join(_ENDINGS)}, or give --format.")
    return _ENDINGS.get(ending, "svg")


COMMANDS = (graph,)
