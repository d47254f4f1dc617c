"""Between the equations' arrays and a convention's: what a function is called with, what it should give, what it gave.

Everything is compared per quantity of the equations (dW_f, dh_prev): a convention is undone before anything is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from ..assignment.change import RIGHT, Change
from ..assignment.execution import run
from ..assignment.expressions import Expression
from ..assignment.expressions import names as names_in
from ..assignment.operations import OPERATIONS, Table, evaluate
from ..assignment.program import Data, Program, Run, arriving, final, previous
from ..assignment.training import Given, Update, trained
from ..conventions import BACKWARD, Layout, Signature, Slot
from ..conventions.weights import laid
from .remembering import remembered
from .running import Call, Result

Array = np.ndarray[Any, Any]


def calls(layout: Layout, role: str, data: Given, places: Mapping[str, int]) -> list[Call]:
    """The calls of a role; places says at which place each role is called (the cache comes from there)."""
    signature = layout.signature(role)
    opaque = tuple(k for k, slot in enumerate(signature.gives) if slot.kind == "cache")
    if isinstance(data, tuple):
        called = [tuple(_trained_on(layout, slot, update) for slot in signature.takes) for update in data]
    else:
        called = [tuple(_argument(layout, signature, slot, data, places) for slot in signature.takes)]
    return [Call(signature.name, arguments, opaque, role) for arguments in called]


def _trained_on(layout: Layout, slot: Slot, update: Update) -> Any:
    """An argument of a function of the training step."""
    if slot.kind in ("limit", "rate"):
        return update.limit if slot.kind == "limit" else update.rate
    values = update.gradients if slot.gradient else update.parameters
    if slot.plain == "parameters":
        return {n: v.copy() for n, v in values.items()}
    return layout.stack(slot.of).pack(values)


def _argument(layout: Layout, signature: Signature, slot: Slot, data: Data, calls: Mapping[str, int]) -> Any:
    role = signature.role
    match slot.kind:
        case "cache":
            forward = next(r for r, back in BACKWARD.items() if back == signature.role)
            k = next(k for k, s in enumerate(layout.signature(forward).gives) if s.kind == "cache")
            return Result(calls[forward], (k,))
        case "parameters":
            return laid(layout, data.parameters, spread=True)
        case "parameter":
            return laid(layout, data.parameters, spread=True)[slot.of]
        case "index":
            return [int(k) for k in data.inputs[slot.of].argmax(axis=-1).ravel()]
        case "input" | "d state" | "d output":
            found = (data.upstream if slot.gradient else data.inputs)[slot.of]
            return layout.axes(role, slot).there(found[0] if role.startswith("step") else found)
    return layout.axes(role, slot).there(data.initial[slot.of])


def quantities(layout: Layout, slot: Slot) -> tuple[str, ...]:
    """The quantities of the equations that a result holds, as messages name them."""
    prefix = "d" if slot.gradient else ""
    match slot.kind:
        case "cache":
            return ()
        case "parameters" | "d parameters":
            return tuple(f"{prefix}{n}" for n in layout.cell.parameters)
        case "parameter" | "d parameter":
            return tuple(f"{prefix}{n}" for n in layout.stack(slot.of).parameters)
        case "d previous":
            return (f"d{slot.of}_prev",)
        case "d initial" | "d initial output":
            return (f"d{slot.of}0",)
    return (f"{prefix}{slot.of}",)


def expected(
    layout: Layout,
    role: str,
    program: Program,
    data: Given,
    operations: Table = OPERATIONS,
    loops: Sequence[Change] = (),
) -> dict[str, Array]:
    """Every quantity that a function gives, by a program; the arrays of the equations, not of the convention.

    Those of a training step are stacked, an update each along the first axis. Nobody may change them: what is right is
    worked out once for all submissions that get the same numbers.
    """
    if program.change == RIGHT and not loops:
        return _right(layout, role, program, data, operations)
    return _worked_out(layout, role, program, data, operations, loops)


def _worked_out(
    layout: Layout, role: str, program: Program, data: Given, operations: Table, loops: Sequence[Change] = ()
) -> dict[str, Array]:
    if isinstance(data, tuple):
        found = [trained(program, role, update, layout.arrays, operations) for update in data]
        prefix = "d" if layout.signature(role).gives[0].gradient else ""
        return {f"{prefix}{n}": np.stack([f[n] for f in found]) for n in layout.cell.parameters}
    return _run(layout, role, program, data, operations, loops)


_right = remembered(64)(_worked_out)


def _run(
    layout: Layout, role: str, program: Program, data: Data, operations: Table, loops: Sequence[Change]
) -> dict[str, Array]:
    with np.errstate(all="ignore"):
        done = run(program, data, "backward" in role, operations, loops)
    step = role.startswith("step")
    found: dict[str, Array] = {}
    for slot in layout.signature(role).gives:
        names = quantities(layout, slot)
        match slot.plain:
            case "state" | "output":
                found[names[0]] = done.lines[slot.of][0] if step else _lanes_first(done.lines[slot.of])
            case "total":
                lines = _lanes_first(done.lines[slot.of])
                found[names[0]] = lines.sum(axis=tuple(range(lines.ndim - 3, lines.ndim)))
            case "last":
                found[names[0]] = done.lines[slot.of][-1]
            case "input":
                found[names[0]] = done.gradients[slot.of][0] if step else _lanes_first(done.gradients[slot.of])
            case "previous" | "initial":
                found[names[0]] = done.initial[slot.of]
            case "parameter" | "parameters":
                limit = layout.signature(role).clip or np.inf
                whole = program.change.unclipped
                for n in names:
                    gradient = done.parameters[n[1:]]
                    found[n] = gradient if n in whole else np.clip(gradient, -limit, limit)
    results = program.change.results
    if not results:
        return found
    more = (
        {} if set(chain.from_iterable(map(names_in, results.values()))) <= found.keys() else at_hand(done, data, step)
    )
    return {**found, **returned(data, {**more, **found}, results, operations)}


def handed_through(role: str, data: Given, value: Array) -> bool:
    """Whether a result is an argument as it came: where it is right given a mistake, it is nobody's work."""
    if not isinstance(data, Data):
        return False
    over_time = {**data.inputs, **data.upstream}.values()
    arrays = (a[0] if role.startswith("step") else a for a in over_time)
    return any(np.array_equal(value, a) for a in (*arrays, *data.initial.values(), *data.parameters.values()))


def returned(
    data: Data, found: Mapping[str, Array], results: Mapping[str, Expression], operations: Table = OPERATIONS
) -> dict[str, Array]:
    """What is returned in the place of some results."""
    sizes = {f"#{n}": float(v) for n, v in {**data.sizes, "B": data.rows, "T": data.steps}.items()}
    values = {**{f"{n}0": v for n, v in data.initial.items()}, **found, **sizes}
    made = {q: evaluate(e, values, operations) for q, e in results.items() if q in found}
    shapes = {q: np.broadcast_shapes(np.shape(value), found[q].shape) for q, value in made.items()}
    return {q: np.broadcast_to(value, shapes[q]) for q, value in made.items()}


def at_hand(done: Run, data: Data, step: bool) -> Mapping[str, Array]:
    """What a function has at hand besides its results, by the names of expressions.

    (B,n) in a step; (T,B,n) in a sequence, where initial and final states are (B,n); parameters as they are.
    """
    over_time = {**data.inputs, **{arriving(n): u for n, u in data.upstream.items()}, **done.lines}
    over_time |= {f"d{n}": g for n, g in done.gradients.items()}
    of_step = {n: a[0] for n, a in over_time.items()} if step else over_time
    initial = {previous(n) if step else f"{n}0": v for n, v in data.initial.items()}
    last = {} if step else {final(n): v[-1] for n, v in done.lines.items()}
    return {**data.parameters, **initial, **last, **of_step}


def _lanes_first(sequence: Array) -> Array:
    """(T,B,n) as it is, (T,lanes,B,n) with the lanes in front."""
    return np.moveaxis(sequence, 1, 0) if sequence.ndim > 3 else sequence


def shape(layout: Layout, role: str, slot: Slot, expected: Mapping[str, Array]) -> tuple[int, ...]:
    """The shape of a result in the convention."""
    arrays = [expected[n] for n in quantities(layout, slot)]
    if slot.plain == "parameter":
        stack = layout.stack(slot.of)
        return stack.pack(dict(zip(stack.parameters, arrays, strict=True))).shape
    if slot.kind == "total":
        return ()
    return layout.axes(role, slot).there(arrays[0]).shape


def canonical(
    layout: Layout, role: str, slot: Slot, array: Array, sizes: Mapping[str, int]
) -> Iterator[tuple[str, Array]]:
    """A result of the right shape, as quantities of the equations; one that lies in two places comes twice."""
    if slot.plain == "parameter":
        prefix = "d" if slot.gradient else ""
        for block, part in layout.stack(slot.of).split(array, sizes):
            yield f"{prefix}{block.parameter}", part
    else:
        value = array if slot.kind == "total" else layout.axes(role, slot).back(array)
        yield quantities(layout, slot)[0], value
