"""trace: a worked numeric example, a hand-out made of it, and printed numbers checked."""

from __future__ import annotations

import click

from .output import cell_argument, document_options, publish
from .seeds import seed_option


@click.command("trace")
@cell_argument
@click.option("--steps", type=int)
@seed_option("x")
@click.option("--blanks", is_flag=True)
@document_options
def trace(cell, steps, seed, blanks, style, output, force):
    """x"""
    from ..calculus.backward import derive
    from ..calculus.picking import pick
    from ..calculus.worked import worked
    from ..cells import load
    from ..writing import worked_page
    b = derive(load(cell), unit=True)
    w = worked(b, pick(b, steps or 1, seed or "0"))
    publish(lambda kind: worked_page.document(kind, w, ("picked",), worked_page.Style(blank=blanks)), lambda: worked_page.as_data(w, seed), style, output, force)

COMMANDS=(trace,)
