"""What depends on what in a cell's equations, as a program holds them."""

from __future__ import annotations

from typing import Any

from ..assignment.program import Program


def names_in(expression: Any) -> set[str]:
    """The names in an expression of a program."""
    if isinstance(expression, str):
        return {expression}
    return {n for part in expression for n in names_in(part)} if isinstance(expression, list) else set()


def activations(program: Program) -> dict[str, str]:
    """The quantity that each pre-activation is turned into: a_f -> f."""
    lines = program.forward.items()
    return {e[1]: name for name, e in lines if isinstance(e, list) and len(e) == 2 and e[1] == f"a_{name}"}


def downstream(program: Program, gradient: str) -> set[str]:
    """A gradient, and those of a step backwards that depend on it: da_f, dW_f, dx, dh_prev."""
    edges = [
        (names_in(e), f"d{n}_prev" if lag else f"d{n}") for n, terms in program.gradients.items() for lag, e in terms
    ]
    edges += [(names_in(term), f"d{p}") for p, terms in program.parameters.items() for term in terms]
    found: set[str] = set()
    more = {gradient}
    while more > found:
        found = more
        more = found | {to for names, to in edges if names & found}
    return found
