"""System -> System in normal form: what a matrix multiplies has a name.

`U_n @ (r[t] * h[t-1])` becomes a line `rh = r ⊙ h[t−1]` and the product U_n rh. Code wants it so: the operand is
computed once and kept, its gradient is computed once and handed to everything inside.
"""

from __future__ import annotations

from sympy import Expr, Symbol

from ..cells import Size
from .symbols import Join, Times, TransposedTimes, label, value
from .system import Line, System


def normal(system: System) -> System:
    """The same equations, with a line for every compound operand of a product."""
    lines: list[Line] = []
    sizes = dict(system.sizes)
    operands: dict[Expr, Symbol] = {}
    for line in system.lines:
        expression = _named(system, line, line.expression, operands, lines, sizes)
        positions = {**line.positions, **{s: line.positions.get(e, 0) for e, s in operands.items()}}
        positions.update({e.xreplace(operands): k for e, k in line.positions.items()})
        lines.append(Line(line.name, line.of, expression, positions))
    return System(system.cell, tuple(lines), sizes)


def _named(
    system: System,
    line: Line,
    expression: Expr,
    operands: dict[Expr, Symbol],
    lines: list[Line],
    sizes: dict[str, Size],
) -> Expr:
    """The expression with its compound operands replaced; innermost operands come first."""
    if not expression.args:
        return expression
    arguments = [_named(system, line, a, operands, lines, sizes) for a in expression.args]
    if isinstance(expression, (Times, TransposedTimes)) and not arguments[1].is_Symbol:
        original, inner = expression.args[1], arguments[1]
        if original not in operands:
            name = _name(system, original, line.positions, sizes)
            sizes[name] = system.size(original)
            operands[original] = value(name, 0)
            positions = {e.xreplace(operands) if e != original else e: k for e, k in line.positions.items()}
            lines.append(Line(name, line.of, inner, positions))
        arguments[1] = operands[original]
    return expression if tuple(arguments) == expression.args else expression.func(*arguments)


def _name(system: System, operand: Expr, positions: dict[Expr, int], sizes: dict[str, Size]) -> str:
    """The names inside an operand, joined: rh for r ⊙ h[t−1], hx for [h[t−1]; x]."""
    parts = operand.args if isinstance(operand, Join) else sorted(operand.args, key=lambda a: positions.get(a, 0))
    names = [label(a).name for a in parts if a.is_Symbol]
    simple = len(names) == len(operand.args) and 1 < len(names) <= 3
    made = ("" if all(len(n) == 1 for n in names) else "_").join(names) if simple else "v"
    taken = {*system.cell.shapes, *sizes}
    taken |= {f"d{name}" for name in taken}
    number = 1
    while made in taken or f"d{made}" in taken:
        number += 1
        made = f"{made.rstrip('0123456789')}{number}"
    return made
