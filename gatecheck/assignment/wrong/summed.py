"""Wrong sums over time: what a loop backwards makes of the gradients of parameters."""

from __future__ import annotations

from collections.abc import Iterator

from ..change import Change
from ..mistake import Words, Wrong, of_loop
from ..printing import Printed
from ..program import Program


def summed(program: Program, printed: Printed) -> Iterator[Wrong]:
    """Sums that are overwritten, or change their sign, at every step."""
    for name in program.parameters:
        yield _overwritten(program, printed, name)
        yield _alternated(program, printed, name)


def _overwritten(program: Program, printed: Printed, name: str) -> Wrong:
    entry, own = program.parameters[name], printed.symbol(name)
    return of_loop(
        "backward",
        "overwritten-over-time",
        f"d{name}",
        Change(overwritten=(name,)),
        Words(
            f"The gradient of {own} is overwritten at every step",
            printed.loss(own),
            printed.parameter(entry, summed=False),
            printed.parameter(entry),
            "A parameter is used at every step, so its gradient is a sum over all steps: += where you have =.",
            many="The gradients of {} are overwritten at every step",
            places=(own,),
        ),
    )


def _alternated(program: Program, printed: Printed, name: str) -> Wrong:
    entry, own = program.parameters[name], printed.symbol(name)
    return of_loop(
        "backward",
        "wrong-sign",
        f"d{name}",
        Change(alternated=(name,)),
        Words(
            f"The sum over time for {own} changes its sign at every step",
            printed.loss(own),
            "Σ_t (−1)ᵗ⁺¹ …",
            printed.parameter(entry),
            "Only what a step adds may have a sign, not the sum so far.",
            many="The sums over time for {} change their sign at every step",
            places=(own,),
        ),
    )
