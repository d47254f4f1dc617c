"""Worked numbers: the equations of a cell computed for given values, forward and backward through time.

A part of the values is enough for what it determines: everything else stays absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from sympy import Expr, Symbol

from ..cells import Shape
from ..errors import BadInput, Problem
from .backward import Backward, Gradient, Term
from .numbers import Array, evaluate
from .symbols import gradient, label, symbol, value

#: The values of one step, by symbol: parameters, inputs, what is read at [t-1], quantities, gradients.
Values = dict[Symbol, Array]
#: Called with the symbol, the step and the numbers of everything that is computed; what it returns is worked on with.
Taken = Callable[[Symbol, int, Array], Array]

#: By name and step, from 0: the terms of a gradient.
Terms = Mapping[tuple[str, int], tuple[Term, ...]]

#: ∂L_t/∂s where nobody says what it is: one number a unit, then the same halved, and so on.
_LOSS = (1.0, -0.5, 0.5, -1.0, 2.0)
#: Probabilities that were rounded may miss 1 by so much: three times 0.333.
_ROUNDED = 0.0051


@dataclass(frozen=True)
class Given:
    """Values to start from; whatever is missing in a mapping is not known.

    inputs and loss (∂L_t/∂s): (T,n); initial, of what is read at [t-1]: (n,); parameters: (n,) or (m,n).
    """

    sizes: Mapping[str, int]
    steps: int = 1
    inputs: Mapping[str, Array] = field(default_factory=dict)
    initial: Mapping[str, Array] = field(default_factory=dict)
    parameters: Mapping[str, Array] = field(default_factory=dict)
    loss: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Worked:
    """What given values determine.

    at: the values of every step, those of the first at 0. initial: the gradient that leaves the first step backwards,
    of what is read at [t-1]; parameters: theirs, summed over time. terms: what each gradient is the sum of at each step
    (before the first step at -1), without what follows the last step and what the loss does not reach.
    """

    backward: Backward
    given: Given
    at: tuple[Values, ...]
    initial: Mapping[str, Array]
    parameters: Mapping[str, Array]
    terms: Terms

    def zero(self, found: Gradient) -> bool:
        """Whether the loss does not reach it at any step: its gradient is 0 whatever the values."""
        return zero(found, self.terms, len(self.at))

    def knows(self, found: Symbol) -> bool:
        """Whether the quantity or gradient is determined at every step."""
        return all(found in values for values in self.at)

    @property
    def picked(self) -> tuple[str, ...]:
        """The quantities for which the gradient of the loss was not given, but picked."""
        return () if self.given.loss else tuple(n for n in self.backward.loss if symbol("loss", n, 0) in self.at[0])

    @property
    def doubts(self) -> tuple[str, ...]:
        """Sentences on inputs that should be one-hot, or at least probabilities, and are not."""
        found = []
        for name in self.backward.cell.one_hot:
            for t, numbers in enumerate(self.given.inputs.get(name, ())):
                total = float(numbers.sum())
                if (numbers < 0).any() or abs(total - 1) > _ROUNDED:
                    fault = "has a negative number" if (numbers < 0).any() else f"sums to {total:g}"
                    step = f" at step {t + 1}" if self.given.steps > 1 else ""
                    found.append(f"{name}{step} {fault}: it should be one-hot, or probabilities that sum to 1")
        return tuple(found)

    @property
    def undetermined(self) -> tuple[str, ...]:
        """The quantities, pre-activations included, that are not determined at every step."""
        return tuple(line.name for line in self.backward.system.lines if not self.knows(line.symbol))


def worked(backward: Backward, given: Given, taken: Taken = lambda symbol, step, numbers: numbers) -> Worked:
    """Everything that the values determine, in float64.

    Where nothing is said about the loss, it is picked for the quantities that the loss reads.
    Raises BadInput where something has no finite value.
    """

    def checked(found: Symbol, t: int, numbers: Array) -> Array:
        name = f"{'d' * (label(found).kind == 'gradient')}{label(found).name}"
        return taken(found, t, _finite(numbers, f"{name} at step {t + 1}"))

    work = _Work(backward, given, reached(backward, given.steps), checked)
    with np.errstate(all="ignore"):  # what is not finite is told by its name
        at = work.forward()
        work.back(at)
        return Worked(backward, given, tuple(at), work.initial(at), work.parameters(at), work.terms)


def run(backward: Backward, given: Given, terms: Terms) -> list[Values]:
    """Every step's values and gradients, finite or not, of several networks at once: axes before the last are free.

    Inputs are (T,…,n); terms: those that `reached` finds, given since one asks for many draws of the same steps.
    """
    work = _Work(backward, given, terms, lambda found, t, numbers: numbers)
    with np.errstate(all="ignore"):
        at = work.forward()
        work.back(at)
    return at


def reached(backward: Backward, steps: int) -> Terms:
    """The terms of every gradient through which the loss reaches it within so many steps."""
    found: dict[tuple[str, int], tuple[Term, ...]] = {}
    gone: set[tuple[str, int]] = set()
    for t in reversed(range(steps)):
        for g in (*backward.quantities, *backward.inputs, *backward.parameters):
            within = (term for term in g.terms if t + term.lag < steps)
            found[g.name, t] = tuple(term for term in within if (term.line.name, t + term.lag) not in gone)
            if g.loss is None and not found[g.name, t]:
                gone.add((g.name, t))
    for name in backward.cell.lagged:
        later = backward.gradient(name).later
        found[name, -1] = tuple(term for term in later if (term.line.name, 0) not in gone)
    return found


def zero(found: Gradient, terms: Terms, steps: int) -> bool:
    """Whether the loss does not reach a gradient within so many steps, given all terms that do."""
    return found.loss is None and not any(terms[found.name, t] for t in range(steps))


def picked_loss(steps: int, n: int) -> Array:
    """∂L_t/∂s for a quantity of n units, (T,n), of numbers that are easy to compute with."""
    found = [_LOSS[k % len(_LOSS)] / 2 ** (k // len(_LOSS)) for k in range(n)]
    return np.array([found] * steps)


class _Work:
    def __init__(self, backward: Backward, given: Given, terms: Terms, taken: Taken) -> None:
        self.backward = backward
        self.system = backward.system
        self.given = given
        self.terms = terms
        self.taken = taken

    def forward(self) -> list[Values]:
        """The values of every step."""
        given = self.given
        fixed = {value(n, None): v for n, v in given.parameters.items()}
        before = {value(n, 1): v for n, v in given.initial.items()}
        steps: list[Values] = []
        for t in range(given.steps):
            now = {**fixed, **before, **{value(n, 0): x[t] for n, x in given.inputs.items()}}
            for line in self.system.lines:
                self._put(now, line.symbol, t, [(line.expression, now)])
            steps.append(now)
            before = {value(n, 1): now[s] for n in self.backward.cell.lagged if (s := value(n, 0)) in now}
        return steps

    def back(self, at: list[Values]) -> None:
        """Add δ of every quantity and input to the values of every step."""
        loss = self._loss(at)
        for t in reversed(range(len(at))):
            at[t] |= {symbol("loss", n, 0): v[t] for n, v in loss.items()}
            for g in (*self.backward.quantities, *self.backward.inputs):
                direct = [(g.loss, at[t])] if g.loss is not None else []
                terms = [(term.expression, at[t + term.lag]) for term in self.terms[g.name, t]]
                self._put(at[t], gradient(g.name), t, [*direct, *terms])

    def initial(self, at: list[Values]) -> dict[str, Array]:
        """The gradient of what the first step reads at [t-1]."""
        found: Values = {}
        for name in self.backward.cell.lagged:
            terms = self.terms[name, -1]
            self._put(found, gradient(name), -1, [(term.expression, at[0]) for term in terms])
        return {label(s).name: v for s, v in found.items()}

    def parameters(self, at: list[Values]) -> dict[str, Array]:
        """The gradients of parameters, where every contribution of every step is determined."""
        found = {}
        for g in self.backward.parameters:
            shape = self._shape(self.backward.cell.shapes[g.name])
            terms = [(term, values) for t, values in enumerate(at) for term in self.terms[g.name, t]]
            parts = [contribution(term, values, self.given.sizes) for term, values in terms]
            known = [part for part in parts if part is not None]
            if shape is not None and len(known) == len(parts):
                found[g.name] = _finite(sum(known, np.zeros(shape)), f"d{g.name}")
        return found

    def _loss(self, at: list[Values]) -> Mapping[str, Array]:
        if self.given.loss:
            return self.given.loss
        steps = len(at)
        known = [n for n in self.backward.loss if all(value(n, 0) in values for values in at)]
        return {n: picked_loss(steps, at[0][value(n, 0)].shape[-1]) for n in known}

    def _put(self, now: Values, found: Symbol, t: int, parts: Iterable[tuple[Expr, Values]]) -> None:
        """Add a sum to the values of step t, where all of it is determined; parts: what is added, of which step."""
        sizes, parts = self.given.sizes, list(parts)
        shape = self._shape((self.system.size_of_name(label(found).name),))
        if shape is not None and all(determined(e, values, sizes) for e, values in parts):
            total = sum((evaluate(e, values, sizes) for e, values in parts), np.zeros(shape))
            now[found] = self.taken(found, t, total)

    def _shape(self, shape: Shape) -> tuple[int, ...] | None:
        names = {n for size in shape for n, _ in size.terms if n != "1"}
        known = names <= set(self.given.sizes)
        return tuple(size.value(self.given.sizes) for size in shape) if known else None


def needed(found: Worked) -> str:
    """Advice where nothing is determined: what the quantity lacks that is nearest to it, as "a_f needs W_f and b_f"."""
    best: tuple[str, list[str]] | None = None
    computed = {line.symbol for line in found.backward.system.lines}
    for line in found.backward.system.lines:
        missing = {s for s in line.expression.free_symbols if label(s).kind == "value"} - found.at[0].keys()
        if missing & computed:
            continue
        names = sorted(f"{label(s).name}_prev" if label(s).lag else label(s).name for s in missing)
        if names and (best is None or len(names) < len(best[1])):
            best = line.name, names
    return f"{best[0]} needs {' and '.join(', '.join(best[1]).rsplit(', ', 1))}." if best else ""


def determined(expression: Expr, values: Mapping[Symbol, Array], sizes: Mapping[str, int]) -> bool:
    """Whether every name in an expression has a value."""
    return all(s in values or (label(s).kind == "size" and label(s).name in sizes) for s in expression.free_symbols)


def contribution(term: Term, values: Values, sizes: Mapping[str, int]) -> Array | None:
    """What a step adds to the gradient of a parameter; None where the values do not determine it."""
    operand = term.edge.operand
    if not all(determined(e, values, sizes) for e in (term.expression, operand) if e is not None):
        return None
    left = evaluate(term.expression, values, sizes)
    if operand is None:
        return left
    right = evaluate(operand, values, sizes)
    return np.outer(right, left) if term.edge.transposed else np.outer(left, right)


def _finite(numbers: Array, what: str) -> Array:
    if not np.isfinite(numbers).all():
        raise BadInput(Problem(f"{what} is not finite", None, "Choose other values for what it is made of."))
    return numbers
