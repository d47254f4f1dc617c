"""The loop backwards over a sequence: one, or many at once that differ in their switches, each a lane of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .change import Change
from .expressions import Expression
from .operations import Array, Table, evaluate, lane_of
from .program import Data, Program, Run, arriving_first, before, final, previous
from .stepping import contributed, in_order, left_out, stacked, step_back


class Backward:
    """The gradients of a program over a sequence that went forward.

    steps: the values of every step. loops: changes of the loop, a lane each; without any it is the program's own.
    """

    def __init__(
        self,
        program: Program,
        data: Data,
        steps: Sequence[Mapping[str, Any]],
        operations: Table,
        loops: Sequence[Change] = (),
    ) -> None:
        self._program, self._data, self._steps, self._operations = program, data, steps, operations
        self._many, self._loops = bool(loops), loops or (program.change,)

    def into(self, done: Run) -> None:
        """Work out every gradient, into a run."""
        count, program = len(self._steps), self._program
        back = {n: self._begun(n, v) for n, v in self._data.initial.items()}
        done.initial = back
        found: list[dict[str, Array]] = [{} for _ in self._steps]
        sums: list[tuple[int, dict[str, Array]]] = []
        for t in range(count) if program.change.ascending else reversed(range(count)):
            out = [k for k, c in enumerate(self._loops) if left_out(c.omitted, t, count)]
            now, leaving = self._step(t, back)
            zeros = {n: np.zeros(self._steps[t][n].shape) for n in program.gradients}
            found[t] = {n: self._put(now[f"d{n}"], dict.fromkeys(out, zeros[n])) for n in program.gradients}
            of = self._data.parameters
            sums.append((t, {n: contributed(of[n], e, now, self._operations) for n, e in program.parameters.items()}))
            now |= {f"d{n}_prev": gradient for n, gradient in leaving.items()}
            now |= {f"d{n}_carried": gradient for n, gradient in back.items()}
            done.initial = {n: self._instead("left", n, now, v, done.initial[n], out) for n, v in leaving.items()}
            back = {n: self._instead("handed", n, now, v, back[n], out) for n, v in leaving.items()}
        for k, change in enumerate(self._loops):
            if change.crossed:
                a, b = change.crossed
                one, other = (self._lane(done.initial[n], k) for n in (a, b))
                done.initial |= {a: self._put(done.initial[a], {k: other}), b: self._put(done.initial[b], {k: one})}
        done.parameters = {n: self._summed(n, [(t, s[n]) for t, s in sums]) for n in program.parameters}
        done.gradients = {n: self._stored([f[n] for f in found]) for n in program.gradients}

    def _step(self, t: int, back: Mapping[str, Array]) -> tuple[dict[str, Any], dict[str, Array]]:
        """One step of all loops."""
        arrived = {}
        for name, u in self._data.upstream.items():
            orders = self._set("order", "upstream") | self._set("order", f"upstream of {name}")
            arrived[name] = self._put(u[t], {k: in_order(u, how)[t] for k, how in orders.items()})
        for name, gradient in back.items():
            zero = np.zeros(gradient.shape[-2:])
            carried = self._put(gradient, dict.fromkeys(self._set("stopped", name), zero))
            arrived[name] = arrived.get(name, 0.0) + carried
        return step_back(self._program, self._seen(t), arrived, self._data, self._operations)

    def _seen(self, t: int) -> dict[str, Any]:
        """The values of a step as a loop finds them, those that the last one left among them."""
        values = dict(self._steps[t])
        last = {final(n): v for n, v in self._steps[-1].items()}
        for k, how in self._set("order", "cache").items():
            other = in_order(self._steps, how)[t]
            changing = [n for n in values if n not in self._data.parameters and not n.startswith("#")]
            values |= {n: self._put(values[n], {k: other[n]}) for n in changing}
        for name in dict.fromkeys(n for c in self._loops for n in c.stale):
            values[name] = self._put(values[name], dict.fromkeys(self._set("stale", name), last[final(name)]))
        values |= last | self._earlier(t)
        for name in () if t else self._data.initial:
            values[previous(name)] = self._instead("before", name, values, values[previous(name)])
        return values

    def _earlier(self, t: int) -> dict[str, Any]:
        """The values of the step before, as an index finds them that is one too small."""
        found = {before(n): v for n, v in self._steps[t - 1].items() if n not in self._data.parameters}
        if not t:  # what holds an initial state ends with the last one
            found |= {before(previous(n)): self._steps[-1][n] for n in self._data.initial if n in self._steps[-1]}
        return found

    # What differs from loop to loop.

    def _set(self, switch: str, name: str) -> dict[int, Any]:
        """The loops in which a switch is set for a name, and what it is set to."""
        switches = ((k, getattr(c, switch)) for k, c in enumerate(self._loops))
        return {k: s[name] if isinstance(s, Mapping) else True for k, s in switches if name in s}

    def _put(self, usual: Array, others: Mapping[int, Array]) -> Array:
        """What loops usually have, and what some have in its place."""
        if not others:
            return usual
        if not self._many:
            return others[0]
        shape = next(iter(others.values())).shape
        made = np.empty((len(self._loops), *np.broadcast_shapes(usual.shape[-len(shape) :], shape)))
        made[:] = usual
        for lane, value in others.items():
            made[lane] = value
        return made

    def _instead(
        self,
        switch: str,
        name: str,
        now: Mapping[str, Any],
        usual: Array,
        before: Array | None = None,
        out: Iterable[int] = (),
    ) -> Array:
        """What expressions in a switch give; where a loop leaves the step out, all stays as it was before."""
        others = {k: self._evaluated(e, now, k) for k, e in self._set(switch, name).items()}
        if before is not None:
            others |= {k: self._lane(before, k) for k in out}
        return self._put(usual, others)

    def _evaluated(self, expression: Expression, now: Mapping[str, Any], k: int) -> Array:
        return np.asarray(evaluate(expression, lane_of(now, k) if self._many else now, self._operations))

    def _lane(self, array: Array, k: int, axes: int = 2) -> Array:
        """What one loop has of (…), or of (lanes, …)."""
        return array[k] if self._many and array.ndim > axes else array

    def _begun(self, name: str, start: Array) -> Array:
        last = {final(n): v for n, v in self._steps[-1].items()} | {name: np.zeros_like(start)}
        last[arriving_first(name)] = self._data.upstream[name][0] if name in self._data.upstream else last[name]
        begun = {k: evaluate(e, last, self._operations) for k, e in self._set("begun", name).items()}
        return self._put(np.zeros_like(start), begun)

    def _summed(self, name: str, gradients: list[tuple[int, Array]]) -> Array:
        """The gradient of a parameter over time, as each loop adds it up."""
        zero, others = np.zeros_like(self._data.parameters[name]), {}
        for k, change in enumerate(self._loops):
            steps = [(t, g) for t, g in gradients if not left_out(change.omitted, t, len(gradients))]
            steps = steps[-1:] if name in change.overwritten else steps
            weights = change.weights.get(name, ())
            if name in change.alternated:
                weights = tuple((-1.0) ** (t + 1) for t in range(len(gradients)))
            if weights or len(steps) < len(gradients):
                counted = ((weights[t] if t < len(weights) else 1.0) * self._lane(g, k, zero.ndim) for t, g in steps)
                others[k] = sum(counted, zero)
        return self._put(sum((g for _, g in gradients), zero), others)

    def _stored(self, arrays: list[Array]) -> Array:
        """The gradients of every step, as each loop stores them: (T,B,n), or (T,lanes,B,n)."""
        found, orders = stacked(arrays), self._set("order", "gradients")
        if not self._many:
            return in_order(found, orders[0]) if orders else found
        lanes = np.moveaxis(found, 1, 0) if found.ndim > 3 else found
        others = {k: in_order(self._lane(lanes, k, 3), how) for k, how in orders.items()}
        return np.moveaxis(self._put(lanes, others), 0, 1) if others else found
