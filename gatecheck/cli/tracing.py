"""trace: a worked numeric example, the hand-out that it makes, and printed numbers checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .output import cell_argument, document_options, emit, joined_options, publish, refuse_taken, words
from .seeds import seed_option

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..calculus.given import Printed
    from ..calculus.worked import Worked
    from ..cells import Cell
    from ..writing.document import Words


#: Of the values that are picked where no other seed is given.
_SEED = "0"


@click.command("trace")
@cell_argument
@joined_options
@click.option("--values", metavar="FILE", help="A TOML file of values, or an example's name: forget_gate.")
@click.option("--steps", type=int, metavar="N", help="How many time steps. Default: 1, or what the values tell.")
@seed_option("other small values than those of 0")
@click.option("--digits", type=click.IntRange(1, 12), default=4, show_default=True, help="Decimals that are printed.")
@click.option("--check", is_flag=True, help="Say which numbers under [printed] in FILE are wrong.")
@click.option("--blanks", is_flag=True, help="A hand-out with blanks to fill in; -o writes its key beside it.")
@click.option("--key", is_flag=True, help="The key of that hand-out.")
@document_options
@click.pass_context
def trace(
    ctx: click.Context,
    cell: str,
    loss: str | None,
    front: str | None,
    values: str | None,
    steps: int | None,
    seed: str | None,
    digits: int,
    check: bool,
    blanks: bool,
    key: bool,
    style: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Print every equation of a cell with its numbers, forward and backward.

    The numbers to start from are small and picked, or come from a file; part of a cell's values is enough for what they
    determine. With --check the exit code is 1 where a printed number is wrong.

    \b
    Examples:  gatecheck trace lstm
               gatecheck trace gru --steps 2 --blanks -o sheet.txt
               gatecheck trace lstm_concat --values forget_gate --check
    """
    as_json = style == "json" or (style is None and (output or "").lower().endswith(".json"))
    _refuse_clashes(values, seed, check, blanks, key, as_json)
    from ..cells import joined, load
    from ..writing import worked_page

    found, printed, source = _worked(joined(load(cell), loss, front), values, steps, seed)
    data = worked_page.as_data(found, None if values else seed or _SEED)
    if check:
        ctx.exit(_checked(found, printed, source, digits, data, (style, output, force)))

    def page(path: str | None, blank: bool, mark: str) -> None:
        look = worked_page.Style(digits, blank, mark)
        publish(lambda kind: worked_page.document(kind, found, source, look), lambda: data, style, path, force)

    if blanks and output:
        _with_key(output, force, lambda path, blank: page(path, blank, "by hand" if blank else "by hand: the key"))
    else:
        page(output, blanks, "by hand" if blanks else "by hand: the key" if key else "")


def _refuse_clashes(values: str | None, seed: str | None, check: bool, blanks: bool, key: bool, as_json: bool) -> None:
    """Raises UsageError where options do not go together."""
    if values is not None and seed is not None:
        raise click.UsageError("--seed picks values; with --values there are none to pick")
    if check + blanks + key > 1:
        raise click.UsageError("--check, --blanks and --key do not go together")
    if check and values is None:
        raise click.UsageError("--check needs --values FILE, with the printed numbers under [printed]")
    if blanks and as_json:
        raise click.UsageError("JSON has no blanks: choose another format")


def _worked(
    cell: Cell, values: str | None, steps: int | None, seed: str | None
) -> tuple[Worked, tuple[Printed, ...], Words]:
    """The numbers, those that somebody printed, and where the first come from."""
    from ..calculus.backward import derive
    from ..calculus.given import check_steps
    from ..calculus.picking import pick
    from ..calculus.system import system
    from ..calculus.worked import needed, worked
    from ..errors import BadInput, Problem, printable
    from ..teaching.values import read_values
    from ..writing.document import Mono

    check_steps(steps)
    if values is None:
        backward = derive(cell, unit=True)
        chosen = seed or _SEED
        return worked(backward, pick(backward, steps or 1, chosen)), (), (f"picked, seed {chosen}",)
    given, printed = read_values(values, system(cell), steps)
    found = worked(derive(cell, given.loss or None, unit=True), given)
    if not any(found.knows(line.symbol) for line in found.backward.system.lines):
        message = f"{printable(values)} determines nothing that {cell.name} computes"
        raise BadInput(Problem(message, None, needed(found)))
    return found, printed, (Mono(values),)


def _checked(
    found: Worked,
    printed: Sequence[Printed],
    source: Words,
    digits: int,
    data: dict[str, Any],
    to: tuple[str | None, str | None, bool],
) -> int:
    """Print the verdicts; the exit code."""
    from ..calculus.checking import check
    from ..errors import BadInput, Problem
    from ..writing import checked

    if not printed:
        raise BadInput(Problem("there is nothing to check", None, "Write the printed numbers under [printed]."))
    verdicts = check(found, printed)
    publish(
        lambda kind: checked.document(kind, found, verdicts, source, digits),
        lambda: {**data, "printed": checked.as_data(verdicts)},
        *to,
    )
    return int(any(v.verdict == "wrong" for v in verdicts))


def _with_key(output: str, force: bool, write: Callable[[str, bool], None]) -> None:
    """Write a hand-out and, beside it, its key: both or none."""
    from pathlib import Path

    sheet = Path(output)
    key = sheet.with_name(f"{sheet.stem}-key{sheet.suffix}")
    new = not key.exists()
    refuse_taken(output, force)
    write(str(key), False)
    try:
        write(output, True)
    except BaseException:
        if new:
            key.unlink(missing_ok=True)
        raise
    emit(f"{words(output)}  with its key in  {words(str(key))}")


COMMANDS = (trace,)
