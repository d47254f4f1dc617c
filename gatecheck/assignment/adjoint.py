"""Backpropagation for equations that a student wrote instead of the cell's: on data, since grading has no SymPy.

The rules are those of `calculus`, whose derivation is SymPy's; that both give the same numbers is tested over every
cell. A contribution to a gradient is linear in the δ of one reader, which tells whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..cells import SCALAR, Cell, Size
from .change import Change
from .expressions import Expression, arguments, factors, names, negative, power, product, replaced, total
from .program import Program

_ATOMS = ("matmul", "matmul_t", "join", "sum", "mean", "logsumexp", "softmax")


class Pull(NamedTuple):
    """What one reader adds: to the gradient of a vector (with its lag), or of a parameter (with what it multiplies)."""

    name: str
    lag: int
    expression: Expression
    operand: Expression | None = None
    transposed: bool = False


def follow(cell: Cell, program: Program, forward: Mapping[str, Expression]) -> Change:
    """The change of some lines, and of every gradient that follows: what is right for the equations that were written.

    forward: the lines that differ, by name.
    """
    place = {name: k for k, name in enumerate(program.forward)}
    pulls = {name: list(_Adjoint(cell).pulls(name, e)) for name, e in forward.items()}
    gradients, parameters = {}, {}
    for name, entry in program.gradients.items():
        new = [[p.lag, p.expression, line] for line in forward for p in pulls[line] if p.name == name]
        kept = [[lag, e, reader(program, e)] for lag, e in entry if reader(program, e) not in forward]
        if new or len(kept) < len(entry):
            ordered = sorted([*kept, *new], key=lambda c: (c[0], place[c[2]]))
            gradients[name] = [contribution[:2] for contribution in ordered]
    for name, found in program.parameters.items():
        made = [[p.expression, p.operand, p.transposed] for line in forward for p in pulls[line] if p.name == name]
        left = [c for c in found if reader(program, c[0]) not in forward]
        if made or len(left) < len(found):
            parameters[name] = [*left, *made]
    return Change(dict(forward), gradients, parameters)


def reader(program: Program, expression: Expression) -> str:
    """The line whose δ a contribution is linear in; empty where it is in none."""
    return next((n[1:] for n in names(expression) if n[0] == "d" and n[1:] in program.gradients), "")


class _Adjoint:
    """What a line adds to the gradients of all that it reads."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def pulls(self, line: str, expression: Expression) -> Iterator[Pull]:
        """Its contributions, in the order of reading."""
        yield from self._edges(line, expression, expression, [f"d{line}"])

    def _edges(self, line: str, root: Expression, expression: Expression, head: list[Expression]) -> Iterator[Pull]:
        whole = size(self._cell, expression)
        for leaf in _leaves(expression):
            slope = _slope(expression, leaf)
            if expression is root:
                slope = _through(slope, root, line)
            if slope == 0.0:
                continue
            found = product([*head, slope])
            if size(self._cell, leaf) == SCALAR != whole:
                found = _linear("sum", found)
            if isinstance(leaf, str):
                lagged = leaf.endswith("[t-1]")
                yield Pull(leaf.removesuffix("[t-1]"), int(lagged), found)
            else:
                yield from self._inside(line, root, leaf, found)

    def _inside(self, line: str, root: Expression, atom: list[Any], found: Expression) -> Iterator[Pull]:
        operation, *inner = atom
        match operation:
            case "matmul" | "matmul_t":
                parameter, operand = inner
                turned = operation == "matmul_t"
                yield Pull(parameter, 0, found, operand, turned)
                back = "matmul" if turned else "matmul_t"
                yield from self._edges(line, root, operand, [_linear(back, found, parameter)])
            case "join":
                for k, part in enumerate(inner):
                    yield from self._edges(line, root, part, [["part", found, k, inner]])
            case "sum" | "mean":
                share = [] if operation == "sum" else [["^", self._extent(inner[0]), -1.0]]
                spread = ["spread", product([found, *share]), inner[0]]
                yield from self._edges(line, root, inner[0], [spread])
            case "logsumexp":
                yield from self._edges(line, root, inner[0], [found, ["softmax", inner[0]]])
            case "softmax":
                y = line if atom == root else atom
                weighed = negative(["sum", product([found, y])])
                yield from self._edges(line, root, inner[0], [product([total([found, weighed]), y])])

    def _extent(self, vector: Expression) -> Expression:
        counted = size(self._cell, vector).terms
        return total(product([float(n), 1.0 if name == "1" else f"#{name}"]) for name, n in counted)


def size(cell: Cell, expression: Expression) -> Size:
    """The size of a value."""
    if not isinstance(expression, list):
        return _named(cell, expression) if isinstance(expression, str) else SCALAR
    operation, *inner = expression
    match operation:
        case "matmul" | "matmul_t":
            return cell.shapes[inner[0]][operation == "matmul_t"]
        case "join":
            return Size.total(size(cell, part) for part in inner)
        case "part":
            return size(cell, inner[2][inner[1]])
        case "sum" | "mean" | "logsumexp":
            return SCALAR
        case "spread":
            return size(cell, inner[1])
    return next((s for _, a in arguments(expression) if (s := size(cell, a)) != SCALAR), SCALAR)


def _named(cell: Cell, name: str) -> Size:
    """The size of a name's vector: of c, c[t-1], a_c, dc, da_c, ~dc."""
    return SCALAR if name.startswith("#") else cell.size(owner(cell, name))


def owner(cell: Cell, name: str) -> str:
    """The name of the cell file that a name of the program is made of."""
    plain = name.removesuffix("[-1]").removesuffix("[t-1]").removesuffix("[T-1]").removeprefix("~")
    bare = plain if plain in cell.shapes or plain.startswith("a_") else plain.removeprefix("d")
    return bare if bare in cell.shapes else bare.removeprefix("a_")


def is_gradient(cell: Cell, name: str) -> bool:
    """Whether a name of the program is that of a gradient."""
    return name[0] == "~" or (name[0] == "d" and name.removesuffix("[t-1]") not in cell.shapes)


def _leaves(expression: Expression) -> list[Expression]:
    """The names of vectors and parameters, and the outermost things that mix elements, each once."""
    found: dict[str, Expression] = {}
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str) or (isinstance(node, list) and node[0] in _ATOMS):
            if not (isinstance(node, str) and node[0] in "#"):
                found.setdefault(repr(node), node)
        else:
            waiting += reversed([a for _, a in arguments(node)])
    return list(found.values())


def _slope(expression: Expression, leaf: Expression) -> Expression:
    """∂expression/∂leaf by the sum, product and chain rules."""
    if expression == leaf:
        return 1.0
    if not isinstance(expression, list) or expression[0] in _ATOMS:
        return 0.0
    inner = [(k, slope) for k, a in arguments(expression) if (slope := _slope(a, leaf)) != 0.0]
    match expression[0]:
        case "+":
            return total(slope for _, slope in inner)
        case "*":
            return total(product([*expression[1:k], slope, *expression[k + 1 :]]) for k, slope in inner)
        case "^":
            base, exponent = expression[1:]
            return total(product([exponent, power(base, exponent - 1.0), slope]) for _, slope in inner)
    return total(product([_derivative(expression, k), slope]) for k, slope in inner)


def _derivative(call: list[Any], k: int) -> Expression:
    """The derivative of an elementwise function by its k-th argument."""
    function, argument, *others = call
    match function:
        case "sigmoid":
            return product([call, total([1.0, negative(call)])])
        case "tanh":
            return total([1.0, negative(power(call, 2.0))])
        case "exp":
            return call
        case "log":
            return power(argument, -1.0)
        case "relu":
            return ["step", argument]
        case "absolute":
            return ["sign", argument]
        case "softplus":
            return ["sigmoid", argument]
        case "erf":
            return product([2 / 3.141592653589793**0.5, ["exp", negative(power(argument, 2.0))]])
        case "maximum":
            larger = ["step", total([argument, negative(others[0])])]
            return larger if k == 1 else total([1.0, negative(larger)])
    return 0.0  # sign, step: constant almost everywhere


def _through(slope: Expression, root: Expression, line: str) -> Expression:
    """A derivative written by the output's name, where the whole equation is one function: f (1 - f), 1 - g²."""
    if not isinstance(root, list) or root[0] in ("+", "*", *_ATOMS):
        return slope
    if root[0] == "^":
        return _powers(slope, root, line)
    return replaced(slope, root, line)


def _powers(slope: Expression, root: list[Any], line: str) -> Expression:
    """Powers of the root's base as powers of the output: 1/√a is 1/s."""

    def other(factor: Expression) -> Expression:
        if isinstance(factor, list) and factor[0] == "^" and factor[1] == root[1]:
            exponent = factor[2] / root[2]
            return power(line, exponent) if exponent.is_integer() else factor
        return factor

    return product(map(other, factors(slope)))


def _linear(operation: str, expression: Expression, *matrix: str) -> Expression:
    """A linear map of a product: numbers leave it."""
    found = factors(expression)
    numbers = [f for f in found if not isinstance(f, (str, list))]
    rest = product(f for f in found if isinstance(f, (str, list)))
    return product([*numbers, [operation, *matrix, rest]])
