"""Commands for everyone: the library, equations, derivations, paths, code."""

from __future__ import annotations

import click

from .output import (
    FORMATS,
    cell_argument,
    chosen,
    emit,
    emit_json,
    format_option,
    listed,
    plain_format,
    save,
    words,
)


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
@format_option(*FORMATS)
def show(cell: str, style: str | None) -> None:
    """Print a cell's equations. CELL is a name of the library or a path to a .cell file.

    \b
    Example:  gatecheck show gru
    """
    from ..calculus.system import system
    from ..cells import load
    from ..writing import derivation
    from ..writing.formats import FORMATS

    lines = system(load(cell))
    if chosen(style) == "json":
        emit_json(derivation.as_data(lines))
    else:
        emit(derivation.show(FORMATS[chosen(style)](lines)))


@click.command("derive")
@cell_argument
@click.option("--loss", metavar="NAMES", help="What the loss reads, as h,c. Default: the output alone.")
@click.option("--wrt", metavar="NAME", multiple=True, help="Only the gradient of this name; may be repeated.")
@format_option(*FORMATS)
def derive(cell: str, loss: str | None, wrt: tuple[str, ...], style: str | None) -> None:
    """Print the backward equations of a cell and the gradients of its parameters and inputs.

    \b
    Examples:  gatecheck derive lstm
               gatecheck derive lstm --wrt c --wrt W_f
               gatecheck derive my.cell --loss h,c --format latex
    """
    from ..calculus.backward import derive as derived
    from ..cells import load
    from ..writing import derivation
    from ..writing.formats import FORMATS

    backward = derived(load(cell), listed(loss, "--loss") or None)
    derivation.known(backward, wrt)
    if chosen(style) == "json":
        emit_json(derivation.as_data(backward.system, backward, wrt))
    else:
        emit(derivation.derive(FORMATS[chosen(style)](backward.system), backward, wrt))


@click.command("paths")
@cell_argument
@click.option(
    "--from",
    "source",
    metavar="NAME",
    help="Where paths start, at t-1. Default: the state that an elementwise path protects.",
)
@click.option("--to", "target", metavar="NAME", help="Where they end, at t. Default: the same.")
@format_option(*FORMATS)
def paths(cell: str, source: str | None, target: str | None, style: str | None) -> None:
    """Print every route by which a state at t-1 reaches a state at t, elementwise ones first.

    \b
    Examples:  gatecheck paths lstm
               gatecheck paths lstm --from h --to c
    """
    from ..calculus.paths import paths as found_paths
    from ..cells import load
    from ..writing import routes
    from ..writing.formats import FORMATS

    found = found_paths(load(cell), source, target)
    match chosen(style):
        case "json":
            emit_json(routes.as_data(found))
        case "latex":
            emit(routes.as_latex(FORMATS["latex"](found.system), found))
        case other:
            emit(routes.page_of(FORMATS[other](found.system), found))


@click.command("code")
@cell_argument
@click.option(
    "--convention", default="gatecheck", show_default=True, help="The layout of names, shapes and signatures."
)
@click.option("-o", "--output", metavar="FILE", help="Write a file instead of printing.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
def code(cell: str, convention: str, output: str | None, force: bool) -> None:
    """Print the NumPy reference of a cell: step, step_backward, forward, backward.

    \b
    Examples:  gatecheck code lstm
               gatecheck code lstm --convention cs231n -o lstm_reference.py
    """
    from ..cells import load
    from ..writing.reference import code as reference

    text = reference(load(cell), convention)
    if output:
        save(output, text, force)
    else:
        emit(text.rstrip("\n"))


@click.command("conventions")
@plain_format
def conventions(style: str | None) -> None:
    """List the conventions: how courses lay a cell out.

    \b
    Example:  gatecheck conventions
    """
    from ..conventions import convention
    from ..conventions import conventions as names

    found = [convention(name) for name in names()]
    if style == "json":
        emit_json([{"name": c.name, "title": c.title} for c in found])
        return
    for c in found:
        emit(f"{c.name:<12}{words(c.title, style)}")


COMMANDS = (cells, show, derive, paths, code, conventions)
