"""Lines of 80 columns: a heading with a note at the right margin, formulas broken between their terms."""

from __future__ import annotations

from .equations import Formula

WIDTH = 80


def beside(left: str, right: str, width: int = WIDTH) -> str:
    """Left and right text on one line; the right one on a line of its own where both do not fit."""
    if not right:
        return left
    gap = width - len(left) - len(right)
    return f"{left}{' ' * gap}{right}" if gap >= 2 else f"{left}\n{right:>{width}}"


def formula(formula: Formula, indent: int, column: int = 0, width: int = WIDTH) -> str:
    """A formula on one line, or a line per term with the signs in one column.

    column: the width of the left side, so that neighbouring = stand below each other.
    """
    left = " " * indent + formula.left.ljust(column)
    line = f"{left} = {formula.right}"
    if len(line) <= width or len(formula.addends) < 2:
        return line
    (sign, first), *rest = formula.addends
    margin = " " * (len(left) + 1)
    lead = first if sign == "+" else sign + first
    return "\n".join([f"{left} = {lead}", *(f"{margin}{s} {term}" for s, term in rest)])


def formulas(found: list[Formula], indent: int) -> list[str]:
    """Formulas below each other, their = in one column."""
    column = max((len(f.left) for f in found), default=0)
    return [formula(f, indent, column) for f in found]


def row(items: list[str], indent: int, gap: str = "    ", width: int = WIDTH) -> list[str]:
    """Items side by side, broken into lines where they do not fit."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(gap) + len(item) <= width:
            lines[-1] += gap + item
        else:
            lines.append(" " * indent + item)
    return lines
