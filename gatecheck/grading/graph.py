"""What depends on what in a cell's equations, as a program holds them."""

from __future__ import annotations

from ..assignment.expressions import names
from ..assignment.program import Program


def activations(program: Program) -> dict[str, str]:
    """The quantity that each pre-activation is turned into: a_f -> f."""
    lines = program.forward.items()
    return {e[1]: name for name, e in lines if isinstance(e, list) and len(e) == 2 and e[1] == f"a_{name}"}


def downstream(program: Program, gradient: str) -> set[str]:
    """A gradient, and those of a step backwards that depend on it: da_f, dW_f, dx, dh_prev."""
    edges = [
        ({*names(e)}, f"d{n}_prev" if lag else f"d{n}") for n, terms in program.gradients.items() for lag, e in terms
    ]
    edges += [({*names(e)}, f"d{p}") for p, terms in program.parameters.items() for e, _, _ in terms]
    found: set[str] = set()
    more = {gradient}
    while more > found:
        found = more
        more = found | {to for read, to in edges if read & found}
    return found
