"""Commands for everyone: the library, equations, derivations, paths, code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .output import (
    asked,
    cell_argument,
    chosen,
    derived_options,
    document_options,
    emit,
    emit_json,
    format_of,
    joined_options,
    output_option,
    plain_format,
    publish,
    save,
)

if TYPE_CHECKING:
    from ..calculus.levels import Level
    from ..writing.document import Document
    from ..writing.formulas import Formulas


@click.command("cells")
@plain_format
def cells(style: str | None) -> None:
    """List the library of cells.

    \b
    Example:  gatecheck cells
    """
    from ..cells import library, load
    from ..writing import catalogue

    found = [load(name) for name in library()]
    if style == "json":
        emit_json([catalogue.as_data(c) for c in found])
    else:
        emit(catalogue.as_text(found, chosen(style) == "unicode"))


@click.command("show")
@cell_argument
@joined_options
@click.option("--source", is_flag=True, help="Print the cell file itself, to copy and change.")
@document_options
def show(
    cell: str,
    loss: str | None,
    front: str | None,
    source: bool,
    style: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Print a cell's equations. CELL is a name of the library or a path to a .cell file.

    \b
    Examples:  gatecheck show gru
               gatecheck show lstm --loss cross-entropy --input embedding
               gatecheck show lstm --source -o my.cell
    """
    from ..calculus.system import system
    from ..cells import joined, load
    from ..writing import data, derivation, fragments

    found = joined(load(cell), loss, front)
    if source:
        save(output, found.source, force) if output else emit(found.source.rstrip("\n"))
        return
    lines = system(found)
    publish(
        lambda kind: derivation.show(kind(lines)),
        lambda: data.derivation(lines),
        style,
        output,
        force,
        lambda: fragments.show(lines),
    )


#: The formats in which a derivation is a chapter; in a terminal, or pasted, it is formulas alone.
CHAPTERS = ("html", "markdown", "typst", "pdf")


@click.command("derive")
@cell_argument
@derived_options
@click.option("--wrt", metavar="NAME", multiple=True, help="Only the gradient of this name; may be repeated.")
@click.option(
    "--level",
    type=click.Choice(("named", "gates", "full")),
    default="named",
    show_default=True,
    help="A line per name; pre-activations put in; or all but what is carried.",
)
@click.option("--why", is_flag=True, help="Under each formula the equations it comes from, and what each contributes.")
@document_options
def derive(
    cell: str,
    loss: str | None,
    front: str | None,
    wrt: tuple[str, ...],
    level: Level,
    why: bool,
    style: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Print the backward equations of a cell and the gradients of its parameters and inputs.

    As html, markdown, typst or pdf a whole chapter: equations, graph, derivation, paths, gradient flow, a worked
    example, NumPy code and proof. Pictures of Markdown are files beside it: lstm-1.svg beside lstm.md.

    \b
    Examples:  gatecheck derive lstm
               gatecheck derive lstm --wrt c --wrt W_f --why
               gatecheck derive gru --level full
               gatecheck derive lstm --loss cross-entropy --wrt y
               gatecheck derive my.cell --loss h,c --format latex
               gatecheck derive lstm -o lstm.html
    """
    from ..calculus.backward import derive as derived
    from ..calculus.levels import at_level
    from ..writing import data, derivation, fragments

    style = format_of(style, output)
    named = derived(*asked(cell, loss, front), unit=True)
    data.known(named, wrt)
    backward = at_level(named, level)
    data.written(backward, wrt, level)

    def page(kind: type[Formulas]) -> Document:
        if wrt or why or style not in CHAPTERS:
            return derivation.derive(kind(backward.system), backward, wrt, why, level != "named")
        from ..writing import chapter  # it needs all that gatecheck has, and NumPy

        return chapter.document(kind, chapter.gathered(named.cell, named, level))

    publish(
        page,
        lambda: data.derivation(backward.system, backward, wrt),
        style,
        output,
        force,
        lambda: fragments.derive(backward, wrt, why),
    )


@click.command("paths")
@cell_argument
@click.option(
    "--from",
    "source",
    metavar="NAME",
    help="Where paths start, at t-1. Default: the state that an elementwise path protects.",
)
@click.option("--to", "target", metavar="NAME", help="Where they end, at t. Default: the same.")
@click.option(
    "--steps", type=click.IntRange(1, 1000), default=1, show_default=True, metavar="K", help="Over K steps, 1 to 1000."
)
@document_options
def paths(
    cell: str, source: str | None, target: str | None, steps: int, style: str | None, output: str | None, force: bool
) -> None:
    """Print every route by which a state at t-1 reaches a state at t, elementwise ones first.

    Over several steps: the elementwise product, and all paths as a product of the steps' Jacobians.

    \b
    Examples:  gatecheck paths lstm
               gatecheck paths lstm --from h --to c
               gatecheck paths rnn --steps 3
    """
    from ..calculus.paths import paths as found_paths
    from ..cells import load
    from ..writing import data, fragments, ways

    found = found_paths(load(cell), source, target)
    publish(
        lambda kind: ways.document(kind(found.system), found, steps),
        lambda: data.paths(found, steps),
        style,
        output,
        force,
        (lambda: fragments.paths(found)) if steps == 1 else None,
    )


@click.command("code")
@cell_argument
@click.option(
    "--convention", default="gatecheck", show_default=True, help="The layout of names, shapes and signatures."
)
@joined_options
@click.option("--training", is_flag=True, help="Add initial parameters, clipping and a step of gradient descent.")
@click.option(
    "--style",
    type=click.Choice(("readable", "fast")),
    default="readable",
    show_default=True,
    help="As one writes it by hand, a step at a time; or a sequence as fast as NumPy goes.",
)
@click.option("--recompute", is_flag=True, help="Of the fast style: keep few states, and run chunks of steps again.")
@output_option()
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
def code(
    cell: str,
    convention: str,
    loss: str | None,
    front: str | None,
    training: bool,
    style: str,
    recompute: bool,
    output: str | None,
    force: bool,
) -> None:
    """Print the NumPy reference of a cell: step, step_backward, forward, backward.

    \b
    Examples:  gatecheck code lstm
               gatecheck code lstm --training
               gatecheck code lstm --style fast -o lstm_fast.py
               gatecheck code gru --loss cross-entropy --input embedding
               gatecheck code lstm --convention cs231n -o lstm_reference.py
               gatecheck code lstm --convention pytorch --style fast
    """
    from ..cells import joined, load
    from ..conventions import layout
    from ..writing.fast.functions import code as fast
    from ..writing.reference import code as reference

    found = joined(load(cell), loss, front)
    if style == "fast" and training:
        raise click.UsageError("--style fast goes without --training")
    if recompute and style != "fast":
        raise click.UsageError("--recompute goes with --style fast")
    text = fast(found, recompute, convention) if style == "fast" else reference(found, convention, training)
    if training and not layout(found, convention).training:
        told = (
            f"{convention} has no functions for clipping and a step of gradient descent: only parameters to start from."
        )
        click.echo(told, err=True)
    if output:
        save(output, text, force)
    else:
        emit(text.rstrip("\n"))


COMMANDS = (cells, show, derive, paths, code)
