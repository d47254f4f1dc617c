"""Right-hand sides: Python's syntax tree -> ours, with a fence around what the language has."""

from __future__ import annotations

import ast
from collections.abc import Callable

from ..errors import CellError, nearest
from .text import Text, fault
from .tree import (
    ELEMENTWISE,
    FUNCTIONS,
    REDUCTIONS,
    Apply,
    Binary,
    Concat,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Read,
    Reduce,
    Softmax,
)

#: Every interpretation of an equation recurses over it; Python's own limit is 1,000.
LONGEST_CHAIN = 120
LARGEST_EQUATION = 2_000
MOST_SOFTMAXES = 3
LARGEST_EXPONENT = 64

_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_SPLIT = "Give parts of the equation names of their own."


def expression(text: Text, node: ast.expr) -> Node:
    """The right-hand side of an equation.

    Raises CellError at the first thing that is not of the language.
    """
    if sum(isinstance(n, ast.expr) for n in ast.walk(node)) > LARGEST_EQUATION:
        raise fault("the equation is too large to read", text.place(node), _SPLIT)
    return _expression(text, node, 0)


def lag(text: Text, node: ast.Subscript) -> int:
    """0 for [t], 1 for [t-1]; raises CellError for any other index."""
    match node.slice:
        case ast.Name(id="t"):
            return 0
        case ast.BinOp(left=ast.Name(id="t"), op=ast.Sub(), right=right) if ast.unparse(right) == "1":
            return 1
        case ast.BinOp(left=ast.Name(id="t"), op=ast.Sub()):
            advice = "For more delay carry a state: q[t] = h[t-1], then read q[t-1]."
        case ast.BinOp(left=ast.Name(id="t"), op=ast.Add()):
            advice = "Write the equation one step earlier: h[t] = … h[t-1] …"
        case _:
            advice = "[t] is this step, [t-1] the one before."
    raise fault("an index is [t] or [t-1]", text.place(node.slice), advice)


def _expression(text: Text, node: ast.expr, depth: int) -> Node:
    if depth > LONGEST_CHAIN:
        message = f"more than {LONGEST_CHAIN} operations stand in a row or within each other"
        raise fault(message, text.place(node), _SPLIT)
    place = text.place(node)

    def inner(child: ast.expr) -> Node:
        return _expression(text, child, depth + 1)

    match node:
        case ast.Constant(value=int() | float()):
            return Number(place, _literal(text, node))
        case ast.Name(id=name):
            return Read(place, name, None)
        case ast.Subscript(value=ast.Name(id=name)):
            return Read(place, name, lag(text, node))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negate(place, inner(operand))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return inner(operand)
        case ast.BinOp(op=ast.MatMult()):
            return _product(text, node, inner)
        case ast.BinOp(op=ast.Pow()):
            return _power(text, node, inner)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return Binary(place, _OPERATORS[type(operator)], inner(left), inner(right))
        case ast.Call():
            return _call(text, node, inner)
    raise _foreign(text, node)


def _literal(text: Text, node: ast.expr) -> str:
    """A number as it is written: 0.1 stays one tenth."""
    place = text.place(node)
    return place.text[place.column - 1 : place.column - 1 + place.width]


def _foreign(text: Text, node: ast.expr) -> CellError:
    place = text.place(node)
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return fault("a transpose stands only left of @", place, "For example V.T @ h[t-1].")
    if isinstance(node, ast.Subscript):
        advice = "Give the expression a name of its own, as q[t] = …"
        return fault("only a name has an index", place, advice)
    advice = f"The language has names, numbers, + - * / ** @ and {', '.join(FUNCTIONS)}."
    return fault("this is not of the language of cell files", place, advice)


def _product(text: Text, node: ast.BinOp, inner: Callable[[ast.expr], Node]) -> Node:
    left, transposed = node.left, False
    if isinstance(left, ast.Attribute) and left.attr == "T":
        left, transposed = left.value, True
    if not isinstance(left, ast.Name):
        raise fault("left of @ stands a parameter or its .T", text.place(node.left), _order(node))
    return Product(text.place(node), Read(text.place(left), left.id, None), transposed, inner(node.right))


def _order(node: ast.BinOp) -> str:
    """How to write a product whose left side is no parameter."""
    if not isinstance(node.left, ast.Subscript):
        return "@ binds like *: write 2 * (W @ x[t]), W @ (V @ x[t]), -(W @ x[t])."
    if isinstance(node.right, ast.Name):
        vector, matrix = ast.unparse(node.left).replace("t - 1", "t-1"), node.right.id
        return f"Vectors are columns: write {matrix} @ {vector}, or {matrix}.T @ {vector}."
    return "A parameter has no index; * multiplies two vectors elementwise."


def _power(text: Text, node: ast.BinOp, inner: Callable[[ast.expr], Node]) -> Node:
    exponent, sign = node.right, ""
    if isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub):
        exponent, sign = exponent.operand, "-"
    if not (isinstance(exponent, ast.Constant) and isinstance(exponent.value, int | float)):
        raise fault("an exponent is a number, as in x[t]**2", text.place(node.right))
    literal = _literal(text, exponent)
    base = inner(node.left)
    if not _reads(base):
        raise fault("a power of a number: write the number itself", text.place(node))
    made = Power(text.place(node), base, sign + literal)
    if _growth(made) > LARGEST_EXPONENT:
        raise fault(f"exponents multiply to at most {LARGEST_EXPONENT}", text.place(node))
    return made


def _growth(node: Node) -> float:
    """What the exponents of nested powers multiply to: numbers inside grow as fast."""
    match node:
        case Power(base=base, exponent=exponent):
            return max(1.0, abs(float(exponent))) * _growth(base)
        case Binary() | Negate() | Apply(function="sqrt"):
            return max(map(_growth, node.children()))
    return 1.0


def _call(text: Text, node: ast.Call, inner: Callable[[ast.expr], Node]) -> Node:
    place, function = text.place(node), _function(text, node)
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        raise fault(f"{function} takes plain arguments only", place)
    arguments = tuple(inner(a) for a in node.args)
    _count_arguments(text, node, function)
    if function in ELEMENTWISE:
        if not any(map(_reads, arguments)):
            raise fault(f"{function} of a number: write the number itself", place)
        return Apply(place, function, arguments)
    if function == "concat":
        return Concat(place, arguments)
    if function in ("softmax", "logsumexp") and _doublings(arguments[0]) >= MOST_SOFTMAXES:
        # Its gradient holds what comes in twice: the formula doubles with every level.
        message = f"{function} is nested more than {MOST_SOFTMAXES} deep"
        raise fault(message, place, "Give the inner ones equations of their own.")
    if function in REDUCTIONS:
        return Reduce(place, function, arguments[0])
    return Softmax(place, arguments[0])


def _doublings(node: Node) -> int:
    doubles = isinstance(node, Softmax) or (isinstance(node, Reduce) and node.function == "logsumexp")
    return doubles + max(map(_doublings, node.children()), default=0)


def _function(text: Text, node: ast.Call) -> str:
    called = node.func
    place = text.place(called)
    if isinstance(called, ast.Attribute) and called.attr in FUNCTIONS:
        message = "functions have plain names in a cell file"
        raise fault(message, place, f"Write {called.attr}(…).")
    if not isinstance(called, ast.Name):
        raise _foreign(text, node)
    if called.id not in FUNCTIONS:
        index = ast.unparse(node)[len(called.id) + 1 : -1].replace(" ", "")
        longer = [name for name in FUNCTIONS if name.startswith(called.id)]
        near = f"Did you mean {longer[0]}?" if longer else nearest(called.id, FUNCTIONS)
        known = f"Known: {', '.join(sorted(FUNCTIONS))}."
        advice = f"A matrix takes @, as {called.id} @ (…). {known}" if near == known else f"{near} {known}"
        if index in ("t", "t-1"):
            advice = f"An index stands in square brackets: {called.id}[{index}]."
        raise fault(f"unknown function {called.id}", place, advice)
    return called.id


def _count_arguments(text: Text, node: ast.Call, function: str) -> None:
    found, expected = len(node.args), ELEMENTWISE.get(function, 1)
    if function == "concat":
        if found < 2:
            raise fault("concat joins two vectors or more", text.place(node))
    elif found != expected:
        message = f"{function} takes {expected} argument{'s' * (expected > 1)}, not {found}"
        raise fault(message, text.place(node))


def _reads(node: Node) -> list[Read]:
    return [n for n in node.walk() if isinstance(n, Read)]
