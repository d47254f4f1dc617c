"""The command doctor: what this machine can do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from .output import chosen, emit, emit_json, plain_format

if TYPE_CHECKING:
    from ..grading.checkup import Checkup, Tried


@click.command("doctor")
@plain_format
@click.pass_context
def doctor(ctx: click.Context, style: str | None) -> None:
    """Tell versions, whether submissions can be isolated here, and how to get what is missing.

    A hostile submission is tried, as before every grading. Exit code 0 means that official grading is possible.

    \b
    Examples:  gatecheck doctor
               gatecheck doctor --format json
    """
    from ..errors import printable
    from ..grading.checkup import checkup

    found = checkup()
    if style == "json":
        emit_json(found.to_dict())
    else:
        for line in map(printable, _lines(found)):
            emit(line if chosen(style) == "unicode" else line.encode("ascii", "backslashreplace").decode())
    ctx.exit(0 if found.official else 1)


def _lines(found: Checkup) -> Iterator[str]:
    facts = {"gatecheck": found.gatecheck, "Python": found.python, "platform": found.platform}
    facts |= {name: version or "not installed" for name, version in found.packages.items()}
    for name, fact in facts.items():
        yield f"{name:<11}  {fact}"
    for name, tried in (("isolation", found.isolation), ("bubblewrap", found.bubblewrap)):
        if tried:
            yield ""
            yield from _told(name, tried)
    yield ""
    for missing in found.missing:
        yield f"missing: {missing.name}. {missing.cure}"
    yield f"Official grading is {'possible' if found.official else 'not possible'} here."


def _told(name: str, tried: Tried) -> Iterator[str]:
    """The layers, the time, and every attempt: those that were not refused a line each."""
    yield f"{name:<11}  {', '.join(tried.layers) or 'no layer'}"
    yield f"{'':11}  ready in {1e3 * tried.start_seconds:.0f} ms, then {1e3 * tried.run_seconds:.0f} ms for a run"
    refused = [attempt for attempt, outcome in tried.attempts.items() if outcome == "refused"]
    told = f"{len(refused)} of {len(tried.attempts)} attempts refused: {', '.join(refused)}"
    yield from textwrap.wrap(told, 78, initial_indent=f"{'':13}", subsequent_indent=f"{'':13}")
    for attempt, outcome in tried.attempts.items():
        if outcome != "refused":
            yield f"{'':13}NOT REFUSED: {attempt}: {outcome}"


COMMANDS = (doctor,)
