"""What a hand-out says of a layout: how a batch lies, what each array holds; and starters in a course's own form."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator

from ..conventions import Block, Layout, Stack


def batch(of: Layout) -> str:
    """A sentence on how a batch of vectors lies, and how a matrix multiplies it."""
    if not of.convention.cells:
        stacked = "" if of.convention.native else " in the equations, `v @ W` with the stacked matrices"
        return _rows(of.convention.batch) + f"`v @ W.T`{stacked}."
    axes = [axis for axis in of.vectors["input"] if axis != "T"]
    if not of.batched:
        return "There is one vector at a time, and no batch."
    if axes[0] == "n":
        return f"Columns are a batch: an array of {of.convention.batch} vectors has shape (·,{of.convention.batch})."
    turned = of.convention.matrices.split()[-1] == "out"
    product = "`v @ W` with the matrices of this layout" if turned else "`v @ W.T`"
    return _rows(of.convention.batch) + f"{product}."


def arrays(of: Layout) -> list[str]:
    """A sentence on each array of a layout, and on what is added up or left out."""
    return [*(f"`{s.name}` {s.shape} holds {_held(s)}." for s in of.stacks), *_besides(of), *of.notes]


def _rows(batch: str) -> str:
    return f"Rows of a batch are stacked: an array of {batch} vectors has shape ({batch},·), so W v is "


def _held(stack: Stack) -> str:
    """What lies in an array, in words."""
    turned = " (transposed)" if stack.matrix and not stack.vectors and stack.axes.laid[-1] == "out" else ""
    rows = ["[" + ", ".join(map(_block, row)) + "]" if len(row) > 1 else _block(row[0]) for row in stack.grid]
    if len(rows) == 1:
        return rows[0] + turned
    if stack.axes.laid[-1] == "out":
        return f"{', '.join(rows)} side by side, as columns{turned}"
    return f"{', '.join(rows)} one under the other, as rows"


def _block(block: Block) -> str:
    added = f" {'+' if block.added > 0 else '−'} {abs(block.added)}" if block.added else ""
    return f"{'−' if block.sign < 0 else ''}{block.parameter}{added}"


def _besides(of: Layout) -> Iterator[str]:
    places = Counter(block.parameter for stack in of.stacks for block in stack.blocks)
    if several := [name for name, count in places.items() if count > 1]:
        yield f"What lies in two places is added up from both: {', '.join(several)}."
    if of.zero:
        yield f"This layout has no place for {', '.join(of.zero)}: take zero."


def unwritten(source: str, asked: Collection[str]) -> tuple[list[tuple[str, str, str]], str]:
    """A module's source without the bodies of some functions, or methods as Class.method, which students write.

    Returns what stands before each body, with the body's indent and the function's name; and what stands after all.
    """
    lines = source.split("\n")
    found, start = [], 0
    for name, function in _functions(ast.parse(source)):
        if name in asked:
            first = function.body[1 if ast.get_docstring(function) is not None else 0]
            found.append(("\n".join(lines[start : first.lineno - 1]), " " * first.col_offset, name))
            start = function.end_lineno or start
    return found, "\n".join(lines[start:])


def _functions(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{n.name}", n) for n in node.body if isinstance(n, ast.FunctionDef))
