"""What parts of a formula can be put together: vectors, rows, matrices, outer products, each with its size.

W @ v, v @ W.T and W v are one product: which side a matrix stands on tells whether vectors are columns or the rows of
a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from ...cells import SCALAR, Size
from ..expressions import Expression, negative, product, total
from .faults import Misfit

Extent: TypeAlias = Size | None  # of 𝟏: whatever fits
Kind: TypeAlias = Literal["vector", "row", "map", "outer"]


@dataclass(frozen=True)
class Value:
    """What a part of a formula is: a vector, the row that it is transposed, a map made of matrices, an outer product.

    expression: of a map, the number before it; extents: one, of a map and an outer product rows and columns;
    factors: the matrices of a map, each with whether it is transposed.
    """

    kind: Kind
    expression: Expression
    extents: tuple[Extent, ...]
    factors: tuple[tuple[str, bool], ...] = ()

    @property
    def scalar(self) -> bool:
        return self.kind == "vector" and self.extents == (SCALAR,)

    def __str__(self) -> str:
        if self.scalar:
            return "a number"
        words = " × ".join("any" if e is None else str(e) for e in self.extents)
        return f"{_KINDS[self.kind]} of size {words}"


_KINDS = {"vector": "a vector", "row": "a row", "map": "a matrix", "outer": "a matrix"}


def number(of: Fraction) -> Value:
    """A number, written so that its arithmetic is exact: 1/3 is no decimal."""
    below = [] if of.denominator == 1 else [["^", float(of.denominator), -1.0]]
    return Value("vector", product([float(of.numerator), *below]), (SCALAR,))


# Element by element.


def added(parts: Sequence[Value]) -> Value:
    """A sum. Raises Misfit."""
    kinds = {p.kind for p in parts}
    if "map" in kinds:
        raise Misfit("matrices are not added here", "Multiply each by its vector, and add the products.")
    if len(kinds) > 1:
        one, other = parts[0], next(p for p in parts if p.kind != parts[0].kind)
        raise Misfit(f"{one} and {other} cannot be added")
    extents = parts[0].extents
    for part in parts[1:]:
        extents = tuple(_common(a, b, "+") for a, b in zip(extents, part.extents, strict=True))
    return Value(parts[0].kind, total(p.expression for p in parts), extents)


def times(a: Value, b: Value) -> Value:
    """A product element by element; a number goes with anything. Raises Misfit."""
    if a.scalar or b.scalar:
        other = b if a.scalar else a
        return replace(other, expression=product([a.expression, b.expression]))
    if a.kind == b.kind and a.kind in ("vector", "row"):
        extent = _common(a.extents[0], b.extents[0], "*")
        return replace(a, expression=product([a.expression, b.expression]), extents=(extent,))
    message = f"* goes element by element, and {a} and {b} have not the same shape"
    raise Misfit(message, "@ is the product with a matrix.")


def divided(a: Value, b: Value) -> Value:
    """A quotient element by element. Raises Misfit."""
    if b.kind != "vector":
        raise Misfit(f"one cannot divide by {b}")
    return times(a, power(b, Fraction(-1)))


def power(base: Value, exponent: Fraction) -> Value:
    """A power of every element. Raises Misfit."""
    if base.kind not in ("vector", "row"):
        raise Misfit(f"{base} has no power here")
    if exponent == 0:
        return replace(base, expression=1.0)
    return replace(base, expression=base.expression if exponent == 1 else ["^", base.expression, float(exponent)])


def negated(of: Value) -> Value:
    """With the other sign."""
    return replace(of, expression=negative(of.expression))


def applied(function: str, of: Value) -> Value:
    """An elementwise function. Raises Misfit."""
    if of.kind not in ("vector", "row"):
        raise Misfit(f"{function} goes element by element, and this is {of}")
    return replace(of, expression=[function, of.expression])


def larger(a: Value, b: Value) -> Value:
    """The larger of two, element by element. Raises Misfit."""
    both = added([a, b])
    return replace(both, expression=["maximum", a.expression, b.expression])


def _common(a: Extent, b: Extent, sign: str) -> Extent:
    """The size of two together: numbers and 𝟏 are repeated."""
    for one, other in ((a, b), (b, a)):
        if one in (other, SCALAR):
            return other
    if a is None or b is None:
        return a or b
    raise Misfit(f"{sign} needs two of the same size, and these have size {a} and {b}")


# Vectors as wholes.


def plain(of: Value, what: str) -> Value:
    """The same, which must be a vector of known size. Raises Misfit."""
    if of.kind != "vector" or of.extents[0] is None:
        raise Misfit(f"{what} is of a vector, and this is {of}")
    return of


def reduced(function: str, of: Value) -> Value:
    """One number made of a vector: its sum, its mean. Raises Misfit."""
    return Value("vector", [function, plain(of, function).expression], (SCALAR,))


def joined(parts: Sequence[Value]) -> Value:
    """Vectors end to end. Raises Misfit."""
    sizes = [e for p in parts for e in plain(p, "a concatenation").extents if e is not None]
    if len(parts) == 1:
        return parts[0]
    return Value("vector", ["join", *(p.expression for p in parts)], (Size.total(sizes),))


def turned(of: Value) -> Value:
    """Transposed. Raises Misfit."""
    rows_last = tuple(reversed(of.extents))
    match of.kind:
        case "vector":
            return replace(of, kind="row")
        case "row":
            return replace(of, kind="vector")
        case "outer":
            return replace(of, expression=["turned", of.expression], extents=rows_last)
    return replace(of, extents=rows_last, factors=tuple((name, not t) for name, t in reversed(of.factors)))


def outer(column: Value, row: Value) -> Value:
    """A column times a row."""
    return Value("outer", ["outer", column.expression, row.expression], (*column.extents, *row.extents))


def dotted(a: Value, b: Value) -> Value:
    """The sum of the products of the elements. Raises Misfit."""
    both = times(replace(a, kind="vector"), replace(b, kind="vector"))
    return reduced("sum", both)


def mapped(matrices: Value, vector: Value) -> Value:
    """Matrices applied to a vector, the last first. Raises Misfit."""
    rows, columns = matrices.extents
    if vector.extents[0] not in (None, columns):
        shown = " ".join(name + ("ᵀ" if t else "") for name, t in matrices.factors)
        raise Misfit(
            f"{shown} has {rows} rows and {columns} columns, and cannot multiply {vector}",
            "Mind which matrix it is, and its transpose.",
        )
    found = vector.expression
    for name, transposed in reversed(matrices.factors):
        found = ["matmul_t" if transposed else "matmul", name, found]
    return Value("vector", product([matrices.expression, found]), (rows,))


def composed(a: Value, b: Value) -> Value:
    """One map after another. Raises Misfit."""
    if a.extents[1] != b.extents[0]:
        raise Misfit(f"@ cannot join {a} and {b}")
    return Value("map", product([a.expression, b.expression]), (a.extents[0], b.extents[1]), (*a.factors, *b.factors))
