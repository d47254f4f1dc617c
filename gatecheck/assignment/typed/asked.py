"""A quantity that a formula is asked for: its formula as the program has it, its shape, what it is computed from.

    dc       the gradient of c[t]: the loss's own term, what this step's readers add, what those of t+1 add
    dc_prev  what a step hands back to c[t-1]
    dW_f     what one step adds to a parameter's gradient; the sum over time is understood

Names stand for step t; a name of another one ends with [t-1] or [t+1].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...cells import Cell
from ...cells.cell import Shape
from ..expressions import Expression, mapped, names, total
from ..program import Program, previous


@dataclass(frozen=True)
class Asked:
    """right: its formula; shape: its own; own: the name whose gradient it is; upstream: gradients it is made from."""

    quantity: str
    own: str
    right: Expression
    shape: Shape
    upstream: frozenset[str]


def quantities(cell: Cell, program: Program) -> tuple[str, ...]:
    """Everything that a formula can be asked for, in the order of the derivation."""
    states = [n for n in cell.lagged if any(lag for lag, _ in program.gradients[n])]
    return (
        *(f"d{n}" for n in program.gradients),
        *(f"d{n}_prev" for n in states),
        *(f"d{n}" for n in cell.parameters),
    )


def asked(cell: Cell, program: Program, quantity: str) -> Asked:
    """What a quantity asks for. Raises KeyError where the cell has none of that name."""
    if quantity not in quantities(cell, program):
        raise KeyError(quantity)
    right, own = formula(cell, program, quantity), _owner(cell, quantity)
    return Asked(quantity, own, right, shape(cell, own), frozenset(_upstream(program, right)))


def formula(cell: Cell, program: Program, quantity: str) -> Expression:
    """The formula of a quantity, in a wrong program too."""
    own = _owner(cell, quantity)
    if quantity != f"d{own}":
        return handed_back(program, own)
    if own in cell.parameters:
        return total(_contribution(*term) for term in program.parameters[own])
    loss = [f"∂L_t/∂{own}"] if own == cell.output else []
    return total([*loss, *terms(program, own, 0), *(later(e, program) for e in terms(program, own, 1))])


def _owner(cell: Cell, quantity: str) -> str:
    """The name that a gradient belongs to."""
    handed = quantity.removesuffix("_prev")[1:]
    return handed if handed in cell.lagged else quantity[1:]


def shape(cell: Cell, name: str) -> Shape:
    """The shape of a name, of a pre-activation too."""
    return cell.shapes[name] if name in cell.shapes else cell.shapes[name.removeprefix("a_")]


def handed_back(program: Program, name: str) -> Expression:
    """What a step hands back to name[t-1]."""
    return total(terms(program, name, 1))


def terms(program: Program, name: str, lag: int) -> list[Expression]:
    """The contributions to a gradient from readers of that lag, each at its reader's own step."""
    return [expression for found, expression in program.gradients[name] if found == lag]


def later(expression: Expression, program: Program) -> Expression:
    """The expression one step later."""
    return mapped(expression, lambda name: shifted(name, program))


def shifted(name: str, program: Program) -> str:
    """A name of the step after."""
    if name.startswith("#") or name in program.parameters:
        return name
    now = name.removesuffix(previous(""))
    return now if now != name else following(name)


def following(name: str) -> str:
    """The key of name[t+1] among the values of a formula."""
    return f"{name}[t+1]"


def _contribution(expression: Expression, operand: Expression | None, turned: bool) -> Expression:
    """What one step adds to a parameter's gradient: a matrix's is an outer product."""
    if operand is None:
        return expression
    return ["outer", operand, expression] if turned else ["outer", expression, operand]


def _upstream(program: Program, right: Expression) -> Iterator[str]:
    """The names whose gradients, of the same step, a formula is computed from, through those of others too."""
    seen: set[str] = set()
    waiting = [right]
    while waiting:
        found = {n[1:] for n in names(waiting.pop()) if n[1:] in program.gradients and n[0] == "d"} - seen
        seen |= found
        waiting += [e for n in found for e in terms(program, n, 0)]
    yield from seen
