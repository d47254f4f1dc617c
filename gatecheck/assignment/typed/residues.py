"""A second interpretation of a program's operations: exact, in a prime field, where functions are mere names.

A function's value at an argument is drawn once and kept. tanh, σ and exp are made of one odd function T, as
tanh a = T(a), σ(a) = (1 + T(a/2))/2, exp a = σ(a)/σ(−a), so that 1 − σ(a) = σ(−a) and 1/(1 + exp(−a)) = σ(a) hold;
relu, |a|, max and the sign of a are made of one u(a) with u(−a) = 1 − u(a), so that h > 0 tells the same as a > 0 where
h = relu(a). A power that is no whole number is one of a root that is drawn where the field has none.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, reduce
from hashlib import blake2b
from math import isfinite, pi, sqrt
from random import Random
from typing import Any

import numpy as np

from ..operations import Array, Table

#: A safe prime, so that squares have roots of every odd order; -1 is no square and 2, 3, 5, 7, 11, 13 are. Products of
#: two residues are exact as floats, in which a program's run adds up.
P = 67_072_199
_HALF = (P + 1) // 2


class Undefined(ArithmeticError):
    """A division by zero."""


class Field:
    """The operations in the field, with functions of its own."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._key = rng.randbytes(16)
        self._rooted: set[int] = set()  # numbers without a root in the field, of which one was asked for
        self._rectified: dict[int, int] = {}  # the value of relu(a) -> a
        self._pi = pow(rng.randrange(1, P), 2, P)  # the root of π, and a square, as roots are
        each = self._each
        self.table: Table = {
            "+": lambda *a: reduce(lambda x, y: (x + y) % P, map(self.residue, a)),
            "*": lambda *a: reduce(lambda x, y: (x * y) % P, map(self.residue, a)),
            "^": self._power,
            "sigmoid": each(self._sigmoid),
            "tanh": each(lambda a: self._odd("T", a)),
            "exp": each(self._exp),
            "log": each(lambda a: self._value("log", a)),
            "softplus": each(lambda a: self._value("log", 1 + self._exp(a))),
            "erf": each(lambda a: self._odd("erf", a)),
            "step": each(self._step),
            "sign": each(lambda a: 2 * self._step(a) - 1),
            "absolute": each(lambda a: a * (2 * self._step(a) - 1)),
            "relu": each(self._relu),
            "maximum": self._maximum,
            "matmul": lambda w, v: _product(self._wide(v, w.shape[1]), w.T),
            "matmul_t": lambda w, v: _product(self._wide(v, w.shape[0]), w),
            "outer": lambda a, b: _product(self.residue(a).T, self.residue(b)),
            "turned": lambda a: self.residue(a).T,
            "join": lambda *a: np.concatenate([self.residue(x) for x in a], axis=-1),
            "sum": self._sum,
            "mean": lambda v: self._sum(v) * pow(np.atleast_2d(v).shape[-1], -1, P) % P,
            "logsumexp": lambda v: each(lambda a: self._value("log", a))(self._sum(each(self._exp)(v))),
            "softmax": self._softmax,
            "spread": lambda s, like: np.broadcast_to(self.residue(s), like.shape),
        }

    def residue(self, of: Any) -> Any:
        """A number or an array in the field."""
        return np.full((1, 1), float(self._constant(of))) if isinstance(of, (int, float)) else of % P

    def draw(self, *shape: int) -> Array:
        """Random residues, none of them zero."""
        return np.array([float(self._rng.randrange(1, P)) for _ in range(int(np.prod(shape)))]).reshape(shape)

    def _each(self, function: Callable[[int], int]) -> Callable[[Any], Array]:
        def of(a: Any) -> Array:
            a = self.residue(a)
            return np.array([float(function(int(x)) % P) for x in a.ravel()]).reshape(a.shape)

        return of

    # Functions.

    def _value(self, function: str, a: int) -> int:
        """As good as drawn at random, and nothing to be kept: a hash with a key of this field's own."""
        digest = blake2b(f"{function} {a % P}".encode(), key=self._key, digest_size=8).digest()
        return 1 + int.from_bytes(digest, "big") % (P - 1)

    def _odd(self, function: str, a: int) -> int:
        a %= P
        if 2 * a > P:
            return -self._value(function, P - a)
        return self._value(function, a) if a else 0

    def _sigmoid(self, a: int) -> int:
        return (1 + self._odd("T", a * _HALF)) * _HALF % P

    def _exp(self, a: int) -> int:
        return self._sigmoid(a) * _inverse(self._sigmoid(-a)) % P

    def _step(self, a: int) -> int:
        a = self._rectified.get(a % P, a) % P
        return (1 + self._odd("u", a)) * _HALF % P

    def _relu(self, a: int) -> int:
        found = a * self._step(a) % P
        self._rectified[found] = a
        return found

    def _maximum(self, a: Any, b: Any) -> Array:
        a, b = self.residue(a), self.residue(b)
        more: Array = (a - b) % P
        return (b + more * self.table["step"](more)) % P

    def _softmax(self, v: Array) -> Array:
        e = self.table["exp"](v)
        return e * self._each(_inverse)(self._sum(e)) % P

    def _sum(self, v: Any) -> Array:
        found: Array = self.residue(v).sum(axis=-1, keepdims=True) % P
        return found

    def _wide(self, v: Any, columns: int) -> Array:
        v = self.residue(v)
        return np.broadcast_to(v, (1, columns)) if v.shape[-1] == 1 else v

    # Powers and constants.

    def _power(self, a: Any, n: float) -> Array:
        exponent = _fraction(n)
        assert exponent is not None  # a cell's exponents are literals, and an answer's are capped
        return self._each(lambda x: self._raised(x, exponent))(a)

    def _raised(self, a: int, n: Fraction) -> int:
        """aⁿ. What was rooted where the field has no root is the square of the root that was drawn, from then on."""
        if n.denominator != 1 and a not in self._rooted and pow(a, (P - 1) // 2, P) != 1:
            self._rooted.add(a)
        if a in self._rooted and (n < 0 or n.denominator != 1):
            a = pow(self._value("root", a), 2, P)
        if n.denominator == 1:
            return pow(a, int(n), P) if n > 0 else _inverse(pow(a, int(-n), P))
        order = (P - 1) // 2
        return pow(a, n.numerator * pow(n.denominator, -1, order) % order, P)

    def _constant(self, x: float) -> int:
        """A number: a fraction; or one times a power of √π, or a root of one, where no fraction is as close."""
        if not isfinite(x):
            raise Undefined
        exact = _fraction(x)
        if exact is not None:
            return _ratio(exact)
        for k in (1, -1, 2, -2):
            if (times := _fraction(x / sqrt(pi) ** k)) is not None:
                return _ratio(times) * pow(self._pi, k, P) % P
        if (square := _fraction(x * x)) is not None:
            root = self._raised(_ratio(square), Fraction(1, 2))
            return root if x > 0 else -root % P
        return _ratio(Fraction(repr(x)))

    @property
    def pi(self) -> float:
        """π."""
        return float(pow(self._pi, 2, P))


@lru_cache(4096)
def _fraction(x: float) -> Fraction | None:
    """The fraction that a float stands for, where one of a small denominator, or a short decimal, is that close."""
    for found in (Fraction(x).limit_denominator(10_000), Fraction(f"{x:.12g}")):
        if abs(float(found) - x) <= 1e-15 * abs(x):
            return found
    return None


def _ratio(of: Fraction) -> int:
    return of.numerator * pow(of.denominator, -1, P) % P


def _inverse(a: int) -> int:
    if not a % P:
        raise Undefined
    return pow(a, -1, P)


def _product(a: Array, b: Array) -> Array:
    """A product of matrices: of numbers below 2²⁶, added up as integers of 64 bits."""
    return (a.astype(np.int64) @ b.astype(np.int64) % P).astype(float)
