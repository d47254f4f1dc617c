"""Exact arithmetic with vectors of any size: polynomials whose generators carry an index, in normal form.

A polynomial maps monomials to rational coefficients; a monomial is a sorted tuple of (generator, exponent). A generator
is a scalar, or has the vector's running index i: a value c[i], a product (W m)[i] with a monomial m of its own, a
function of a polynomial. Linear maps and sums are pulled over polynomials, so every expression becomes a sum of trees
of products, and a closed tree Σ_i … can be hung from any of its indices:

    Σ_i a[i] (W b)[i]  =  Σ_j (Wᵀ a)[j] b[j]

which is all there is to transposition. One of those forms is chosen, so equal expressions become the same polynomial.
That two expressions differ here does not say that the functions do; that they agree does: every rule is an identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import reduce

from ...cells import SCALAR, Size
from .factors import Monomial
from .polynomials import Generators, Polynomial, Terms, accumulate, merged
from .vectors import Arithmetic, Matrix, expect, joint


class IndexedMatrix(Matrix[Polynomial]):
    """A matrix with two indices; one whose other size is 1 is a vector (see Ring.matrix)."""

    def __init__(self, ring: Ring, label: tuple[object, ...], rows: Size, columns: Size) -> None:
        self.ring, self.label, self.rows, self.columns = ring, label, rows, columns

    def times(self, vector: Polynomial, transposed: bool = False) -> Polynomial:
        expect(self.rows if transposed else self.columns, vector)
        terms: Terms = {}
        for m, c in vector.terms.items():
            scalars, inner = self.ring.split(m)
            image = self.ring.image(self.label, transposed, inner)
            accumulate(terms, [(merged(scalars, ((image, 1),)), c)])
        return Polynomial(self.ring, terms, self.columns if transposed else self.rows)


class Outer(Matrix[Polynomial]):
    """a bᵀ: what every matrix is a sum of; with scalars, a matrix of one row or one column."""

    def __init__(self, ring: Ring, left: Polynomial, right: Polynomial) -> None:
        self.ring, self.left, self.right = ring, left, right

    def times(self, vector: Polynomial, transposed: bool = False) -> Polynomial:
        left, right = (self.right, self.left) if transposed else (self.left, self.right)
        expect(right.size, vector)
        return left * self.ring.total(right * vector)


class Ring(Generators, Arithmetic[Polynomial]):
    """Polynomials as vectors."""

    def __init__(self, closed: bool = False) -> None:
        super().__init__(closed)
        self._roots: dict[Monomial, Monomial] = {}

    # Generators.

    def symbol(self, kind: str, name: str, lag: int | None, size: Size, moving: Iterable[str] = ()) -> Polynomial:
        """A name as a polynomial."""
        number = self.generator(kind, name, lag, indexed=size is not SCALAR, moving=moving)
        return self.single(number, size)

    def matrix(self, name: str, rows: Size, columns: Size) -> Matrix[Polynomial]:
        """A parameter matrix; a size of 1 has no index."""
        if rows is SCALAR or columns is SCALAR:
            one = self.number(Fraction(1))
            vector = self.symbol("value", name, None, joint(rows, columns))
            return Outer(self, one, vector) if rows is SCALAR else Outer(self, vector, one)
        return IndexedMatrix(self, ("value", name), rows, columns)

    def image(self, label: tuple[object, ...], transposed: bool, inner: Monomial) -> int:
        """The number of (W m)[i]."""
        return self.generator("image", label, transposed, inner, indexed=True, moving=self.moving(inner))

    def moving(self, monomial: Monomial) -> frozenset[str]:
        """The names whose tangents a monomial holds."""
        return frozenset[str]().union(*(self.generators[g].moving for g, _ in monomial))

    def split(self, monomial: Monomial) -> tuple[Monomial, Monomial]:
        """The factors without the running index, and those with it."""
        indexed = [self.generators[g].indexed for g, _ in monomial]
        return (
            tuple(f for f, i in zip(monomial, indexed, strict=True) if not i),
            tuple(f for f, i in zip(monomial, indexed, strict=True) if i),
        )

    # What Arithmetic asks for.

    def pi(self) -> Polynomial:
        return self.single(self.generator("pi", indexed=False), SCALAR)

    def count(self, size: Size) -> Polynomial:
        parts = (self.number(Fraction(n)) if name == "1" else self._letter(name, n) for name, n in size.terms)
        return reduce(Polynomial.__add__, parts)

    def _letter(self, name: str, times: int) -> Polynomial:
        return self.symbol("size", name, None, SCALAR).scaled(Fraction(times))

    def spread(self, scalar: Polynomial, size: Size) -> Polynomial:
        return Polynomial(self, scalar.terms, size)

    def places(self, sizes: Sequence[Size]) -> list[Matrix[Polynomial]]:
        whole, found = Size.total(sizes), list[Matrix[Polynomial]]()
        for k, size in enumerate(sizes):
            if size is SCALAR:
                unit = self.single(self.generator("place", tuple(sizes), k, indexed=True), whole)
                found.append(Outer(self, unit, self.number(Fraction(1))))
            else:
                found.append(IndexedMatrix(self, ("place", tuple(sizes), k), whole, size))
        return found

    def apply(self, function: str, *arguments: Polynomial) -> Polynomial:
        if function == "step" and set(arguments[0].terms) <= {()}:  # maximum(a, a + 1) has been decided
            return self.number(Fraction(arguments[0].terms.get((), 0) > 0))
        keys = tuple(a.key() for a in arguments)
        number = self.generator("function", function, *keys, indexed=any(map(self.indexed, keys)))
        return self.single(number, reduce(joint, (a.size for a in arguments)))

    def whole(self, function: str, argument: Polynomial) -> Polynomial:
        size = SCALAR if function == "logsumexp" else argument.size
        number = self.generator("whole", function, argument.size, argument.key(), indexed=size is not SCALAR)
        return self.single(number, size)

    def total(self, vector: Polynomial) -> Polynomial:
        if vector.size is SCALAR:
            return vector
        terms: Terms = {}
        for m, c in vector.terms.items():
            scalars, inner = self.split(m)
            closed = self._closed(inner) if inner else self.count(vector.size)
            accumulate(terms, (closed * Polynomial(self, {scalars: c}, SCALAR)).terms.items())
        return Polynomial(self, terms, SCALAR)

    def _closed(self, tree: Monomial) -> Polynomial:
        """Σ_i of a monomial, hung from the index that we always choose."""
        if tree not in self._roots:
            hangings = self._hangings(tree)
            root = min(hangings, key=lambda m: (not self._holds_tangent(m), m))
            self._roots.update(dict.fromkeys(hangings, root))
        root = self._roots[tree]
        return self.single(self.generator("total", root, indexed=False, moving=self.moving(root)), SCALAR)

    def _holds_tangent(self, monomial: Monomial) -> bool:
        return any(self.generators[g].kind == "tangent" for g, _ in monomial)

    def _hangings(self, tree: Monomial) -> dict[Monomial, None]:
        """The tree hung from each of its indices: Σ_i a (W b) is Σ_j (Wᵀ a) b."""
        found, pending = {tree: None}, [tree]
        while pending:
            here = pending.pop()
            for number, exponent in here:
                kind, parts, *_ = self.generators[number]
                if kind == "image" and exponent > 0 and exponent == int(exponent):
                    label, transposed, inner = parts
                    rest = merged(here, ((number, -1),))
                    back = self.image(label, not transposed, rest)  # type: ignore[arg-type]
                    there = merged(inner, ((back, 1),))  # type: ignore[arg-type]
                    if there not in found:
                        found[there] = None
                        pending.append(there)
        return found
