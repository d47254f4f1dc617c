"""Commands that draw."""

from __future__ import annotations

import json
import sys

import click

from .output import cell_argument, emit, save, speaks_unicode


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
    default="svg",
    show_default=True,
    help="text and json list the edges.",
)
@click.option("-o", "--output", metavar="FILE", help="Write a file instead of printing.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
def graph(cell: str, source: str | None, target: str | None, style: str, output: str | None, force: bool) -> None:
    """Draw one step of a cell: elementwise edges, edges through matrices, and a path lit up.

    Lit are the elementwise paths from --from to --to, or all paths where none is elementwise.

    \b
    Examples:  gatecheck graph lstm -o lstm.svg
               gatecheck graph lstm --from h --to c -o h-to-c.svg
               gatecheck graph gru --format text
    """
    if style == "svg" and output is None and sys.stdout.isatty():
        raise click.UsageError("A terminal shows no picture. Give -o FILE.svg, or --format text.")

    from ..cells import load
    from ..writing.drawing import telling
    from ..writing.drawing.graph import draw
    from ..writing.drawing.network import network

    found = network(load(cell), source, target)
    match style:
        case "text":
            text = telling.as_text(found)
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


COMMANDS = (graph,)
