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

from .change import RIGHT, Change
from .expressions import Expression
from .operations import Array


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


def before(name: str) -> str:
    """The key, in a loop backwards, of a value as it was one step earlier; before the first step, of the last one."""
    return f"{name}[-1]"


def final(name: str) -> str:
    """The key of a value as the last step of a sequence left it."""
    return f"{name}[T-1]"


def arriving_first(name: str) -> str:
    """The key, before a loop backwards begins, of the gradient by the loss of a value in the first step."""
    return f"~d{name}[0]"


def arriving(name: str) -> str:
    """The key of the gradient that reaches a step from outside: from the loss, and from t+1."""
    return f"~d{name}"
