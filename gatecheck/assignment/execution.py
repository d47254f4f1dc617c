"""Programs run by NumPy over a sequence, with every switch of a change on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .backwards import Backward
from .change import Change
from .operations import OPERATIONS, Array, Table, evaluate
from .program import Data, Program, Run, previous
from .stepping import in_order, left_out, stacked, without


def run(
    program: Program,
    data: Data,
    backward: bool = True,
    operations: Table = OPERATIONS,
    loops: Sequence[Change] = (),
) -> Run:
    """Forward, and backward where it is wanted, over a sequence, which may be of no steps at all.

    Where expressions are Among, arrays have an axis of lanes: (T,lanes,B,·), (lanes,B,·), (lanes, …) of a parameter.
    loops: many changes of the loop backwards at once, a lane for each (Change.laned).
    """
    if not data.steps:
        return _nothing(program, data, backward)
    change = program.change
    if change.rows:  # what nothing depends on has a gradient of zero
        data = replace(data, upstream={n: without(change.rows, u) for n, u in data.upstream.items()})
    if change.renamed:
        data = replace(data, parameters={n: data.parameters[change.renamed.get(n, n)] for n in data.parameters})
    steps = _forward(program, data, operations)
    done = Run({name: _kept(change, [s[name] for s in steps]) for name in program.forward})
    if backward:
        Backward(program, data, steps, operations, loops).into(done)
    if change.rows:
        done.lines = {n: without(change.rows, v) for n, v in done.lines.items()}
    if change.returned or change.exchanged:
        a, b = change.returned or change.exchanged
        done.lines[a], done.lines[b] = done.lines[b], done.lines[a]
    done.parameters = {change.renamed.get(n, n): gradient for n, gradient in done.parameters.items()}
    return done


def _kept(change: Change, arrays: list[Array]) -> Array:
    """What a loop forward stored of every step."""
    found = stacked([np.zeros_like(a) if left_out(change.skipped, t, len(arrays)) else a for t, a in enumerate(arrays)])
    how = change.order.get("lines")
    return in_order(found, how) if how else found


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
    given = {previous(n): v for n, v in data.initial.items()}
    before = {n: evaluate(change.started.get(n, previous(n)), given, operations) for n in data.initial}
    how, steps = change.order.get("inputs"), []
    inputs = {n: in_order(x, how) if how else x for n, x in data.inputs.items()}
    for t in range(data.steps):
        values: dict[str, Any] = {**constants, **{n: x[t] for n, x in inputs.items()}}
        values.update((previous(n), v) for n, v in before.items())
        for name, expression in program.forward.items():
            values[name] = evaluate(expression, values, operations)
        steps.append(values)
        if left_out(change.skipped, t, data.steps):
            continue
        before = {n: v if n in change.fed else values[exchange.get(n, n)] for n, v in before.items()}
    return steps
