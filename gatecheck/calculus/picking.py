"""Small values for a worked example: easy to compute with by hand, and telling.

Nothing saturates, nothing is divided by nearly 0, no kink is near, no quantity is 0, and units differ, so that a
mistake changes a number. Values are drawn until all of that holds; the first draw that does is taken.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from random import Random

import numpy as np
from sympy import Expr, preorder_traversal

from ..cells import SCALAR, Shape
from ..errors import BadInput, Problem
from .backward import Backward
from .gates import keepers
from .given import check_steps
from .numbers import Array, evaluate
from .symbols import absolute, erf, exp, gradient, log, maximum, relu, sigmoid, sign, softplus, step, tanh
from .worked import Given, Worked, worked

_WEIGHTS = (-1.0, -0.5, 0.5, 1.0)
_INPUTS = (-1.0, -0.5, 0.5, 1.0, 2.0)
#: For cells with a logarithm or a root of what they are given.
_POSITIVE = (0.5, 1.0, 1.5, 2.0)
#: A function of more than this is nearly flat (or, of exp, too large); nearer than that to a kink or 0 is too near.
_FLAT, _NEAR, _LARGE = 3.0, 0.04, 20.0
#: A gradient nearer to 0 than that is printed as 0.
_GONE = 0.0005
#: Draws of one manner in a row, draws at most; draws that may pass without a better one (fewer of many steps).
_RUN, _TRIES, _PATIENCE = 40, 240, 100


def pick(backward: Backward, steps: int = 1, seed: str = "0") -> Given:
    """Values for every input, previous value and parameter of a cell, the same for the same seed (hexadecimal).

    A size that something computed has is 2 (3 where two units are too few, as for a normalisation), any other 1.
    Biases are 0, and 1 (or -1) where that keeps a state.
    Raises BadInput where steps is not from 1 to MOST_STEPS, or where no small values give finite numbers.
    """
    check_steps(steps)
    draw = _Draw(backward, steps, Random(int(seed, 16)))
    best: Given | None = None
    fewest, since = sys.maxsize, 0
    for attempt in range(_TRIES):
        given = draw.values(attempt)
        since += 1
        try:
            faults = draw.faults(worked(backward, given))
        except BadInput:  # not finite
            continue
        if faults < fewest:
            best, fewest, since = given, faults, 0
        if not faults or since > min(_PATIENCE, 2 * _PATIENCE // steps):
            break
    if best is None:
        message = f"no small values give {backward.cell.name} finite numbers"
        raise BadInput(Problem(message, None, "Give your own with --values FILE."))
    return best


class _Draw:
    def __init__(self, backward: Backward, steps: int, random: Random) -> None:
        self.backward = backward
        self.cell = backward.cell
        self.steps = steps
        self.random = random
        told = (*self.cell.assigned, *self.cell.one_hot)
        self.computed = {letter for name in told for letter, _ in self.cell.size(name).terms}
        self.sizes: dict[str, int] = {}
        self.biases = _biases(backward)
        self.watched = _watched(backward)

    def values(self, attempt: int) -> Given:
        """A draw; if many are in vain, of three units, then with biases drawn too, then of positive numbers alone."""
        manner = attempt // _RUN % 4
        units = 3 if manner == 1 else 2
        weights, inputs = (_POSITIVE, _POSITIVE) if manner == 3 else (_WEIGHTS, _INPUTS)
        biases = {} if manner == 2 else self.biases
        self.sizes = {letter: units if letter in self.computed else 1 for letter in self.cell.sizes}
        cell, shapes = self.cell, self.cell.shapes
        return Given(
            self.sizes,
            self.steps,
            {n: np.stack([self._input(n, inputs) for _ in range(self.steps)]) for n in cell.inputs},
            {n: self._array(weights, shapes[n]) for n in cell.lagged},
            {
                n: np.full(self._shape(shapes[n]), biases[n]) if n in biases else self._array(weights, shapes[n])
                for n in cell.parameters
            },
        )

    def _input(self, name: str, pool: tuple[float, ...]) -> Array:
        if name not in self.cell.one_hot:
            return self._array(pool, self.cell.shapes[name])
        (length,) = self._shape(self.cell.shapes[name])
        return np.eye(length)[int(self.random.random() * length)]

    def _array(self, pool: tuple[float, ...], shape: Shape) -> Array:
        """Numbers of the pool; in a row none comes again before all have come."""
        *rows, length = self._shape(shape)
        return np.array([self._row(pool, length) for _ in range(rows[0])] if rows else self._row(pool, length))

    def _row(self, pool: tuple[float, ...], length: int) -> list[float]:
        found: list[float] = []
        while len(found) < length:
            left = list(pool)
            # random() alone is promised to give the same numbers in every version of Python.
            found += [left.pop(int(self.random.random() * len(left))) for _ in pool]
        return found[:length]

    def _shape(self, shape: Shape) -> tuple[int, ...]:
        return tuple(size.value(self.sizes) for size in shape)

    def faults(self, found: Worked) -> int:
        """How many numbers are not as one would wish."""
        total = 0
        for values in found.at:
            for test, argument in self.watched:
                total += int(test(evaluate(argument, values, found.given.sizes)).sum())
            for line in self.backward.system.lines:
                numbers = values[line.symbol]
                total += int((np.abs(numbers) < _NEAR).sum() + (np.abs(numbers) > _LARGE).sum())
                total += numbers.size > 1 and np.ptp(numbers) < _NEAR
            for g in self.backward.quantities:
                if not found.zero(g):
                    total += int((np.abs(values[gradient(g.name)]) < _GONE).sum())
        return total


def _biases(backward: Backward) -> dict[str, float]:
    """Every parameter that is only added: 0, or what keeps a state."""
    added = {
        g.name: 0.0
        for g in backward.parameters
        if all(term.edge.operand is None and not term.edge.factors for term in g.terms)
        and backward.cell.size(g.name) != SCALAR
    }
    return added | {k.bias: float(k.sign) for k in keepers(backward.system) if k.bias in added}


def _watched(backward: Backward) -> list[tuple[Callable[[Array], Array], Expr]]:
    """What must not be flat, near a kink or near 0: (a test of its numbers, the expression)."""
    found = {}
    for line in backward.system.lines:
        for node in preorder_traversal(line.expression):
            match node:
                case sigmoid() | tanh() | erf() | exp() | softplus():
                    found[node] = _flat, node.args[0]
                case relu() | step() | absolute() | sign():
                    found[node] = _near, node.args[0]
                case maximum():
                    found[node] = _near, node.args[0] - node.args[1]
                case log():
                    found[node] = _low, node.args[0]
            if node.is_Pow and not node.exp.is_Integer:
                found[node] = _low, node.base
            elif node.is_Pow and node.exp.is_negative:
                found[node] = _near, node.base
    return list(found.values())


def _flat(numbers: Array) -> Array:
    return np.abs(numbers) > _FLAT


def _near(numbers: Array) -> Array:
    return np.abs(numbers) < _NEAR


def _low(numbers: Array) -> Array:
    return numbers < _NEAR
