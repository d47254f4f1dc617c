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
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from .operations import OPERATIONS, Array, Expression, Table, evaluate


@dataclass(frozen=True)
class Change:
    """How a wrong program differs from the right one.

    forward, gradients, parameters: entries that replace those of the same name. The rest are ways of using the
    equations wrongly: unused (gradients that reach a step and are dropped), overwritten (parameters whose gradient is
    assigned, not accumulated, at every step), stopped (gradients not handed from t+1 to t), fed (initial values fed
    to every step), exchanged (two states that change places from step to step), returned (two results that do),
    renamed (parameters read, and their gradients returned, in the place of others).
    training: what replaces functions of the training step, by role.
    """

    forward: Mapping[str, Expression] = field(default_factory=dict)
    gradients: Mapping[str, Expression] = field(default_factory=dict)
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    overwritten: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    fed: tuple[str, ...] = ()
    exchanged: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
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
    def looped(self) -> bool:
        """Whether the states that go from step to step are others than the equations say."""
        return bool(self.fed or self.exchanged)

    @property
    def equations(self) -> Change:
        """The part that concerns the equations of a step, whatever loops over it."""
        return Change(self.forward, self.gradients, self.parameters, self.unused, renamed=self.renamed)

    def to_data(self) -> dict[str, Any]:
        """As JSON; what is empty is left out."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Change:
        entries: dict[str, Any] = {n: v if isinstance(v, dict) else tuple(v) for n, v in data.items()}
        return cls(**entries)


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


def run(program: Program, data: Data, backward: bool = True, operations: Table = OPERATIONS) -> Run:
    """Forward, and backward where it is wanted, over a sequence, which may be of no steps at all."""
    if not data.steps:
        return _nothing(program, data, backward)
    renamed = program.change.renamed
    if renamed:
        data = replace(data, parameters={n: data.parameters[renamed.get(n, n)] for n in data.parameters})
    steps = _forward(program, data, operations)
    done = Run({name: np.stack([s[name] for s in steps]) for name in program.forward})
    if backward:
        _backward(program, data, steps, done, operations)
    if program.change.returned or program.change.exchanged:
        a, b = program.change.returned or program.change.exchanged
        done.lines[a], done.lines[b] = done.lines[b], done.lines[a]
    done.parameters = {renamed.get(n, n): gradient for n, gradient in done.parameters.items()}
    return done


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
    constants = {**data.parameters, **{f"#{n}": float(v) for n, v in data.sizes.items()}}
    exchange = dict(zip(program.change.exchanged, reversed(program.change.exchanged), strict=True))
    before = dict(data.initial)
    steps = []
    for t in range(data.steps):
        values: dict[str, Any] = {**constants, **{n: x[t] for n, x in data.inputs.items()}}
        values.update((previous(n), v) for n, v in before.items())
        for name, expression in program.forward.items():
            values[name] = evaluate(expression, values, operations)
        steps.append(values)
        before = {n: v if n in program.change.fed else values[exchange.get(n, n)] for n, v in before.items()}
    return steps


def _backward(program: Program, data: Data, steps: list[dict[str, Any]], done: Run, operations: Table) -> None:
    back = {n: np.zeros_like(v) for n, v in data.initial.items()}
    found: list[dict[str, Array]] = [{} for _ in steps]
    for t in reversed(range(len(steps))):
        arriving = {n: u[t] for n, u in data.upstream.items()}
        for name, gradient in back.items():
            if name not in program.change.stopped:
                arriving[name] = arriving.get(name, 0.0) + gradient
        now, back = _step_back(program, steps[t], arriving, data, operations)
        found[t] = {name: now[f"d{name}"] for name in program.gradients}
        for name, terms in program.parameters.items():
            gradient = _parameter(data.parameters[name], terms, now, operations)
            fresh = name in program.change.overwritten or name not in done.parameters
            done.parameters[name] = gradient if fresh else done.parameters[name] + gradient
    done.gradients = {name: np.stack([f[name] for f in found]) for name in program.gradients}
    done.initial = back


def _step_back(
    program: Program, values: dict[str, Any], arriving: Mapping[str, Array], data: Data, operations: Table
) -> tuple[dict[str, Any], dict[str, Array]]:
    """One step: its values with the gradient of each beside them, and the gradients that leave it backwards."""
    now = dict(values)
    for name, terms in program.gradients.items():
        # What an input's next reader sends back is joined by the sequence, as for a state.
        total = 0.0 if name in program.change.unused else arriving.get(name, 0.0)
        for lag, expression in terms:
            if not lag:
                total = total + evaluate(expression, now, operations)
        now[f"d{name}"] = np.broadcast_to(total, values[name].shape)
    behind = {n: np.zeros_like(v) for n, v in data.initial.items()}
    for name in behind:
        for lag, expression in program.gradients[name]:
            if lag:
                behind[name] = behind[name] + evaluate(expression, now, operations)
    return now, behind


def _parameter(value: Array, terms: list[list[Any]], now: Mapping[str, Any], operations: Table) -> Array:
    total = np.zeros_like(value)
    for expression, operand, transposed in terms:
        left = evaluate(expression, now, operations)
        if operand is None:
            total = total + left.sum(axis=0)
        else:
            outer = left.T @ evaluate(operand, now, operations)
            total = total + (outer.T if transposed else outer)
    return total
