"""Small values for a worked example: easy to compute with by hand, and telling.

Nothing saturates, nothing is divided by nearly 0, no kink is near, no quantity is 0, and units differ, so that a
mistake changes a number. Values are drawn until all of that holds; the first draw that does is taken.
"""

from __future__ import annotations

from random import Random

import numpy as np
from sympy import Expr, preorder_traversal

from ..cells import SCALAR, Shape
from ..errors import BadInput, Problem
from .backward import Backward
from .edges import edges
from .gates import keepers
from .given import MOST_STEPS
from .numbers import Array, evaluate
from .symbols import absolute, erf, exp, log, maximum, relu, sigmoid, sign, softplus, step, tanh
from .worked import Given, Worked, worked

_WEIGHTS = (-1.0, -0.5, 0.5, 1.0)
_INPUTS = (-1.0, -0.5, 0.5, 1.0, 2.0)
#: For cells with a logarithm or a root of what they are given.
_POSITIVE = (0.5, 1.0, 1.5, 2.0)
#: A function of more than this is nearly flat (or, of exp, too large); nearer than that to a kink or 0 is too near.
_FLAT, _NEAR, _LARGE = 3.0, 0.04, 20.0
_TRIES = 240


def pick(backward: Backward, steps: int = 1, seed: str = "0") -> Given:
    """Values for every input, previous value and parameter of a cell, the same for the same seed (hexadecimal).

    A size that something computed has is 2, any other 1. Biases are 0, and 1 (or -1) where that keeps a state.
    Raises BadInput where steps is not from 1 to MOST_STEPS, or where no small values give finite numbers.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise BadInput(Problem(f"{steps} steps cannot be traced", None, f"Choose from 1 to {MOST_STEPS}."))
    draw = _Draw(backward, steps, Random(int(seed, 16)))
    best: tuple[int, Given] | None = None
    for attempt in range(_TRIES):
        given = draw.values(attempt)
        try:
            faults = draw.faults(worked(backward, given))
        except BadInput:  # not finite
            continue
        if best is None or faults < best[0]:
            best = faults, given
        if not faults:
            break
    if best is None:
        name = backward.cell.name
        raise BadInput(Problem(f"no small values give {name} finite numbers", None, "Give your own with --values FILE."))
    return best[1]


class _Draw:
    def __init__(self, backward: Backward, steps: int, random: Random) -> None:
        self.backward = backward
        self.cell = backward.cell
        self.steps = steps
        self.random = random
        computed = {letter for name in self.cell.assigned for letter, _ in self.cell.size(name).terms}
        self.sizes = {letter: 2 if letter in computed else 1 for letter in self.cell.sizes}
        self.biases = _biases(backward)
        self.watched = _watched(backward)

    def values(self, attempt: int) -> Given:
        """A draw; later ones draw biases too, and at last positive numbers alone."""
        weights, inputs = (_WEIGHTS, _INPUTS) if attempt < _TRIES * 2 // 3 else (_POSITIVE, _POSITIVE)
        biases = self.biases if attempt < _TRIES // 3 else {}
        sequence = self.cell.inputs
        return Given(
            self.sizes,
            self.steps,
            {n: np.stack([self._array(inputs, self.cell.shapes[n]) for _ in range(self.steps)]) for n in sequence},
            {n: self._array(weights, self.cell.shapes[n]) for n in self.cell.lagged},
            {
                n: np.full(self._shape(self.cell.shapes[n]), biases[n])
                if n in biases
                else self._array(weights, self.cell.shapes[n])
                for n in self.cell.parameters
            },
        )

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
                total += int(test(evaluate(argument, values, self.sizes)).sum())
            for line in self.backward.system.lines:
                numbers = values[line.symbol]
                total += int((np.abs(numbers) < _NEAR).sum() + (np.abs(numbers) > _LARGE).sum())
                total += numbers.size - np.unique(numbers.round(6)).size
        return total


def _biases(backward: Backward) -> dict[str, float]:
    """Every parameter that is only added: 0, or what keeps a state."""
    read: dict[str, bool] = {}
    for line in backward.system.lines:
        for edge in edges(backward.system, line):
            if edge.source.lag is None:
                name = edge.source.name
                read[name] = read.get(name, True) and edge.operand is None and not edge.factors
    added = {n: 0.0 for n, alone in read.items() if alone and backward.cell.size(n) != SCALAR}
    return added | {k.bias: float(k.sign) for k in keepers(backward.system) if k.bias in added}


def _watched(backward: Backward) -> list[tuple[object, Expr]]:
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
