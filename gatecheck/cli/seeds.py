"""The seed of a run, as it was printed."""

from __future__ import annotations

import re

import click


def checked_seed(seed: str | None) -> str | None:
    """The seed, if it is one. Raises BadParameter."""
    if seed is not None and not re.fullmatch(r"[0-9a-fA-F]{1,64}", seed):
        raise click.BadParameter("a seed is hexadecimal, as it stands at the end of a report", param_hint="--seed")
    return seed.lower() if seed else seed
