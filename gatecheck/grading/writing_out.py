"""The formula that a student wrote, from its numbers: a product of what a step has at hand in the place of a term.

Of thousands of products at most one agrees with a dozen numbers to rounding error, or several that are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from ..assignment.change import Change
from ..assignment.execution import run
from ..assignment.expressions import Expression, factors, names, negative, power, product, terms, total
from ..assignment.mistake import Words, Wrong
from ..assignment.operations import OPERATIONS, evaluate
from ..assignment.printing import Printed
from ..assignment.program import Data, Program, arriving
from ..assignment.wrong.gradients import replaced_by
from ..assignment.wrong.scope import Here, backward, forward
from .case import Case
from .exchange import Array, at_hand
from .freeing import Freed

#: How far from a number that people write a coefficient may be.
_ROUNDING = 1e-9
#: Terms of a formula of which one may be another product.
_TERMS = 5

_Split = Callable[[Expression], Iterable[Expression]]


def written_out(case: Case, program: Program, free: Freed) -> Iterator[Wrong]:
    """The formulas that give the numbers of a value, in which one product stands in the place of some terms."""
    assert isinstance(case.data, Data)
    cell, name = case.layout.cell, free.name
    here = backward(cell, program, name) if free.gradient else forward(cell, program, name)
    values = at_hand(run(program, case.data, free.gradient), case.data, step=True)
    with np.errstate(all="ignore"):
        products = _Products(here, name, values, free)
        for own in _readings(case, program, free):
            worth = [np.broadcast_to(evaluate(e, values), free.values.shape) for e in own]
            for count in range(len(own) - 1, -1, -1):
                for some in combinations(range(len(own)), count):
                    rest = free.values - sum(worth[k] for k in some)
                    for number, expression in products.like(rest):
                        kept = [own[k] for k in some]
                        yield _wrong(case, program, name, free.gradient, [*kept, product([number, expression])])
                        return


def factored(case: Case, program: Program, name: str) -> Iterator[Wrong]:
    """Every gradient that one of its paths reaches times a factor too many; where it has several paths."""
    cell = case.layout.cell
    here, paths = backward(cell, program, name), _paths(case, program, name, terms)
    plain = [e for e in here.alike(f"d{name}") if not any(map(here.gradient, names(e)))]
    for k, path in enumerate(paths) if len(paths) > 1 else ():
        for factor in (f for e in plain for f in _functions(e)):
            rest = [*paths[:k], *paths[k + 1 :]]
            yield _wrong(case, program, name, True, [*rest, product([path, factor])], factor)


def _paths(case: Case, program: Program, name: str, split: _Split) -> list[Expression]:
    """The terms of a gradient, in what arrives at the step."""
    arrives = [arriving(name)] if name in case.layout.cell.outputs else []
    return [*arrives, *(t for lag, e in program.gradients[name] if not lag for t in _inlined(case, program, e, split))]


def _readings(case: Case, program: Program, free: Freed) -> Iterator[list[Expression]]:
    """The terms of the right formula: as it stands, and with the gradients in it written out."""
    if not free.gradient:
        yield list(_opened(program.forward[free.name]))[:_TERMS]
        return
    arrives = [arriving(free.name)] if free.name in case.layout.cell.outputs else []
    short = [*arrives, *(t for lag, e in program.gradients[free.name] if not lag for t in _opened(e))]
    yield short[:_TERMS]
    full = _paths(case, program, free.name, _opened)
    if full != short and len(full) <= _TERMS:
        yield full


def _inlined(case: Case, program: Program, expression: Expression, split: _Split) -> Iterator[Expression]:
    """The terms of a formula in what arrives at the step; those behind a matrix stay as they are."""
    for term in split(expression):
        parts = factors(term)
        of = next((f[1:] for f in parts if isinstance(f, str) and f[0] == "d" and f[1:] in program.gradients), None)
        entry = program.gradients[of] if of else []
        if of is None or any(lag for lag, _ in entry if of not in case.layout.cell.outputs):
            yield term
            continue
        rest = [f for f in parts if f != f"d{of}"]
        if of in case.layout.cell.outputs:
            yield product([*rest, arriving(of)])
        for lag, e in entry:
            if not lag:
                yield from (product([*rest, t]) for t in _inlined(case, program, e, split))


def _opened(expression: Expression) -> Iterator[Expression]:
    """The terms of a sum, or of a product with one sum in it, multiplied out."""
    for term in terms(expression):
        parts = factors(term)
        sums = [k for k, f in enumerate(parts) if len(terms(f)) > 1]
        if len(sums) == 1:
            rest = [f for k, f in enumerate(parts) if k != sums[0]]
            yield from (product([*rest, t]) for t in terms(parts[sums[0]]))
        else:
            yield term


class _Products:
    """Products of up to two functions of values; in a gradient, of one gradient more."""

    def __init__(self, here: Here, name: str, values: Mapping[str, Array], free: Freed) -> None:
        alike = here.alike(f"d{name}" if free.gradient else name)
        shape = free.values.shape
        plain = [e for e in alike if not any(map(here.gradient, names(e)))]
        factors = [1.0, *(f for e in plain for f in _functions(e))]
        heads = [e for e in alike if any(map(here.gradient, names(e)))] if free.gradient else [1.0, *plain]
        self._pairs = [(a, b) for k, a in enumerate(factors) for b in factors[k:]]
        worth = np.array([np.broadcast_to(evaluate(e, values, OPERATIONS), shape).ravel() for e in factors])
        one, other = np.triu_indices(len(factors))
        self._products = worth[one] * worth[other]
        self._heads = [(e, np.broadcast_to(evaluate(e, values, OPERATIONS), shape).ravel()) for e in heads]

    def like(self, wanted: Array) -> Iterator[tuple[float, Expression]]:
        """The simplest product that some numbers are a plain multiple of."""
        target = wanted.ravel()
        size = float(np.sqrt(target @ target))
        if size == 0.0 or not np.isfinite(size):
            return
        found = []
        for head, values in self._heads:
            made = self._products * values
            along, squares = made @ target, np.einsum("ij,ij->i", made, made)
            near = np.flatnonzero(
                (squares > 0)
                & np.isfinite(squares)
                & np.isfinite(along)
                & (np.abs(along) >= (1 - _ROUNDING) * np.sqrt(squares) * size)
            )
            found += [(product([head, *self._pairs[k]]), made[k], along[k] / squares[k]) for k in near]
        for expression, made, ratio in sorted(found, key=lambda f: len(repr(f[0]))):
            number = float(Fraction(ratio).limit_denominator(8))
            if number and np.abs(number * made - target).max() <= _ROUNDING * np.abs(target).max():
                yield number, expression
                return


def _functions(value: Expression) -> Sequence[Expression]:
    """What people write of a value."""
    square = power(value, 2.0)
    return (
        value,
        total([1.0, negative(value)]),
        square,
        total([1.0, negative(square)]),
        total([1.0, value]),
        ["tanh", value],
        ["sigmoid", value],
        power(value, -1.0),
    )


def _wrong(
    case: Case, program: Program, name: str, gradient: bool, made: list[Expression], factor: Expression = None
) -> Wrong:
    """A value that is a sum of some terms, of which the last one does not belong there, or a factor of it."""
    cell = case.layout.cell

    def saying() -> Words:
        printed = Printed(cell, program, case.layout.loss)
        own = printed.symbol(name)
        if gradient:
            wrong, right = (printed.gradient(name, e) for e in (change.gradients[name], program.gradients[name]))
            place, left = f"the gradient of {own}", printed.symbol(f"d{name}")
        else:
            wrong, right = (printed.sum(printed.addends(e)) for e in (total(made), program.forward[name]))
            place, left = f"the equation of {own}", own
        title = f"{printed.write(made[-1])} stands in {place}, where it does not belong"
        if factor is not None:
            title = f"A factor too many in {place}: {printed.write(factor)}"
        return Words(title, left, wrong, right, "Compare your line with the equation, term by term.")

    if gradient:
        change, quantity = replaced_by(cell, program, name, made), f"d{name}"
    else:
        change, quantity = Change(forward={name: total(made)}), name
    return Wrong("another-formula", (case.role,), quantity, change, saying, unlikely=30 + len(repr(made[-1])))
