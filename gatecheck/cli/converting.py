"""Commands for weights and layouts: the list of conventions, and weights moved from one to another."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click

from .output import emit, emit_json, plain_format, save, words

if TYPE_CHECKING:
    from ..conventions import Convention


@click.command("conventions")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--cell", metavar="CELL", help="For which cell; without a NAME, which conventions lay it out.")
@plain_format
def conventions(name: str | None, cell: str | None, style: str | None) -> None:
    """List the conventions: how courses and frameworks lay a cell out; or the functions of one, with shapes.

    \b
    Examples:  gatecheck conventions
               gatecheck conventions cs231n
               gatecheck conventions dlai --cell lstm
               gatecheck conventions --cell my.cell
    """
    from ..conventions import convention
    from ..conventions import conventions as names

    if name is not None:
        _one(convention(name), cell, style)
        return
    found = [convention(name) for name in names()]
    if cell is not None:
        _fitting(found, cell, style)
        return
    if style == "json":
        emit_json([{"name": c.name, "title": c.title, "cells": _cells(c)} for c in found])
        return
    for c in found:
        emit(f"{c.name:<12}{words(c.title, style)}")
        emit(f"{'':<12}{', '.join(_cells(c)) or _general(c)}")


def _fitting(found: list[Convention], cell: str, style: str | None) -> None:
    """Which conventions lay a cell out, and which do not."""
    from ..cells import load
    from ..conventions import layout
    from ..errors import ConventionError, printable

    own, reasons = load(cell), dict[str, str]()
    for c in found:
        try:
            layout(own, c.name)
        except ConventionError as error:
            reasons[c.name] = error.problems[0].message
    if style == "json":
        emit_json([{"name": c.name, "title": c.title, "fits": c.name not in reasons, "reason": reasons.get(c.name, "")}
                   for c in found])  # fmt: skip
        return
    for c in found:
        if c.name not in reasons:
            emit(f"{c.name:<12}{words(c.title, style)}")
    if reasons:
        told = f"Not {', '.join(reasons)}: gatecheck conventions NAME --cell {printable(cell)} says why."
        emit(textwrap.fill(words(told, style), 78))


def _one(of: Convention, cell: str | None, style: str | None) -> None:
    """A convention's functions for a cell, with the shapes of what they take and give."""
    from ..cells import library, load
    from ..conventions import layout

    made = layout(load(cell or next(name for name in _cells(of) or library() if load(name).lagged)), of.name)
    functions: list[dict[str, Any]] = [
        {
            "role": s.role,
            "call": str(s),
            "takes": {slot.name: made.shape(s.role, slot) for slot in s.takes},
            "gives": {slot.name: made.shape(s.role, slot) for slot in s.gives},
        }
        for s in made.functions
    ]
    if style == "json":
        emit_json({"name": of.name, "title": of.title, "cell": made.cell.name, "functions": functions})
        return
    emit(f"{of.name}: {words(of.title, style)}\n{', '.join(_cells(of)) or _general(of)}; here for {made.cell.name}")
    for function in functions:
        emit(f"\n{function['call']}")
        for side in ("takes", "gives"):
            slots = [f"{name}\N{NO-BREAK SPACE}{shape}" if shape else name for name, shape in function[side].items()]
            listed = ", ".join(slots)
            filled = textwrap.fill(listed, 78, initial_indent=f"  {side}  ", subsequent_indent=" " * 9)
            emit(filled.replace("\N{NO-BREAK SPACE}", " "))


def _cells(of: Convention) -> list[str]:
    """The cells that a convention lists."""
    return list(dict.fromkeys(entry.equations for entry in of.cells))


def _general(of: Convention) -> str:
    return "every cell" if of.native else f"every cell with one {', one '.join(k for _, k in of.stacked)} part per gate"


@click.command("convert")
@click.argument("weights", metavar="IN.npz")
@click.option("--cell", required=True, metavar="CELL", help="Whose parameters they are.")
@click.option("--from", "source", required=True, metavar="NAME", help="The convention that the file is in.")
@click.option("--to", "target", required=True, metavar="NAME", help="The convention that is wanted.")
@click.option("-o", "--output", required=True, metavar="OUT.npz", help="The file to write.")
@click.option("--force", is_flag=True, help="Replace OUT.npz where it exists.")
def convert(weights: str, cell: str, source: str, target: str, output: str, force: bool) -> None:
    """Move weights from one convention to another: names, order, orientation, stacking, signs.

    Both must describe the cell; where one of them does not, or has no place for a bias, the reason is said.

    \b
    Example:  gatecheck convert torch.npz --cell lstm --from pytorch --to keras -o keras.npz
    """
    from ..cells import load
    from ..conventions import archives, layout

    if not output.lower().endswith(".npz"):
        raise click.UsageError("Weights are written as .npz: end -o FILE in that.")
    found = load(cell)
    before, after = layout(found, source), layout(found, target)
    arrays, numbers = archives.read(weights, before)
    made = archives.converted(arrays, before, after, numbers)
    save(output, archives.packed(made), force)
    for name, array in made.items():
        emit(f"{name}  {str(array.shape).replace(' ', '')}")


COMMANDS = (conventions, convert)
