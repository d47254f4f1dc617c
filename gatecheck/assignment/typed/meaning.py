"""A parsed formula -> an expression of a program, with every shape checked.

Where the gradient of a matrix is asked for, a.T @ b is that of a batch's rows, an outer product; elsewhere a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from math import ceil
from typing import TypeVar

from ...cells import SCALAR, Size
from ...errors import quoted
from ..adjoint import size as sized
from ..expressions import Expression, arguments
from ..program import previous
from . import algebra
from .algebra import Kind, Value
from .asked import following
from .faults import Misfit, Unreadable
from .names import Known, Names
from .tree import Node

#: Of one exponent; and of a formula as a rational function of its names, on which its judgement's certainty rests.
LARGEST_POWER, LARGEST_DEGREE = 16, 4096
_T = TypeVar("_T")
_ELEMENTWISE = ("sigmoid", "tanh", "exp", "log", "relu", "softplus", "erf", "absolute", "sign", "softmax")
_PAIRS: dict[str, Callable[[Value, Value], Value]] = {
    "outer": algebra.outer,
    "multiply": algebra.times,
    "step": lambda more, less: algebra.applied("step", algebra.added([more, algebra.negated(less)])),
    "maximum": algebra.larger,
    "minimum": lambda a, b: algebra.negated(algebra.larger(algebra.negated(a), algebra.negated(b))),
}
_SINGLE: dict[str, Callable[[Value], Value]] = {
    **{name: lambda a, name=name: algebra.applied(name, a) for name in _ELEMENTWISE},  # type: ignore[misc]
    "sqrt": lambda a: algebra.power(a, Fraction(1, 2)),
    "square": lambda a: algebra.power(a, Fraction(2)),
    "logsumexp": lambda a: algebra.reduced("logsumexp", a),
    "turned": algebra.turned,
    "negative": algebra.negated,
    "bracket": lambda a: a,
}


def meaning(right: Node, names: Names) -> Expression:
    """The expression that an answer stands for. Raises Unreadable with the place of what does not fit."""
    found, wanted = _Reader(names).read(right, 0), names.asked.shape
    kind: Kind = "vector" if len(wanted) == 1 else "outer"
    repeated = (None, SCALAR) if kind == "vector" else (None,)
    fits = (have in repeated or have == want for have, want in zip(found.extents, wanted, strict=False))
    if degree(found.expression) > LARGEST_DEGREE:
        raise Unreadable("the powers in this formula are too large", right.start, right.end)
    if found.kind == kind and all(fits):
        return found.expression
    other = Value(kind, 0.0, tuple(wanted))
    advice = "Transpose it." if found.kind == "outer" and found.extents[::-1] == other.extents else ""
    raise Unreadable(f"{names.asked.quantity} is {other}, and this is {found}", right.start, right.end, advice)


def parts(node: Node, kind: str, names: Names) -> list[tuple[Node, Expression]]:
    """The terms ("added") or factors ("product") of an answer that has a meaning, as typed and as they are meant."""
    while node.kind in ("bracket", "over") or (node.kind == "negative" and kind == "product"):
        node = node.parts[0]
    inner = node.parts if node.kind == kind and set(node.text) <= {"⊙"} else (node,)
    reader = _Reader(names)
    return [(part, reader.read(part, 0).expression) for part in inner]


def degree(expression: Expression) -> int:
    """A bound of the degree of an expression in its names and in the values of its functions."""
    inner = sum(degree(part) for _, part in arguments(expression))
    if isinstance(expression, list) and expression[0] == "^":
        return ceil(inner * abs(expression[2]))
    return max(inner, int(not isinstance(expression, float)))


class _Reader:
    """Reads nodes: what each is, that many steps from t."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.of_parameter = names.asked.own in names.cell.parameters

    def read(self, node: Node, shift: int) -> Value:
        try:
            return self._read(node, shift)
        except Unreadable:
            raise
        except Misfit as error:
            raise Unreadable(error.message, node.start, node.end, error.advice) from None

    def _read(self, node: Node, shift: int) -> Value:
        match node.kind:
            case "number":
                return algebra.number(Fraction(node.text))
            case "ones":
                return Value("vector", 1.0, (None,))
            case "name" if self.of_parameter and node.text.replace("δ", "d", 1) == self.names.asked.quantity:
                return self._so_far()
            case "name":
                return _value(self.names.value(node.text, shift))
            case "loss":
                return _value(self.names.loss(node.text, shift))
            case "index":
                self.names.indexed(node.parts[0].text)
                return self.read(node.parts[0], shift + int(node.text))
            case "power":
                base, exponent = _exactly(2, node.parts, node)
                return algebra.power(self.read(base, shift), _exponent(exponent))
        parts = [self.read(p, shift) for p in node.parts]
        if node.kind == "product":
            return reduce(lambda done, step: self._times(done, *step), zip(node.text, parts[1:], strict=True), parts[0])
        return self._applied(node, parts)

    def _applied(self, node: Node, parts: list[Value]) -> Value:
        """What a function, or what looks like one, makes of its arguments."""
        match node.kind:
            case "beside":
                return reduce(self._beside, parts)
            case "join":
                return algebra.joined(parts)
            case "added":
                return algebra.added(parts)
            case "sum" | "mean":
                return self._over_an_axis(node, parts)
            case "part":
                return self._part(parts[0], node.text)
            case "over":
                if not self.of_parameter:
                    raise Misfit("a sum over time belongs to the gradient of a parameter")
                return parts[0]
            case "dot":
                return self._at(*_exactly(2, parts, node))
            case "where" if _exactly(3, parts, node)[2].expression == 0.0:
                return algebra.times(parts[0], parts[1])
            case "where":
                raise Misfit("np.where is read where its last argument is 0", "Elsewhere write (a > 0) as a factor.")
        if node.kind in _PAIRS:
            return _PAIRS[node.kind](*_exactly(2, parts, node))
        return _SINGLE[node.kind](*_exactly(1, parts, node))

    # Products.

    def _times(self, done: Value, sign: str, part: Value) -> Value:
        match sign:
            case "@":
                return self._at(done, part)
            case "⊗":
                return algebra.outer(done, part)
            case "/":
                return algebra.divided(done, part)
        return algebra.times(done, part)

    def _at(self, a: Value, b: Value) -> Value:
        """a @ b: matrices, columns, rows."""
        match a.kind, b.kind:
            case "map", "map":
                return algebra.composed(a, b)
            case "map", "vector":
                return algebra.mapped(a, b)
            case "vector" | "row", "map":  # a row times a matrix, or a batch of rows
                return algebra.mapped(algebra.turned(b), a)
            case "vector", "row":
                return algebra.outer(a, b)
            case "row", "vector" if len(self.names.asked.shape) == 2:
                return algebra.outer(a, b)
            case "vector", "vector" if len(self.names.asked.shape) == 2:
                raise Misfit("@ of two vectors is one number", "A matrix is their outer product: np.outer(a, b).")
            case "row" | "vector", "vector" if not (a.scalar or b.scalar):
                return algebra.dotted(a, b)
        raise Misfit(f"@ cannot join {a} and {b}", "@ is the product with a matrix, * goes element by element.")

    def _beside(self, a: Value, b: Value) -> Value:
        """a b: the product that print shows by no sign."""
        numbers = a.scalar or b.scalar or None in (*a.extents, *b.extents)
        if a.kind == b.kind == "vector":
            if not numbers:
                raise Misfit("a sign is missing between two vectors", "Write ⊙ or * to multiply element by element.")
            return algebra.times(a, b)
        if (a.scalar and b.kind != "row") or (b.scalar and a.kind == "outer"):
            return algebra.times(a, b)
        return self._at(a, b)

    def _over_an_axis(self, node: Node, parts: list[Value]) -> Value:
        """sum and mean of a vector; over axis 0, of the batch, which is understood in the gradient of a parameter."""
        axis = node.text or next((n.text for n in node.parts[1:2] if n.kind == "number"), "")
        if axis not in ("0", "axis=0"):
            return algebra.reduced(node.kind, *_exactly(1, parts[:1], node))
        if node.kind == "mean" or not self.of_parameter:
            raise Misfit(f"a {node.kind} over axis 0 runs over the batch", "A formula is for one example of it.")
        return parts[0]

    def _so_far(self) -> Value:
        """The right-hand dW of `dW += …`: what other steps have added, which is no part of what this one adds."""
        wanted = self.names.asked.shape
        return Value("vector" if len(wanted) == 1 else "outer", 0.0, tuple(wanted))

    # Parts of concatenations.

    def _part(self, of: Value, which: str) -> Value:
        """A part of a vector that is cut as some concatenation of the cell is."""
        size = algebra.plain(of, "a part").extents[0]
        for join in self._cuts(of.expression):
            sizes = [sized(self.names.cell, part) for part in join]
            labels = [part.removesuffix(previous("")) if isinstance(part, str) else "" for part in join]
            k = labels.index(which) if labels.count(which) == 1 else int(which) - 1 if which in _COUNTED else -1
            if Size.total(sizes) == size and 0 <= k < len(join):
                return Value("vector", ["part", of.expression, k, join], (sizes[k],))
        raise Misfit(f"this has no part {quoted(which)}", "A part is called by its name, or by its number from 1.")

    def _cuts(self, vector: Expression) -> Iterator[list[Expression]]:
        """The concatenations that a vector may be cut like: the one that it is the gradient of comes first."""
        forward = self.names.program.forward
        match vector:
            case ["part", _, k, join]:
                yield from _joins(join[k])
            case ["matmul_t", matrix, _]:
                yield from (v for e in forward.values() for w, v in _products(e) if w == matrix for v in _joins(v))
            case str() if vector[1:].removesuffix(following("")) in forward:
                yield from _joins(forward[vector[1:].removesuffix(following(""))])
        for expression in forward.values():
            yield from _joins(expression)


_COUNTED = tuple("123456789")


def _joins(expression: Expression) -> Iterator[list[Expression]]:
    """The parts of every concatenation in an expression, from the outermost on."""
    if isinstance(expression, list) and expression[0] == "join":
        yield expression[1:]
    for _, argument in arguments(expression):
        yield from _joins(argument)


def _products(expression: Expression) -> Iterator[tuple[str, Expression]]:
    """Every matrix in an expression with what it multiplies."""
    if isinstance(expression, list) and expression[0] == "matmul":
        yield expression[1], expression[2]
    for _, argument in arguments(expression):
        yield from _products(argument)


def _value(known: Known) -> Value:
    if known.shape is None or len(known.shape) == 1:
        return Value("vector", known.expression, known.shape or (None,))
    return Value("map", 1.0, known.shape, ((known.expression, False),))


def _exactly(count: int, parts: Sequence[_T], node: Node) -> Sequence[_T]:
    if len(parts) != count:
        raise Misfit(f"{node.kind} takes {count} argument{'s' if count > 1 else ''}, and has {len(parts)}")
    return parts


def _exponent(node: Node) -> Fraction:
    found = _constant(node)
    if found is None:
        raise Unreadable("an exponent is a number", node.start, node.end, "As in f**2, or x**(1/2).")
    if abs(found) > LARGEST_POWER or found.denominator > LARGEST_POWER:
        raise Unreadable(f"exponents go to {LARGEST_POWER}", node.start, node.end)
    return found


def _constant(node: Node) -> Fraction | None:
    """The number that an exponent is: 2, −1, 1/2, (3/2)."""
    match node.kind, [_constant(p) for p in node.parts]:
        case "number", _:
            return Fraction(node.text)
        case "bracket", [Fraction() as inner]:
            return inner
        case "negative", [Fraction() as inner]:
            return -inner
        case "product", [Fraction() as above, Fraction() as below] if node.text == "/" and below:
            return above / below
    return None
