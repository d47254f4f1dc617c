"""The seed of a run, as it was printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click


def seed_option(what: str) -> Callable[[Any], Any]:
    """--seed, refused where it is not hexadecimal."""
    return click.option("--seed", callback=_checked, help=f"Hexadecimal; {what}.")


def _checked(context: click.Context, parameter: click.Parameter, seed: str | None) -> str | None:
    if seed is not None and not re.fullmatch(r"[0-9a-fA-F]{1,64}", seed):
        raise click.BadParameter("a seed is hexadecimal, as it stands at the end of a report")
    return seed.lower() if seed else seed
