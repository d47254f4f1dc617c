"""Printed numbers against right ones: what somebody put on a slide, to the digits that stand there.

A printed number is right where the true one rounds to it, or where it is what follows from rounding on the way: from
every number before it as it is printed (where that is right), or rounded to as many decimals. Of a wrong number is
said how it comes about, if one of a few slips gives all of its digits: as f = tanh(a_f) for f = σ(a_f).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
from sympy import Expr, Symbol
from sympy.core.parameters import distribute

from ..errors import BadInput
from .backward import Gradient
from .given import Printed
from .numbers import Array, evaluate
from .symbols import gradient, relu, sigmoid, tanh, value
from .system import Line
from .worked import Values, Worked, worked
from .written import decimals

#: What a quantity is called, at a step from 0; -1 is before the first step.
Place = tuple[Symbol, int]
#: With fewer digits than that, agreement is a coincidence too easily.
_TELLING = 3


@dataclass(frozen=True)
class Cause:
    """How a wrong number comes about.

    printed: from the printed numbers before it; sign: the right one with the other sign; unit: it is that of another
    unit (expression: none); without, turned: an addend is missing, or has the other sign; instead: what it is of.
    """

    kind: Literal["printed", "sign", "unit", "without", "turned", "instead"]
    expression: Expr | None = None
    unit: int = 0


@dataclass(frozen=True)
class Verdict:
    """One printed number; step is None for what is not of a step, index its place in the vector or matrix, from 0."""

    printed: Printed
    step: int | None
    index: tuple[int, ...]
    said: Decimal
    right: float | None
    verdict: Literal["right", "wrong", "undetermined"]
    cause: Cause | None = None


def check(found: Worked, printed: Sequence[Printed]) -> tuple[Verdict, ...]:
    """A verdict on every printed number, in the order of printing."""
    return tuple(_Check(found, printed).verdicts())


def agrees(said: Decimal, number: float) -> bool:
    """Whether a number rounds to what is printed; either way where it lies in the middle."""
    half = 0.5 * 10.0 ** -decimals(said)
    return abs(float(said) - number) <= half * (1 + 1e-9) + 1e-12


class _Check:
    def __init__(self, found: Worked, printed: Sequence[Printed]) -> None:
        self.found = found
        self.printed = printed
        self.right = {p.name: self._computed(p, {}) for p in printed}
        self.agreeing = {
            p.name: np.array([agrees(s, n) for s, n in zip(p.numbers.flat, self.right[p.name].flat, strict=True)])
            for p in printed
        }
        self.rounded: dict[int, dict[str, Array]] = {}

    def verdicts(self) -> Iterator[Verdict]:
        """Every printed number's."""
        followed = self._again(lambda place, numbers: self._as_printed(place, numbers, False))
        for p in self.printed:
            for k, index in enumerate(np.ndindex(p.numbers.shape)):
                said, right = p.numbers.item(*index), float(self.right[p.name][index])
                step, unit = (index[0], index[1:]) if p.what.over_time else (None, index)
                if np.isnan(right):
                    yield Verdict(p, step, unit, said, None, "undetermined")
                elif self.agreeing[p.name][k] or agrees(said, float(self._rounded(decimals(said))[p.name][index])):
                    yield Verdict(p, step, unit, said, right, "right")
                else:
                    cause = self._cause(p, step, unit, said, float(followed[p.name][index]))
                    yield Verdict(p, step, unit, said, right, "wrong", cause)

    # Computed again, with other numbers on the way.

    def _rounded(self, digits: int) -> dict[str, Array]:
        """What follows where everything on the way is rounded, and taken as printed where that is right."""
        if digits not in self.rounded:
            self.rounded[digits] = self._again(
                lambda place, numbers: self._as_printed(place, numbers.round(digits), True)
            )
        return self.rounded[digits]

    def _again(self, taken: Callable[[Place, Array], Array]) -> dict[str, Array]:
        before: dict[Place, Array] = {}

        def hook(symbol: Symbol, t: int, numbers: Array) -> Array:
            before[symbol, t] = numbers
            return taken((symbol, t), numbers)

        try:
            again = worked(self.found.backward, self.found.given, hook)
        except BadInput:  # a number was printed that nothing can be divided by
            return {p.name: np.full(p.numbers.shape, np.nan) for p in self.printed}
        return {p.name: self._computed(p, before, again) for p in self.printed}

    def _as_printed(self, place: Place, numbers: Array, right_alone: bool) -> Array:
        symbol, t = place
        for p in self.printed:
            if p.what.over_time and t >= 0 and symbol == _symbol(p):
                printed = p.numbers[t].astype(float)
                mask = self.agreeing[p.name].reshape(p.numbers.shape)[t] if right_alone else True
                return np.where(mask, printed, numbers)
        return numbers

    def _computed(self, p: Printed, before: Mapping[Place, Array], found: Worked | None = None) -> Array:
        """The numbers of what is printed, NaN where they are not determined; before: as they were first computed."""
        found = found or self.found
        if p.what.role == "parameter gradient":
            numbers = found.parameters.get(p.what.of)
        elif p.what.role == "initial gradient":
            numbers = found.initial.get(p.what.of)
        else:
            symbol = _symbol(p)
            steps = [before.get((symbol, t), values.get(symbol)) for t, values in enumerate(found.at)]
            shape = p.numbers.shape[1:]
            numbers = np.stack([np.full(shape, np.nan) if n is None else n for n in steps])
        return np.full(p.numbers.shape, np.nan) if numbers is None else numbers

    # Slips.

    def _cause(
        self, p: Printed, step: int | None, unit: tuple[int, ...], said: Decimal, followed: float
    ) -> Cause | None:
        """The first slip that gives all digits of a wrong number."""
        if len(said.as_tuple().digits) < _TELLING:
            return None
        if agrees(said, followed):
            return Cause("printed")
        right = self.right[p.name] if step is None else self.right[p.name][step]
        if agrees(said, -float(right[unit])):
            return Cause("sign")
        if right.ndim == 1:
            others = [k for k, number in enumerate(right) if k != unit[0] and agrees(said, float(number))]
            if others:
                return Cause("unit", unit=others[0])
        if step is None:
            return None
        numbers = ((c, _of_unit(n, unit[0])) for c, n in self._slips(p, step))
        return next((c for c, n in numbers if agrees(said, n)), None)

    def _slips(self, p: Printed, step: int) -> Iterator[tuple[Cause, Array]]:
        """Wrong numbers for a quantity or gradient at a step, and how each comes about."""
        backward, at = self.found.backward, self.found.at
        if p.what.role == "quantity":
            line = backward.system.line(p.what.of)
            if line.activation:
                yield from self._other_functions(line, at[step])
            parts = [(e, at[step]) for e in line.expression.as_ordered_terms()] if line.expression.is_Add else []
        else:
            parts = self._parts(backward.gradient(p.what.of), step)
        numbers = [evaluate(e, values, self.found.given.sizes) for e, values in parts]
        total = sum(numbers)
        for (e, _), part in zip(parts, numbers, strict=True):
            if len(parts) > 1:
                yield Cause("without", e), total - part
                yield Cause("turned", e), total - 2 * part

    def _parts(self, found: Gradient, t: int) -> list[tuple[Expr, Values]]:
        at = self.found.at
        direct = [(found.loss, at[t])] if found.loss is not None else []
        return [*direct, *((term.expression, at[t + term.lag]) for term in self.found.terms[found.name, t])]

    def _other_functions(self, line: Line, values: Values) -> Iterator[tuple[Cause, Array]]:
        """Another function of the pre-activation, the right one of its negative, none, and the derivative."""
        (inner,) = line.expression.free_symbols
        with distribute(False):
            functions = [f(a) for f in (sigmoid, tanh, relu) for a in (inner, -inner)]
            for e in (*functions, inner, line.expression.diff(inner)):
                yield Cause("instead", e), evaluate(e, values, self.found.given.sizes)


def _symbol(p: Printed) -> Symbol:
    return value(p.what.of, 0) if p.what.role == "quantity" else gradient(p.what.of)


def _of_unit(numbers: Array, unit: int) -> float:
    return float(numbers[unit if len(numbers) > 1 else 0])
