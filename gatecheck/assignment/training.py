"""The training step around a cell, as data: clipping by value, clipping by global norm, one step of gradient descent.

It is the same for every cell, so nothing is derived and no key holds it. An expression is one of `program`, evaluated
for every parameter. It reads θ and δθ (the parameter and its gradient), limit and rate, norm (of all gradients
together), own (the norm of the array that the gradient lies in) and norms (the sum of these).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .expressions import Expression
from .operations import OPERATIONS, Array, Table, evaluate
from .program import Data, Program

#: role -> what it computes for every parameter.
PROGRAMS: Mapping[str, Expression] = {
    "clip_by_value": ["maximum", ["*", -1.0, "limit"], ["minimum", "limit", "δθ"]],
    # Pascanu, Mikolov & Bengio (2013), algorithm 1: one factor for all, so that the direction stays.
    "clip_by_norm": ["*", ["minimum", 1.0, ["*", "limit", ["^", "norm", -1.0]]], "δθ"],
    "sgd_step": ["+", "θ", ["*", -1.0, "rate", "δθ"]],
}
#: role -> the same as printed: the name of the result, and the formula.
FORMULAS: Mapping[str, tuple[str, str]] = {
    "clip_by_value": ("clipped", "max(−limit, min(limit, ∂L/∂θ))"),
    "clip_by_norm": ("clipped", "min(1, limit / ‖∂L/∂θ‖) ∂L/∂θ"),
    "sgd_step": ("new θ", "θ − η ∂L/∂θ"),
}


@dataclass(frozen=True)
class Update:
    """What a function of the training step is called with; parameters and their gradients by name."""

    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    limit: float
    rate: float


#: What a function is called with: a cell's own once, one of the training step once for each update.
Given: TypeAlias = Data | tuple[Update, ...]


def norm(arrays: Mapping[str, Array], names: Sequence[str] = ()) -> float:
    """The square root of the sum of all squares in some arrays; in all, unless named."""
    return float(np.sqrt(sum(np.sum(arrays[n] ** 2) for n in names or arrays)))


def trained(
    program: Program, role: str, update: Update, arrays: Sequence[Sequence[str]], operations: Table = OPERATIONS
) -> dict[str, Array]:
    """What a function of the training step gives, by name of parameter.

    arrays: the parameters that lie in one array each, as the convention has them.
    """
    expression = program.change.training.get(role, PROGRAMS[role])
    own = {name: norm(update.gradients, names) for names in arrays for name in names}
    shared = {
        "limit": update.limit,
        "rate": update.rate,
        "norm": norm(update.gradients),
        "norms": sum(own[names[0]] for names in arrays),
    }
    return {
        n: evaluate(expression, {**shared, "own": own[n], "θ": value, "δθ": update.gradients[n]}, operations)
        for n, value in update.parameters.items()
    }
