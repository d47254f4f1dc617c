"""Programs as data: a cell's forward and backward equations, run by NumPy without SymPy.

A program is what `compiling` makes of a derivation, and what a key stores as JSON; its expressions are those of
`operations`. Loading one can execute nothing.

    forward:    name -> expression, in the order of evaluation
    gradients:  name -> [[lag, expression], …], in backward order, inputs last
    parameters: name -> [[expression, operand or null, transposed], …]

A wrong program is a program too: a Change replaces some of its entries, or throws one of its switches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .expressions import Expression
from .operations import OPERATIONS, Among, Array, Table, evaluate, lane_of


@dataclass(frozen=True)
class Change:
    """How a wrong program differs from the right one.

    forward, gradients, parameters: entries that replace those of the same name. The rest are ways of using the
    equations wrongly. renamed: parameters read, and their gradients returned, in the place of others. training: what
    replaces functions of the training step, by role. Names of states and parameters, for loops:

    started: initial states that are ignored, and zero; fed: those that are fed to every step.
    exchanged, returned, crossed: two states that change places from step to step, two results that do, two gradients
    of states before the step.
    overwritten: parameters whose gradient is assigned, not accumulated, at every step.
    stopped: gradients that are not handed from t+1 to t; handed: what is handed back in their place.
    left: what a loop returns as the gradient of an initial state, in the place of what leaves the first step.
    stale: quantities that a backward loop reads as the last step left them; before: what it takes for the value of a
    state before the first step. ascending: whether a backward loop runs forwards ("t" where it does).
    """

    forward: Mapping[str, Expression] = field(default_factory=dict)
    gradients: Mapping[str, Expression] = field(default_factory=dict)
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    overwritten: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    fed: tuple[str, ...] = ()
    exchanged: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    ascending: tuple[str, ...] = ()
    handed: Mapping[str, Expression] = field(default_factory=dict)
    left: Mapping[str, Expression] = field(default_factory=dict)
    before: Mapping[str, Expression] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    training: Mapping[str, Expression] = field(default_factory=dict)

    def __add__(self, other: Change) -> Change:
        """Both changes; the later one wins where both replace an entry."""
        mine, theirs = vars(self), vars(other)
        merged: dict[str, Any] = {}
        for name, value in mine.items():
            both = (*value, *theirs[name])
            merged[name] = {**value, **theirs[name]} if isinstance(value, dict) else tuple(dict.fromkeys(both))
        # Places change one after the other.
        places = {n: self.renamed.get(other.renamed.get(n, n), other.renamed.get(n, n)) for n in merged["renamed"]}
        return Change(**{**merged, "renamed": places})

    @property
    def local(self) -> bool:
        """Whether it replaces expressions, and nothing else."""
        return self == Change(self.forward, self.gradients, self.parameters)

    @property
    def looped(self) -> bool:
        """Whether the states that go from step to step are others than the equations say."""
        return bool(self.fed or self.exchanged or self.started)

    @property
    def equations(self) -> Change:
        """The part that concerns the equations of a step, whatever loops over it."""
        return Change(self.forward, self.gradients, self.parameters, renamed=self.renamed)


#: No change: the program is right.
RIGHT = Change()


@dataclass(frozen=True)
class Program:
    """A cell's equations forward and backward, and the change that makes them wrong, if any."""

    forward: Mapping[str, Expression]
    gradients: Mapping[str, Expression]
    parameters: Mapping[str, Expression]
    change: Change = RIGHT

    def changed(self, change: Change) -> Program:
        """The program with a further change."""
        return replace(
            self,
            forward={**self.forward, **change.forward},
            gradients={**self.gradients, **change.gradients},
            parameters={**self.parameters, **change.parameters},
            change=self.change + change,
        )

    def to_data(self) -> dict[str, Any]:
        """As JSON; lists, since the order is part of it."""
        return {n: list(getattr(self, n).items()) for n in ("forward", "gradients", "parameters")}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Program:
        return cls(dict(data["forward"]), dict(data["gradients"]), dict(data["parameters"]))


@dataclass(frozen=True)
class Data:
    """What a program runs on.

    inputs: (T,B,·); initial: (B,·), of everything read at [t-1]; parameters; upstream: ∂L/∂s at every step, (T,B,·);
    sizes: the number that each letter stands for.
    """

    inputs: Mapping[str, Array]
    initial: Mapping[str, Array]
    parameters: Mapping[str, Array]
    upstream: Mapping[str, Array]
    sizes: Mapping[str, int]

    @property
    def steps(self) -> int:
        return len(next(iter(self.inputs.values()))) if self.inputs else 1


@dataclass
class Run:
    """What a program computed over a sequence.

    lines: every forward quantity, (T,B,·). gradients: δ of every quantity and input, (T,B,·), as it reaches the step.
    initial: the gradient that leaves the first step backwards, (B,·). parameters: theirs, summed over time.
    """

    lines: dict[str, Array] = field(default_factory=dict)
    gradients: dict[str, Array] = field(default_factory=dict)
    initial: dict[str, Array] = field(default_factory=dict)
    parameters: dict[str, Array] = field(default_factory=dict)


def previous(name: str) -> str:
    """The key of name[t-1] among a step's values."""
    return f"{name}[t-1]"


def final(name: str) -> str:
    """The key of a value as the last step of a sequence left it."""
    return f"{name}[T-1]"


def arriving(name: str) -> str:
    """The key of the gradient that reaches a step from outside: from the loss, and from t+1."""
    return f"~d{name}"


def run(program: Program, data: Data, backward: bool = True, operations: Table = OPERATIONS) -> Run:
    """Forward, and backward where it is wanted, over a sequence, which may be of no steps at all.

    Where expressions are Among, arrays have an axis of lanes: (T,lanes,B,·), (lanes,B,·), (lanes, …) of a parameter.
    """
    if not data.steps:
        return _nothing(program, data, backward)
    change = program.change
    if change.renamed:
        data = replace(data, parameters={n: data.parameters[change.renamed.get(n, n)] for n in data.parameters})
    steps = _forward(program, data, operations)
    done = Run({name: _stacked([s[name] for s in steps]) for name in program.forward})
    if backward:
        _backward(program, data, _seen(change, steps, operations), done, operations)
    if change.returned or change.exchanged:
        a, b = change.returned or change.exchanged
        done.lines[a], done.lines[b] = done.lines[b], done.lines[a]
    if change.crossed and backward:
        a, b = change.crossed
        done.initial[a], done.initial[b] = done.initial[b], done.initial[a]
    done.parameters = {change.renamed.get(n, n): gradient for n, gradient in done.parameters.items()}
    return done


def _stacked(arrays: list[Array]) -> Array:
    """Arrays of every step; some may have lanes, and others not yet."""
    return np.stack(np.broadcast_arrays(*arrays)) if len({a.ndim for a in arrays}) > 1 else np.stack(arrays)


def _nothing(program: Program, data: Data, backward: bool) -> Run:
    """A run over no steps: arrays without rows, and gradients of zero."""
    one = {n: np.zeros((1, *x.shape[1:])) for n, x in data.inputs.items()}
    upstream = {n: np.zeros((1, *u.shape[1:])) for n, u in data.upstream.items()}
    with np.errstate(all="ignore"):  # only shapes are wanted
        done = run(program, replace(data, inputs=one, upstream=upstream), backward)
    return Run(
        {n: v[:0] for n, v in done.lines.items()},
        {n: v[:0] for n, v in done.gradients.items()},
        {n: np.zeros_like(v) for n, v in done.initial.items()},
        {n: np.zeros_like(v) for n, v in done.parameters.items()},
    )


def _forward(program: Program, data: Data, operations: Table) -> list[dict[str, Any]]:
    """The values of every step."""
    change = program.change
    rows = next((v.shape[-2] for v in (*data.inputs.values(), *data.initial.values())), 1)
    sizes = {**data.sizes, "B": rows, "T": data.steps}
    constants = {**data.parameters, **{f"#{n}": float(v) for n, v in sizes.items()}}
    exchange = dict(zip(change.exchanged, reversed(change.exchanged), strict=True))
    before = {n: np.zeros_like(v) if n in change.started else v for n, v in data.initial.items()}
    steps = []
    for t in range(data.steps):
        values: dict[str, Any] = {**constants, **{n: x[t] for n, x in data.inputs.items()}}
        values.update((previous(n), v) for n, v in before.items())
        for name, expression in program.forward.items():
            values[name] = evaluate(expression, values, operations)
        steps.append(values)
        before = {n: v if n in change.fed else values[exchange.get(n, n)] for n, v in before.items()}
    return steps


def _seen(change: Change, steps: list[dict[str, Any]], operations: Table) -> list[dict[str, Any]]:
    """The values of every step as a backward loop finds them, those that the last one left among them."""
    if not (change.stale or change.before or change.handed):
        return steps
    left = {final(n): v for n, v in steps[-1].items()}
    found = [{**values, **left, **{n: left[final(n)] for n in change.stale}} for values in steps]
    found[0].update({previous(n): evaluate(e, found[0], operations) for n, e in change.before.items()})
    return found


def _backward(program: Program, data: Data, steps: list[dict[str, Any]], done: Run, operations: Table) -> None:
    change = program.change
    back: dict[str, Array] = {n: np.zeros_like(v) for n, v in data.initial.items()}
    found: list[dict[str, Array]] = [{} for _ in steps]
    for t in range(len(steps)) if change.ascending else reversed(range(len(steps))):
        arrived = {n: u[t] for n, u in data.upstream.items()}
        for name, gradient in back.items():
            if name not in change.stopped:
                arrived[name] = arrived.get(name, 0.0) + gradient
        now, back = _step_back(program, steps[t], arrived, data, operations)
        found[t] = {name: now[f"d{name}"] for name in program.gradients}
        for name, terms in program.parameters.items():
            gradient = _parameter(data.parameters[name], terms, now, operations)
            fresh = name in change.overwritten or name not in done.parameters
            done.parameters[name] = gradient if fresh else done.parameters[name] + gradient
        done.initial = {**back, **{n: evaluate(e, now, operations) for n, e in change.left.items()}}
        back |= {n: evaluate(e, now, operations) for n, e in change.handed.items()}
    done.gradients = {name: _stacked([f[name] for f in found]) for name in program.gradients}


def _step_back(
    program: Program, values: dict[str, Any], arrived: Mapping[str, Array], data: Data, operations: Table
) -> tuple[dict[str, Any], dict[str, Array]]:
    """One step: its values with the gradient of each beside them, and the gradients that leave it backwards."""
    now = dict(values)
    for name, gradient in arrived.items():
        now[arriving(name)] = gradient
    for name, contributions in program.gradients.items():
        # What an input's next reader sends back is joined by the sequence, as for a state.
        total = arrived.get(name, 0.0)
        for lag, expression in contributions:
            if not lag:
                total = total + evaluate(expression, now, operations)
        now[f"d{name}"] = np.broadcast_to(total, np.broadcast_shapes(np.shape(total), values[name].shape))
    behind = {n: np.zeros_like(v) for n, v in data.initial.items()}
    for name in behind:
        for lag, expression in program.gradients[name]:
            if lag:
                behind[name] = behind[name] + evaluate(expression, now, operations)
    return now, behind


def _parameter(
    value: Array, contributions: list[list[Any]] | Among, now: Mapping[str, Any], operations: Table
) -> Array:
    if isinstance(contributions, Among):
        usual = _parameter(value, contributions.usual, now, operations)
        made = np.empty((contributions.count, *value.shape))
        made[:] = usual
        for lane, other in contributions.other.items():
            made[lane] = _parameter(value, other, lane_of(now, lane), operations)
        return made
    total = np.zeros_like(value)
    for expression, operand, transposed in contributions:
        left = evaluate(expression, now, operations)
        if operand is None:
            total = total + left.sum(axis=-2)
        else:
            outer = np.swapaxes(left, -1, -2) @ evaluate(operand, now, operations)
            total = total + (np.swapaxes(outer, -1, -2) if transposed else outer)
    return total
