"""The command that proves: derivations against two arguments that share nothing with them."""

from __future__ import annotations

import click

from .output import (
    asked,
    cell_argument,
    derived_options,
    document_options,
    file_option,
    format_of,
    publish,
    refuse_taken,
    save,
)
from .seeds import seed_option


@click.command("prove")
@cell_argument
@derived_options
@file_option(
    "--certificate",
    help="Write a Python program too, with which anyone can check the equations by SymPy alone.",
)
@seed_option("draws the same numbers for the second part again")
@document_options
def prove(
    cell: str,
    loss: str | None,
    front: str | None,
    certificate: str | None,
    seed: str | None,
    style: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Prove the backward equations of a cell: each for all sizes, and whole sequences in exact arithmetic.

    \b
    Examples:  gatecheck prove lstm
               gatecheck prove my.cell --loss h,c
               gatecheck prove gru --certificate gru_certificate.py
    """
    from ..calculus.proof import prove as proved
    from ..writing import proof as pages
    from ..writing.certificate import certificate as program

    if certificate:
        if certificate == output:
            raise click.UsageError("the proof and its certificate need a file each")
        refuse_taken(certificate, force)
    if output:
        format_of(style, output)
        refuse_taken(output, force)
    found = proved(*asked(cell, loss, front), seed)
    if certificate:
        save(certificate, program(found.backward), force)
    publish(
        lambda kind: pages.document(kind(found.backward.system), found),
        lambda: pages.data(found),
        style,
        output,
        force,
        lambda: pages.latex(found),
    )


COMMANDS = (prove,)
