"""Programs as data: a cell's forward and backward equations, run by NumPy without SymPy.

An expression is a number, a name, or a list [operation, argument, …]; a program is what `compiling` makes of a
derivation, and what a key stores as JSON. Loading one can execute nothing: there is one small set of operations,
and one table that says what each computes. Rows of a batch are stacked along the first axis, so W v is v @ W.T.

    {"forward":    [[name, expression], …],                          in the order of evaluation
     "gradients":  [[name, [[lag, expression], …]], …],              in backward order; inputs last
     "parameters": [[name, [[expression, operand or null, transposed], …]], …]}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Expression = Any  # float | str | list[Any]: JSON has no closed type

_erf = np.vectorize(math.erf, otypes=[float])


def _sigmoid(a: Array) -> Array:
    return 0.5 * np.tanh(0.5 * a) + 0.5  # never overflows


def _softplus(a: Array) -> Array:
    return np.logaddexp(a, 0.0)


def _softmax(a: Array) -> Array:
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _part(v: Array, k: int, widths: list[int]) -> Array:
    start = sum(widths[:k])
    return v[..., start : start + widths[k]]


def _sum(v: Array) -> Array:
    return v.sum(axis=-1, keepdims=True)


def _mean(v: Array) -> Array:
    return v.mean(axis=-1, keepdims=True)


#: operation -> what it computes from evaluated arguments.
OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "+": lambda *a: reduce(np.add, a),
    "*": lambda *a: reduce(np.multiply, a),
    "^": lambda a, n: a**n,
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0.0),
    "step": lambda a: np.where(a > 0, 1.0, 0.0),
    "exp": np.exp,
    "log": np.log,
    "softplus": _softplus,
    "erf": _erf,
    "absolute": np.abs,
    "sign": np.sign,
    "maximum": np.maximum,
    "matmul": lambda w, v: v @ w.T,
    "matmul_t": lambda w, v: v @ w,
    "join": lambda *a: np.concatenate(a, axis=-1),
    "sum": _sum,
    "mean": _mean,
    "spread": lambda s, like: np.broadcast_to(s, like.shape),
    "softmax": _softmax,
}


def evaluate(expression: Expression, values: Mapping[str, Any]) -> Any:
    """The value of an expression; `part` alone needs widths instead of values."""
    if isinstance(expression, str):
        return values[expression]
    if not isinstance(expression, list):
        return expression
    operation, *arguments = expression
    if operation == "part":
        vector, k, join = arguments
        widths = [evaluate(part, values).shape[-1] for part in join]
        return _part(evaluate(vector, values), k, widths)
    return OPERATIONS[operation](*(evaluate(a, values) for a in arguments))


@dataclass
class Run:
    """What a program computed over a sequence.

    lines: every forward quantity, (T,B,·). gradients: δ of every quantity and input, (T,B,·), as it reaches the step.
    initial: the gradient that leaves the first step backwards, (B,·), by name. parameters: theirs, summed over time.
    """

    lines: dict[str, Array] = field(default_factory=dict)
    gradients: dict[str, Array] = field(default_factory=dict)
    initial: dict[str, Array] = field(default_factory=dict)
    parameters: dict[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Data:
    """What a program runs on: inputs (T,B,·), initial values (B,·) of everything read at [t-1], parameters."""

    inputs: Mapping[str, Array]
    initial: Mapping[str, Array]
    parameters: Mapping[str, Array]
    sizes: Mapping[str, int]

    @property
    def steps(self) -> int:
        return len(next(iter(self.inputs.values()))) if self.inputs else 1


def previous(name: str) -> str:
    """The key of name[t-1] among a step's values."""
    return f"{name}[t-1]"


def forward(program: Mapping[str, Any], data: Data, *, carried: bool = True) -> list[dict[str, Any]]:
    """The values of every step. carried=False feeds the initial values to every step (a mistake, reproduced)."""
    constants = {**data.parameters, **{f"#{n}": float(v) for n, v in data.sizes.items()}}
    before = dict(data.initial)
    steps = []
    for t in range(data.steps):
        values: dict[str, Any] = {**constants, **{n: x[t] for n, x in data.inputs.items()}}
        values.update((previous(n), v) for n, v in before.items())
        for name, expression in program["forward"]:
            values[name] = evaluate(expression, values)
        steps.append(values)
        if carried:
            before = {n: values[n] for n in before}
    return steps


def run(
    program: Mapping[str, Any],
    data: Data,
    upstream: Mapping[str, Array],
    *,
    accumulated: bool = True,
    carried_back: tuple[str, ...] | None = None,
    steps: list[dict[str, Any]] | None = None,
) -> Run:
    """Forward and backward over a sequence.

    upstream: ∂L/∂s at every step, (T,B,·), by name. accumulated=False keeps only the last parameter gradient that the
    backward loop computes; carried_back names what is handed from t+1 to t (all, unless said); steps, where given, are
    a forward pass to differentiate instead of the program's own.
    """
    steps = forward(program, data) if steps is None else steps
    back = {n: np.zeros_like(v) for n, v in data.initial.items()}
    found: list[dict[str, Array]] = [{} for _ in steps]
    parameters: dict[str, Array] = {}
    for t in reversed(range(len(steps))):
        handed = {n: v for n, v in back.items() if carried_back is None or n in carried_back}
        found[t], back, here = _step_back(
            program, steps[t], {n: u[t] for n, u in upstream.items()}, handed, data
        )
        for name, gradient in here.items():
            parameters[name] = parameters[name] + gradient if accumulated and name in parameters else gradient
    lines = {name: np.stack([s[name] for s in steps]) for name, _ in program["forward"]}
    gradients = {name: np.stack([f[name] for f in found]) for name, _ in program["gradients"]}
    return Run(lines, gradients, back, parameters)


def _step_back(
    program: Mapping[str, Any],
    values: dict[str, Any],
    upstream: Mapping[str, Array],
    handed: Mapping[str, Array],
    data: Data,
) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """One step: gradients of its quantities, those that leave it backwards, those of the parameters."""
    now = dict(values)
    out: dict[str, Array] = {}
    behind: dict[str, Array] = {n: np.zeros_like(v) for n, v in data.initial.items()}
    later: list[tuple[str, Expression]] = []
    for name, terms in program["gradients"]:
        total = upstream.get(name, 0.0) + handed.get(name, 0.0)
        for lag, expression in terms:
            if lag:
                later.append((name, expression))
            else:
                total = total + evaluate(expression, now)
        out[name] = now[f"d{name}"] = np.broadcast_to(total, values[name].shape)
    for name, expression in later:
        behind[name] = behind[name] + evaluate(expression, now)
    return out, behind, {n: _parameter(n, terms, now, data) for n, terms in program["parameters"]}


def _parameter(name: str, terms: list[list[Any]], now: Mapping[str, Any], data: Data) -> Array:
    total = np.zeros_like(data.parameters[name])
    for expression, operand, transposed in terms:
        left = evaluate(expression, now)
        if operand is None:
            total = total + left.sum(axis=0)
        else:
            outer = left.T @ evaluate(operand, now)
            total = total + (outer.T if transposed else outer)
    return total
