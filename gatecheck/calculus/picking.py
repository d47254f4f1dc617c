"""Small values for a worked example: easy to compute with by hand, and telling.

Nothing saturates, nothing is divided by nearly 0, no kink is near, no quantity is 0, and units differ, so that a
mistake changes a number. Values are drawn until all of that holds; the first draw that does is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from .worked import Given, reached, run, zero

_WEIGHTS = (-1.0, -0.5, 0.5, 1.0)
_INPUTS = (-1.0, -0.5, 0.5, 1.0, 2.0)
#: For cells with a logarithm or a root of what they are given.
_POSITIVE = (0.5, 1.0, 1.5, 2.0)
#: A function of more than this is nearly flat (or, of exp, too large); nearer than that to a kink or 0 is too near.
_FLAT, _NEAR, _LARGE = 3.0, 0.04, 20.0
#: A gradient nearer to 0 than that is printed as 0.
_GONE = 0.0005
#: Draws of one manner in a row, draws at most.
_RUN, _TRIES = 40, 240
#: Draws that may pass without a better one: so many, but of many lines and steps fewer.
_PATIENCE, _WORK = 100, 6000


def pick(backward: Backward, steps: int = 1, seed: str = "0") -> Given:
    """Values for every input, previous value and parameter of a cell, the same for the same seed (hexadecimal).

    A size that something computed has is 2 (3 where two units are too few, as for a normalisation), any other 1.
    Biases are 0, and 1 (or -1) where that keeps a state.
    Raises BadInput where steps is not from 1 to MOST_STEPS, or where no small values give finite numbers.
    """
    check_steps(steps)
    draw = _Draw(backward, steps, Random(int(seed, 16)))
    patience = min(_PATIENCE, _WORK // (steps * len(backward.system.lines)))
    best: Given | None = None
    fewest, since = np.inf, 0
    for given, faults in draw.judged():
        since += 1
        if faults < fewest:
            best, fewest, since = given, faults, 0
        if best and (not faults or since > patience):
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
        self.letters = {letter for name in told for letter, _ in self.cell.size(name).terms}
        self.computed = [line.symbol for line in backward.system.lines]
        self.computed += [gradient(g.name) for g in (*backward.quantities, *backward.inputs)]
        self.numbers: dict[Shape, tuple[int, ...]] = {}
        self.terms = reached(backward, steps)
        self.reached = [g.name for g in backward.quantities if not zero(g, self.terms, steps)]
        self.biases = _biases(backward)
        self.watched = _watched(backward)

    def judged(self) -> Iterator[tuple[Given, float]]:
        """Every draw and how many of its numbers are not as one would wish, infinitely many where one is not finite.

        As many as there were before are computed together, which costs hardly more than one: few draws are in vain.
        """
        done = 0
        while done < _TRIES:
            count = min(max(done, 1), _RUN - done % _RUN)
            draws = [self.values(done + k) for k in range(count)]
            yield from zip(draws, self.faults(draws), strict=True)
            done += count

    def values(self, attempt: int) -> Given:
        """A draw; if many are in vain, of three units, then with biases drawn too, then of positive numbers alone."""
        manner = attempt // _RUN % 4
        units = 3 if manner == 1 else 2
        weights, inputs = (_POSITIVE, _POSITIVE) if manner == 3 else (_WEIGHTS, _INPUTS)
        biases = {} if manner == 2 else self.biases
        sizes = {letter: units if letter in self.letters else 1 for letter in self.cell.sizes}
        self.numbers = {shape: tuple(size.value(sizes) for size in shape) for shape in self.cell.shapes.values()}
        cell, shapes = self.cell, self.cell.shapes
        return Given(
            sizes,
            self.steps,
            {n: np.stack([self._input(n, inputs) for _ in range(self.steps)]) for n in cell.inputs},
            {n: self._array(weights, shapes[n]) for n in cell.lagged},
            {
                n: np.full(self.numbers[shapes[n]], biases[n]) if n in biases else self._array(weights, shapes[n])
                for n in cell.parameters
            },
        )

    def _input(self, name: str, pool: tuple[float, ...]) -> Array:
        if name not in self.cell.one_hot:
            return self._array(pool, self.cell.shapes[name])
        (length,) = self.numbers[self.cell.shapes[name]]
        return np.eye(length)[int(self.random.random() * length)]

    def _array(self, pool: tuple[float, ...], shape: Shape) -> Array:
        """Numbers of the pool; in a row none comes again before all have come."""
        *rows, length = self.numbers[shape]
        return np.array([self._row(pool, length) for _ in range(rows[0])] if rows else self._row(pool, length))

    def _row(self, pool: tuple[float, ...], length: int) -> list[float]:
        found: list[float] = []
        while len(found) < length:
            left = list(pool)
            # random() alone is promised to give the same numbers in every version of Python.
            found += [left.pop(int(self.random.random() * len(left))) for _ in pool]
        return found[:length]

    @np.errstate(all="ignore")
    def faults(self, draws: Sequence[Given]) -> list[float]:
        """How many numbers are not as one would wish, of each of some draws of the same sizes."""
        sizes = draws[0].sizes
        total = np.zeros(len(draws))
        for values in run(self.backward, _together(draws), self.terms):
            for test, argument in self.watched:
                total += test(evaluate(argument, values, sizes)).sum(axis=-1)
            for line in self.backward.system.lines:
                numbers = values[line.symbol]
                total += ((np.abs(numbers) < _NEAR) | (np.abs(numbers) > _LARGE)).sum(axis=-1)
                total += (numbers.shape[-1] > 1) & (np.ptp(numbers, axis=-1) < _NEAR)
            for name in self.reached:
                total += (np.abs(values[gradient(name)]) < _GONE).sum(axis=-1)
            for found in self.computed:
                total[~np.isfinite(values[found]).all(axis=-1)] = np.inf
        return total.tolist()


def _together(draws: Sequence[Given]) -> Given:
    """Draws of the same sizes as one, with an axis for them before the last one of a vector."""
    first = draws[0]
    return Given(
        first.sizes,
        first.steps,
        {n: np.stack([d.inputs[n] for d in draws], axis=1) for n in first.inputs},
        {n: np.stack([d.initial[n] for d in draws]) for n in first.initial},
        {n: np.stack([d.parameters[n] for d in draws]) for n in first.parameters},
    )


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
