"""What part each parameter plays in its equation, and how conventions stack parameters of one kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..cells import Cell, Equation
from ..cells.tree import Apply, Binary, Negate, Node, Product, Read
from ..errors import ConventionError, Problem
from .arrays import Block, Stack, stack

OTHERWISE = (
    "The plain convention, gatecheck, takes every cell; gatecheck conventions --cell CELL tells which others do."
)


@dataclass(frozen=True)
class Part:
    """A parameter, the equation that reads it, and its kind there.

    input, state, joint: a matrix on inputs, on states or on both; bias: an addend; weight: any other vector or scalar.
    """

    parameter: str
    equation: str
    kind: str


def parts(cell: Cell) -> list[Part]:
    """The part of each parameter in each equation that reads it, in the order of reading."""
    return [part for equation in cell.equations for part in _parts(cell, equation)]


def _parts(cell: Cell, equation: Equation) -> Iterator[Part]:
    # A bias is an addend of the whole equation, of what some function in it is applied to, or of a sum inside it.
    nodes = list(equation.expression.walk())
    functions = (n for n in nodes if isinstance(n, Apply))
    sums = (n for n in nodes if isinstance(n, Binary))
    starts = [equation.expression, *(a for n in functions for a in n.arguments), *sums]
    addends = {name for start in starts for name in _addends(start)}
    products = {n.matrix.name: n for n in equation.expression.walk() if isinstance(n, Product)}
    for name in dict.fromkeys(r.name for r in equation.reads() if r.lag is None):
        vector = "bias" if name in addends else "weight"
        yield Part(name, equation.name, _matrix_kind(cell, products[name]) if name in products else vector)


def _addends(node: Node) -> Iterator[str]:
    """The parameters that are addends of an expression."""
    match node:
        case Read(name=name, lag=None):
            yield name
        case Binary(operator="+" | "-") | Negate():
            for child in node.children():
                yield from _addends(child)


def _matrix_kind(cell: Cell, product: Product) -> str:
    inputs = {r.name in cell.inputs for r in product.operand.walk() if isinstance(r, Read) and r.lag is not None}
    return "joint" if len(inputs) != 1 else "input" if True in inputs else "state"


def stacks(
    cell: Cell, convention: str, gates: tuple[str, ...], wanted: tuple[tuple[str, str], ...]
) -> tuple[Stack, ...]:
    """The stacked arrays of a convention.

    Raises ConventionError where the cell has a parameter of a kind that the convention has no place for.
    """
    found = parts(cell)
    kinds = {kind for _, kind in wanted}
    for part in found:
        if part.kind not in kinds or sum((p.equation, p.kind) == (part.equation, part.kind) for p in found) > 1:
            message = f"{convention} has no place for {part.parameter} in the equation of {part.equation}"
            stacked = f"It stacks one parameter per gate of each kind: {', '.join(sorted(kinds))}."
            raise ConventionError(Problem(message, None, f"{stacked} {OTHERWISE}"))
    order = {gate: k for k, gate in enumerate(gates)}
    ranked = sorted(found, key=lambda p: (order.get(p.equation, len(order)), cell.assigned.index(p.equation)))
    return tuple(
        _stack(cell, name, [p.parameter for p in ranked if p.kind == kind])
        for name, kind in wanted
        if kind in {p.kind for p in found}
    )


def _stack(cell: Cell, name: str, parameters: list[str]) -> Stack:
    laid = "in out" if len(cell.shapes[parameters[0]]) == 2 else "out"
    made = stack(cell, name, [[Block(p)] for p in parameters], laid)
    if made is None or len(set(parameters)) != len(parameters):
        message = f"{name} cannot stack {', '.join(parameters)}: their shapes differ"
        raise ConventionError(Problem(message, None, OTHERWISE))
    return made
