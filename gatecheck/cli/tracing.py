"""trace: a worked numeric example, the hand-out that it makes, and printed numbers checked."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from .output import cell_argument, document_options, emit, joined_options, publish, refuse_taken, save, words
from .seeds import seed_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..calculus.given import Printed
    from ..calculus.worked import Worked
    from ..cells import Cell
    from ..writing.document import Document, Words
    from ..writing.formulas import Formulas

#: Format, file, whether it may be replaced.
To = tuple["str | None", "str | None", bool]

#: Of the values that are picked where no other seed is given.
_SEED = "0"
#: Equations times steps that take longer than one waits without a word.
_LONG = 80


@click.command("trace")
@cell_argument
@joined_options
@click.option("--values", metavar="FILE", help="A TOML file of values, or an example's name: forget_gate.")
@click.option("--template", is_flag=True, help="Print a file of values for --values, with comments, to be changed.")
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
    template: bool,
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
    A file of values is TOML; --template prints one for any cell:
      [values]   x = [0.5]          an input; of several steps [[0.5], [1]]
                 h_prev = [1, 2]    what the first step reads at [t-1]
                 b_f = 0            a parameter; a number alone fills it
                 W_f = [[1], [2]]   a matrix is a list of rows
      [loss]     dh = [1, -0.5]     the gradient of a step's loss
      [printed]  f = [0.79, 0.11]   numbers for --check
      [sizes]    H = 2              where the values do not tell

    \b
    Examples:  gatecheck trace lstm
               gatecheck trace gru --steps 2 --blanks -o sheet.txt
               gatecheck trace rnn --template -o mine.toml
               gatecheck trace lstm_concat --values forget_gate --check
    """
    if template and (values is not None or check or blanks or key or style is not None):
        raise click.UsageError("--template goes with --steps, --seed, --loss, --input and -o alone")
    to = (style, output, force)
    _refuse_clashes(values, seed, check, blanks, key, to)
    from ..cells import joined, load

    found, printed, source = _worked(joined(load(cell), loss, front), values, steps, seed)
    if template:
        _print_template(found, output, force)
    elif check and not printed:
        _refuse_unprinted(values or "")
    else:
        for doubt in found.doubts:
            click.echo(f"gatecheck: {doubt}", err=True)
        if check:
            ctx.exit(_checked(found, printed, source, digits, to))
        _print_pages(found, source, (digits, blanks, key), None if values else seed or _SEED, to)


def _refuse_clashes(values: str | None, seed: str | None, check: bool, blanks: bool, key: bool, to: To) -> None:
    """Raises UsageError where options do not go together."""
    style, output, _ = to
    as_json = style == "json" or (style is None and (output or "").lower().endswith(".json"))
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
    from ..errors import BadInput, Place, Problem
    from ..teaching.values import path_of, read_values
    from ..writing.document import Mono

    check_steps(steps)
    if values is None:
        chosen = seed or _SEED
        with _waiting(cell, steps or 1, "computing"):
            backward = derive(cell, unit=True)
            found = worked(backward, pick(backward, steps or 1, chosen))
        return found, (), (f"picked, seed {chosen}",)
    given, printed = read_values(values, system(cell), steps)
    found = worked(derive(cell, given.loss or None, unit=True), given)
    if not any(found.knows(line.symbol) for line in found.backward.system.lines):
        message = f"nothing that {cell.name} computes follows from these values"
        size = next((letter for letter in cell.sizes if letter not in given.sizes), "")
        told = f"How much is {size}? Write a list, or {size} = 2 under [sizes]." if size else needed(found)
        advice = f"{told}\n  --template prints a file with all of them.".lstrip()
        raise BadInput(Problem(message, Place(str(path_of(values)), 1), advice))
    return found, printed, (Mono(values),)


def _refuse_unprinted(values: str) -> None:
    """Raises BadInput: there is nothing to check."""
    from ..errors import BadInput, Place, Problem
    from ..teaching.values import path_of

    advice = "Write the printed numbers under [printed], as f = [0.7941, 0.1062]."
    raise BadInput(Problem("there is nothing to check", Place(str(path_of(values)), 1), advice))


def _checked(
    found: Worked,
    printed: Sequence[Printed],
    source: Words,
    digits: int,
    to: To,
) -> int:
    """Print the verdicts; the exit code."""
    from ..calculus.checking import check
    from ..writing import checked, worked_page

    verdicts = check(found, printed)
    publish(
        lambda kind: checked.document(kind, found, verdicts, source, digits),
        lambda: {**worked_page.as_data(found), "printed": checked.as_data(verdicts)},
        *to,
    )
    return int(any(v.verdict == "wrong" for v in verdicts))


def _print_pages(found: Worked, source: Words, look: tuple[int, bool, bool], seed: str | None, to: To) -> None:
    """The example, or a hand-out and its key; look: digits, whether blank, whether it is the key."""
    from ..writing import worked_page

    digits, blanks, key = look
    style, output, force = to

    def page(path: str | None, blank: bool, mark: str) -> None:
        def build(kind: type[Formulas]) -> Document:
            with _waiting(found.backward.cell, len(found.at), "writing"):
                return worked_page.document(kind, found, source, worked_page.Style(digits, blank, mark))

        publish(build, lambda: worked_page.as_data(found, seed), style, path, force)

    if blanks and output:
        _with_key(output, force, lambda path, blank: page(path, blank, "by hand" if blank else "by hand: the key"))
    else:
        page(output, blanks, "by hand" if blanks else "by hand: the key" if key else "")


def _print_template(found: Worked, output: str | None, force: bool) -> None:
    from ..writing.values_file import values_file

    text = values_file(found)
    if output:
        save(output, text, force)
    else:
        emit(text.rstrip("\n"))


@contextmanager
def _waiting(cell: Cell, steps: int, what: str) -> Iterator[None]:
    """Says on a terminal what takes long, and leaves nothing there."""
    if len(cell.equations) * steps < _LONG or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


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
