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

from .change import RIGHT, Change
from .expressions import Expression
from .operations import OPERATIONS, Among, Array, Table, evaluate, lane_of


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

    @property
    def rows(self) -> int:
        """The number of sequences in the batch."""
        return next((v.shape[-2] for v in (*self.inputs.values(), *self.initial.values())), 1)


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
    done = Run({name: _kept(change, "lines", [s[name] for s in steps]) for name in program.forward})
    if backward:
        _backward(program, data, _seen(program, data, steps, operations), done, operations)
    if change.returned or change.exchanged:
        a, b = change.returned or change.exchanged
        done.lines[a], done.lines[b] = done.lines[b], done.lines[a]
    if change.crossed and backward:
        a, b = change.crossed
        done.initial[a], done.initial[b] = done.initial[b], done.initial[a]
    done.parameters = {change.renamed.get(n, n): gradient for n, gradient in done.parameters.items()}
    return done


def in_order(of: Any, how: str) -> Any:
    """A sequence in another order of time: "reversed", or every step in the place of the next or of the one before."""
    if how == "reversed":
        return of[::-1]
    shift = {"earlier": -1, "later": 1}[how]
    return [*of[shift:], *of[:shift]] if isinstance(of, list) else np.concatenate([of[shift:], of[:shift]])


def _read(change: Change, what: str, arrays: Mapping[str, Array]) -> Mapping[str, Array]:
    how = change.order.get(what)
    return {n: in_order(a, how) for n, a in arrays.items()} if how else arrays


def _kept(change: Change, what: str, arrays: list[Array]) -> Array:
    """What a loop stored of every step."""
    if what == "lines":
        arrays = [np.zeros_like(a) if _at(change.skipped, t, len(arrays)) else a for t, a in enumerate(arrays)]
    found = _stacked(arrays)
    how = change.order.get(what)
    return in_order(found, how) if how else found


def _at(ends: tuple[str, ...], t: int, steps: int) -> bool:
    """Whether a step is the first or the last, where these are left out."""
    return (t == 0 and "first" in ends) or (t == steps - 1 and "last" in ends)


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
    sizes = {**data.sizes, "B": data.rows, "T": data.steps}
    constants = {**data.parameters, **{f"#{n}": float(v) for n, v in sizes.items()}}
    exchange = dict(zip(change.exchanged, reversed(change.exchanged), strict=True))
    before = {n: np.zeros_like(v) if n in change.started else v for n, v in data.initial.items()}
    inputs, steps = _read(change, "inputs", data.inputs), []
    for t in range(data.steps):
        values: dict[str, Any] = {**constants, **{n: x[t] for n, x in inputs.items()}}
        values.update((previous(n), v) for n, v in before.items())
        for name, expression in program.forward.items():
            values[name] = evaluate(expression, values, operations)
        steps.append(values)
        if _at(change.skipped, t, data.steps):
            continue
        before = {n: v if n in change.fed else values[exchange.get(n, n)] for n, v in before.items()}
    return steps


def _seen(program: Program, data: Data, steps: list[dict[str, Any]], operations: Table) -> list[dict[str, Any]]:
    """The values of every step as a backward loop finds them, those that the last one left among them."""
    change = program.change
    if "cache" in change.order:
        steps = in_order(steps, change.order["cache"])
    if not (change.stale or change.before or change.handed):
        return steps
    left = {final(n): v for n, v in steps[-1].items()}
    found = [{**values, **left, **{n: left[final(n)] for n in change.stale}} for values in steps]
    found[0].update({previous(n): evaluate(e, found[0], operations) for n, e in change.before.items()})
    return found


def _backward(program: Program, data: Data, steps: list[dict[str, Any]], done: Run, operations: Table) -> None:
    change = program.change
    back: dict[str, Array] = {n: np.full_like(v, change.begun.get(n, 0.0)) for n, v in data.initial.items()}
    upstream = _read(change, "upstream", data.upstream)
    found: list[dict[str, Array]] = [{} for _ in steps]
    done.initial, done.parameters = back, {n: np.zeros_like(v) for n, v in data.parameters.items()}
    for t in range(len(steps)) if change.ascending else reversed(range(len(steps))):
        arrived = {n: u[t] for n, u in upstream.items()}
        for name, gradient in back.items():
            if name not in change.stopped:
                arrived[name] = arrived.get(name, 0.0) + gradient
        if _at(change.omitted, t, len(steps)):
            found[t] = {name: np.zeros_like(steps[t][name]) for name in program.gradients}
            continue
        now, back = _step_back(program, steps[t], arrived, data, operations)
        found[t] = {name: now[f"d{name}"] for name in program.gradients}
        for name, terms in program.parameters.items():
            gradient = _parameter(data.parameters[name], terms, now, operations)
            if name in change.weights:
                gradient = gradient * (change.weights[name][t] if t < len(change.weights[name]) else 1.0)
            before = 0.0 if name in change.overwritten else done.parameters[name]
            done.parameters[name] = before + gradient
        done.initial = {**back, **{n: evaluate(e, now, operations) for n, e in change.left.items()}}
        back |= {n: evaluate(e, now, operations) for n, e in change.handed.items()}
    done.gradients = {name: _kept(change, "gradients", [f[name] for f in found]) for name in program.gradients}


def _step_back(
    program: Program, values: dict[str, Any], arrived: Mapping[str, Array], data: Data, operations: Table
) -> tuple[dict[str, Any], dict[str, Array]]:
    """One step: its values with the gradient of each beside them, and the gradients that leave it backwards."""
    now = dict(values)
    for name in program.gradients:
        now[arriving(name)] = arrived[name] if name in arrived else np.zeros_like(values[name])
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
