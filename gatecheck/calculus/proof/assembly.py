"""Part two of a proof: backpropagation through time as a whole, in exact arithmetic with random numbers.

A cell is run over four steps in a prime field, on inputs, initial values and parameters drawn at random, and moved in a
random direction: every one of them, and every quantity of every step by a push of its own. How the loss of the first T
steps changes is worked out forwards, from the syntax tree; then backwards by the derived formulas as they are printed,
terms of [t+1] one step later and none after the last, parameters summed over time. Both must be the same number.

If the derivation is wrong, their difference is a polynomial in the draws that is not zero, and it vanishes at random
draws with a chance of at most degree / p (Schwartz, 1980; Zippel, 1979). To that come: the chance that a function meets
two arguments that are equal by accident; the order of every root, since a number with roots vanishes where its norm
does; and every try, where numbers were drawn again because a root was not of a square. The degrees are those of this
cell (`degrees`). Left to part one are what holds modulo p alone, and roots of what is a power itself: √(x²) is x for
half of all x.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial, reduce
from math import ceil, comb, log2
from operator import add
from typing import Generic

from ...cells import tree as t
from ...errors import CellError, Fault, Problem
from ..backward import Backward, Gradient
from ..labels import Label
from .claims import is_unit, paired, value
from .degrees import Degrees
from .forward import forward
from .residues import MOST_TRIES, Field, NoSquare, Residues, Unlucky
from .vectors import Drawing, Dual, DualMatrix, Matrix, V, added, plain

#: The numbers of steps for which the whole is shown.
STEPS = (1, 2, 3, 4)
#: The chance of an error has to be below 2 to the minus this.
SURE = 50
#: Steps that are taken again before all is drawn anew.
_MOST_BACK = 16
#: By name and lag.
Names = dict[tuple[str, int | None], Dual[V]]
#: What is moved: says of a direction's name whether it is.
Moved = Callable[[str], bool]


@dataclass
class Moment(Generic[V]):
    """One step of a run: what every name stands for.

    pushes: the tangent that each quantity has beside what its equation gives; direct: ∂L_t/∂name.
    """

    vectors: Names[V]
    matrices: dict[str, DualMatrix[V]]
    pushes: dict[str, V] = field(default_factory=dict)
    direct: dict[str, V] = field(default_factory=dict)
    arriving: dict[str, V] = field(default_factory=dict)

    def vector(self, read: t.Read) -> Dual[V]:
        """What an equation reads."""
        return self.vectors[read.name, read.lag]

    def matrix(self, name: str) -> DualMatrix[V]:
        """A parameter matrix."""
        return self.matrices[name]

    def symbol(self, label: Label) -> V:
        """What a symbol of a formula stands for."""
        if label.kind == "gradient":
            return self.arriving[label.name]
        return self.direct[label.name] if label.kind == "loss" else self.vectors[label.name, label.lag].value

    def direction(self, name: str, lag: int | None) -> V | Matrix[V] | None:
        """The tangent of what is read under that name."""
        return self.matrices[name].tangent if name in self.matrices else self.vectors[name, lag].tangent


def run(backward: Backward, do: Drawing[V], moved: Moved = lambda name: True) -> list[Moment[V]]:
    """Four steps of a cell on random numbers, moved in a random direction.

    Numbers are drawn in one order, whatever is moved. Raises Unlucky where no numbers can be used.
    """
    cell = backward.cell

    def drawn(name: str, *directions: str) -> Dual[V]:
        made, tangent = do.draw(cell.size(name)), do.draw(cell.size(name))
        return Dual(made, tangent if any(map(moved, directions)) else None)

    def matrix(name: str) -> DualMatrix[V]:
        made, tangent = (do.draw_matrix(*cell.shapes[name]) for _ in range(2))
        return DualMatrix(made, tangent if moved(name) else None)

    def begun() -> list[Moment[V]]:
        matrices = {n: matrix(n) for n in cell.parameters if len(cell.shapes[n]) == 2}
        vectors: Names[V] = {(n, None): drawn(n, n) for n in cell.parameters if n not in matrices}
        initial: Names[V] = {(n, 1): drawn(n, f"{n}[t-1]") for n in cell.lagged}
        moments: list[Moment[V]] = []
        last, back = None, 0
        while len(moments) < len(STEPS):
            before: Names[V] = {(n, 1): moments[-1].vectors[n, 0] for n in cell.lagged} if moments else initial
            try:
                moments.append(do.attempt(partial(step, {**vectors, **before}, matrices), 64))
            except Unlucky as error:  # the step before may be taken otherwise, but a parameter stays
                if not moments or error.number == last or back == _MOST_BACK:
                    raise
                last, back = error.number, back + 1
                moments.pop()
        return moments

    def step(known: Names[V], matrices: dict[str, DualMatrix[V]]) -> Moment[V]:
        inputs: Names[V] = {(n, 0): drawn(n, f"{n}[t]") for n in cell.inputs}
        return _step(backward, do, Moment({**known, **inputs}, matrices), drawn)

    return do.attempt(begun, MOST_TRIES)


def _step(backward: Backward, do: Drawing[V], moment: Moment[V], drawn: Callable[..., Dual[V]]) -> Moment[V]:
    """A step's quantities, in the order of the cell file; the loss pulls at those that it reads."""
    derived = {g.name: g for g in backward.quantities}
    for equation in backward.cell.equations:
        name = equation.name
        found = do.attempt(partial(forward, equation.expression, moment, do), 64)
        push = drawn(name, f"d {name}")
        if push.tangent is not None and name in derived:
            moment.pushes[name] = push.tangent
        moment.vectors[name, 0] = Dual(found.value, added(found.tangent, moment.pushes.get(name)))
        if name in backward.loss:
            moment.direct[name] = push.value
        elif name in derived and is_unit(backward, derived[name]):
            moment.direct[name] = do.number(Fraction(1))
        for line in backward.system.lines_of(equation)[:-1]:
            moment.vectors[line.name, 0] = Dual(value(line.expression, moment, do))
    return moment


def forwards(moments: list[Moment[V]], do: Drawing[V]) -> V:
    """How the loss of these steps changes in the direction: Σ_t Σ_s ∂L_t/∂s · ṡ_t."""
    pairs = [(u, m.vectors[name, 0].tangent) for m in moments for name, u in m.direct.items()]
    return reduce(add, (do.total(u * s) for u, s in pairs if s is not None), do.number(Fraction(0)))


def backwards(backward: Backward, moments: list[Moment[V]], do: Drawing[V]) -> V:
    """The same by the derived gradients, as they are printed: the sum of all of them, each with its direction.

    Raises Fault where one is used before it is known.
    """
    found, after = do.number(Fraction(0)), None
    for k, before in reversed(list(enumerate(moments))):
        now = replace(before, arriving={})
        for g in backward.quantities:
            now.arriving[g.name] = _gradient(backward, g, now, after, do)
        for part in (*_pushed(now, do), *_read(backward, now, k == 0, do)):
            found += part
        after = now
    return found


def _gradient(backward: Backward, g: Gradient, now: Moment[V], after: Moment[V] | None, do: Drawing[V]) -> V:
    """δ of a quantity at a step: what the loss adds, the terms of this step, and those of the next if there is one."""
    terms = [(g.loss, now)] if g.loss is not None else []
    terms += [(term.expression, now) for term in g.now]
    terms += [(term.expression, after) for term in g.later if after is not None]
    zero = do.spread(do.number(Fraction(0)), plain(backward.system.size_of_name(g.name)))
    return reduce(add, (value(e, moment, do) for e, moment in terms), zero)


def _pushed(now: Moment[V], do: Drawing[V]) -> Iterator[V]:
    return (do.total(now.arriving[name] * push) for name, push in now.pushes.items())


def _read(backward: Backward, now: Moment[V], first: bool, do: Drawing[V]) -> Iterator[V]:
    """The gradients of what a step reads and does not compute: parameters, inputs, at the first step initial values."""
    terms = [(g, term) for g in (*backward.inputs, *backward.parameters) for term in g.terms]
    terms += [(g, term) for g in backward.quantities for term in g.later if first]
    for g, term in terms:
        tangent = now.direction(g.name, term.edge.source.lag)
        if tangent is not None:
            yield paired(term, tangent, now, do)


@dataclass(frozen=True)
class Assembly:
    """What part two has shown: for these numbers of steps and sizes, with an error probability below 2^-bound.

    bits: of the prime.
    """

    steps: tuple[int, ...]
    sizes: dict[str, int]
    bits: int
    bound: int
    seed: str


def assembly(backward: Backward, seed: str) -> Assembly:
    """The whole of backpropagation through time, shown; the seed is for what is drawn.

    Raises Fault where the derivation gives another number, CellError where no numbers are found that can be used, or
    where they prove too little.
    """
    sizes = {letter: 3 - k % 2 for k, letter in enumerate(backward.cell.sizes)}
    squares = frozenset[int]()
    while True:
        do = Field(sizes, seed, squares)
        try:
            moments = run(backward, do)
            for steps in STEPS:
                if _differ(backward, moments[:steps], do):
                    wrong = f"{_whose(backward, steps, do)} is wrong over {steps} steps"
                    raise Fault(f"{wrong}; sizes {sizes}, seed {seed}")
            if (bound := _bound(backward, do)) < SURE:
                message = f"the roots of {backward.cell.name} are too many, or of too high orders, to be sure"
                raise CellError(Problem(message, None, "Use square roots, and fewer."))
            return Assembly(STEPS, sizes, do.p.bit_length(), bound, seed)
        except NoSquare as error:
            squares |= error.primes
        except Unlucky:
            message = f"no numbers are found on which {backward.cell.name} can be run"
            advice = "Are there roots of what is always negative, or very many in one equation?"
            raise CellError(Problem(message, None, advice)) from None


def _differ(backward: Backward, moments: list[Moment[Residues]], do: Field) -> bool:
    """Whether the loss changes by another number forwards than backwards."""
    try:
        return (forwards(moments, do) - backwards(backward, moments, do)).values != [0]
    except (KeyError, TypeError, Unlucky) as error:
        raise Fault(f"the derivation cannot be followed over {len(moments)} steps: {error!r}") from error


def _whose(backward: Backward, steps: int, ran: Field) -> str:
    """Whose gradient is wrong: the first, in backward order, that makes both ways differ when it is moved too."""
    cell = backward.cell
    names = [f"d {g.name}" for g in backward.quantities if g.name in cell.assigned]
    names += [f"{n}[t-1]" for n in cell.lagged] + [f"{n}[t]" for n in cell.inputs] + list(cell.parameters)

    def wrong(first: int) -> bool:
        do = Field(ran.sizes, ran.seed, ran.squares)
        moments = run(backward, do, frozenset(names[: first + 1]).__contains__)
        return _differ(backward, moments[:steps], do)

    name = names[bisect_left(range(len(names) - 1), True, key=wrong)]
    return f"the gradient of {name.removeprefix('d ')}"


def _bound(backward: Backward, ran: Field) -> int:
    """The error probability is below 2 to the minus this."""
    degrees = Degrees(ran.sizes)
    moments = run(backward, degrees)
    whole = (forwards(moments, degrees) - backwards(backward, moments, degrees)).whole
    vanishing = len(STEPS) * whole + comb(len(ran.known), 2) * 2 * degrees.argument
    return int(log2(ran.p) - log2(MOST_TRIES * ran.orders) - log2(ceil(vanishing)))
