"""flow and compare: cells beside each other, in numbers drawn at random and in what follows from their equations."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .output import document_options, publish, refuse_taken, save
from .seeds import seed_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..calculus.networks import Draw
    from ..writing.flows import Comparison

_ENDING = ".svg"
_MOST_COMPARED = 4

cells_argument = click.argument("cells", metavar="CELL...", nargs=-1, required=True)


def _finite(context: click.Context, parameter: click.Parameter, given: Any) -> Any:
    for number in given if isinstance(given, tuple) else (given,):
        if not math.isfinite(number):
            raise click.BadParameter(f"{number} is no finite number")
    return given


@click.command("flow")
@cells_argument
@click.option("--steps", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The largest time lag.")
@click.option(
    "--forget-bias",
    "biases",
    type=float,
    multiple=True,
    default=(0.0, 1.0),
    show_default=True,
    callback=_finite,
    metavar="B",
    help="Bias of the gate that keeps the state, larger meaning more open; may be repeated.",
)
@click.option(
    "--scale", type=float, default=1.0, show_default=True, callback=_finite, metavar="S", help="Weights times this."
)
@click.option(
    "--size", type=click.IntRange(1, 100_000), default=32, show_default=True, help="Of states; inputs are half as wide."
)
@click.option(
    "--networks", type=click.IntRange(1, 100_000), default=31, show_default=True, help="How many random ones."
)
@seed_option("what networks are drawn from, 0 by default")
@document_options
@click.pass_context
def flow(
    context: click.Context,
    cells: tuple[str, ...],
    steps: int,
    biases: tuple[float, ...],
    scale: float,
    size: int,
    networks: int,
    seed: str | None,
    style: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Show how much of a gradient is left after k steps: the norm of each path against the time lag.

    A FILE that ends in .svg is the picture alone.

    \b
    Examples:  gatecheck flow rnn lstm gru
               gatecheck flow lstm --forget-bias 0 --forget-bias 2 --steps 100
               gatecheck flow rnn --scale 1.5 -o rnn.svg
    """
    from ..calculus.networks import Draw
    from ..writing import flows

    draw = Draw(networks, size, steps, scale, int(seed or "0", 16))
    found = cache(lambda: _drawn(cells, draw, biases))  # drawn when it is known that it can be written
    if output and style is None and output.lower().endswith(_ENDING):
        refuse_taken(output, force)
        save(output, flows.picture(found()), force)
    else:
        publish(
            lambda writer: flows.page_of(writer, found()),
            lambda: flows.as_data(found()),
            style,
            output,
            force,
            lambda: flows.as_latex(found()),
        )
    if context.get_parameter_source("biases") is not ParameterSource.DEFAULT:
        _told_without(found())


def _told_without(compared: Comparison) -> None:
    """Says of every cell in which --forget-bias, asked for, sets nothing, why it does not."""
    from ..errors import printable
    from ..writing.formats import Text
    from ..writing.setting import spoken, why_none

    for first, *_ in compared.groups:
        if not first.keepers:
            cell, why = first.system.cell.name, spoken(why_none(Text, first))
            click.echo(printable(f"{cell} is shown once: --forget-bias sets nothing in it, as {why}."), err=True)


def _drawn(cells: tuple[str, ...], draw: Draw, biases: tuple[float, ...]) -> Comparison:
    """Every cell with every bias, the largest first; a cell that no gate keeps once."""
    from ..calculus.flow import flow as norms
    from ..calculus.gates import keepers
    from ..calculus.system import system
    from ..cells import load
    from ..writing.flows import Comparison

    groups = []
    for lines in [system(load(cell)) for cell in dict.fromkeys(cells)]:
        found = []
        for bias in sorted(set(biases), reverse=True) if keepers(lines) else (0.0,):
            with _progress(f"{lines.cell.name}, forget bias {bias:g}", draw.steps) as told:
                found.append(norms(lines, draw, bias, told))
        groups.append(tuple(found))
    return Comparison(tuple(groups), draw)


@contextmanager
def _progress(what: str, steps: int) -> Iterator[Callable[[int], None]]:
    """Tells on a terminal's last line how far it is; leaves nothing there."""
    from ..errors import printable

    shown = sys.stderr is not None and sys.stderr.isatty()
    line = f"  {printable(what)[:50]}: lag "

    def told(lag: int) -> None:
        if shown and (lag == 1 or lag % 10 == 0):
            click.echo(f"\r{line}{lag} of {steps}", err=True, nl=False)

    try:
        yield told
    finally:
        if shown:
            click.echo(f"\r{' ' * (len(line) + 2 * len(str(steps)) + 4)}\r", err=True, nl=False)


@click.command("compare")
@cells_argument
@document_options
def compare(cells: tuple[str, ...], style: str | None, output: str | None, force: bool) -> None:
    """Put two to four cells side by side: equations, gates, states, parameters, paths, the cost of a step.

    \b
    Examples:  gatecheck compare lstm gru
               gatecheck compare gru gru_writes mine.cell
    """
    from ..cells import load
    from ..writing import comparison

    if not 2 <= len(cells) <= _MOST_COMPARED:
        raise click.UsageError(f"compare takes 2 to {_MOST_COMPARED} cells, not {len(cells)}")
    found = tuple(map(load, cells))
    publish(
        lambda writer: comparison.page_of(writer, found),
        lambda: comparison.as_data(found),
        style,
        output,
        force,
        lambda: comparison.as_latex(found),
    )


COMMANDS = (flow, compare)
