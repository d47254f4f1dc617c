"""How a course or framework lays a cell out: names, order, orientation, signatures. One data file each.

A convention names the arguments and results of four functions (step, step_backward, forward, backward) by kind:

    input, previous (what is read at [t-1]), initial (the same, before the first step), state (what a step hands on),
    output (the last of them), cache, parameter (one array each), parameters (one dict by name);
    "initial output" is the output's alone; "d …" is the gradient of any of these.

A convention may name the functions of the training step around a cell, too (clip_by_value, clip_by_norm, sgd_step);
these take a limit or a rate, one number each.

Layout applies a convention to a cell.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cells import Cell
from ..errors import ConventionError, Problem, nearest
from .parameters import Stack, stacks

__all__ = ["ROLES", "TRAINING", "Convention", "Layout", "Signature", "Slot", "Stack", "conventions", "layout"]

FOLDER = Path(__file__).parent
ROLES = ("step", "step_backward", "forward", "backward")
TRAINING = ("clip_by_value", "clip_by_norm", "sgd_step")
BACKWARD = {"step": "step_backward", "forward": "backward"}


@dataclass(frozen=True)
class Slot:
    """One argument or result: its name, what it is, and of which name of the cell (empty where it is of none)."""

    name: str
    kind: str
    of: str = ""

    @property
    def gradient(self) -> bool:
        return self.kind.startswith("d ")

    @property
    def plain(self) -> str:
        """The kind without its "d ": what this is the gradient of."""
        return self.kind.removeprefix("d ").removesuffix(" output")


@dataclass(frozen=True)
class Signature:
    """A function that students write."""

    role: str
    name: str
    takes: tuple[Slot, ...]
    gives: tuple[Slot, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(s.name for s in self.takes)})"


@dataclass(frozen=True)
class Convention:
    """A convention as its file has it."""

    name: str
    title: str
    time_first: bool
    batch: str
    gates: tuple[str, ...]
    stacked: tuple[tuple[str, str], ...]
    functions: dict[str, Any]

    @property
    def native(self) -> bool:
        """Whether parameters keep their own names and shapes."""
        return not self.stacked


@dataclass(frozen=True)
class Layout:
    """A convention applied to a cell: signatures, of the training step too, and how parameters are stacked."""

    convention: Convention
    cell: Cell
    signatures: tuple[Signature, ...]
    stacks: tuple[Stack, ...]
    training: tuple[Signature, ...] = ()

    @property
    def functions(self) -> tuple[Signature, ...]:
        """Everything that students can be asked to write."""
        return (*self.signatures, *self.training)

    @property
    def arrays(self) -> tuple[tuple[str, ...], ...]:
        """The parameters that each array of the convention holds."""
        return tuple(s.parameters for s in self.stacks) or tuple((n,) for n in self.cell.parameters)

    def signature(self, role: str) -> Signature:
        return next(s for s in self.functions if s.role == role)

    @property
    def loss(self) -> tuple[str, ...]:
        """What the loss reads: the results whose gradient reaches a sequence (or, without one, a step) from outside."""
        return tuple(slot.of for slot in self.signatures[-1].takes if slot.gradient)

    def by_name(self, name: str) -> Signature | None:
        """The signature of the function of that name, or None."""
        return next((s for s in self.functions if s.name == name), None)

    def shape(self, role: str, slot: Slot) -> str:
        """A slot's shape as text: (N,T,D), (H,4H)."""
        c = self.convention
        if slot.plain in ("cache", "parameters", "limit", "rate"):
            return ""
        if slot.plain == "parameter":
            return next(s.shape for s in self.stacks if s.name == slot.of)
        size = str(self.cell.size(slot.of))
        if slot.plain in ("initial", "previous") or role.startswith("step"):
            return f"({c.batch},{size})"
        return f"(T,{c.batch},{size})" if c.time_first else f"({c.batch},T,{size})"


def conventions() -> list[str]:
    """The names of the conventions, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def convention(name: str) -> Convention:
    """The convention of that name. Raises ConventionError where there is none."""
    if name not in conventions():
        raise ConventionError(Problem(f"no convention is called {name}", None, nearest(name, conventions())))
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    parameters = data.get("parameters", {})
    return Convention(
        name,
        data["title"],
        data["sequence"] == "time first",
        data.get("batch", "B"),
        tuple(parameters.get("gates", ())),
        tuple((stack, kind) for stack, kind in parameters.get("stacks", ())),
        data["functions"],
    )


def layout(cell: Cell, name: str) -> Layout:
    """The convention of that name, applied to a cell.

    Raises ConventionError where there is no such convention, or where the cell does not fit it.
    """
    found = convention(name)
    stacked = stacks(cell, found.name, found.gates, found.stacked) if found.stacked else ()
    # Without a state a sequence is nothing but its steps; without an input it has no length.
    roles = ROLES if cell.lagged and cell.inputs else ROLES[:2]
    made = tuple(_signature(cell, stacked, role, found.functions[role]) for role in roles)
    trained = [role for role in TRAINING if role in found.functions and cell.parameters]
    training = tuple(_signature(cell, stacked, role, found.functions[role]) for role in trained)
    return Layout(found, cell, made, stacked, training)


def _signature(cell: Cell, stacked: tuple[Stack, ...], role: str, data: dict[str, Any]) -> Signature:
    def slots(entries: list[list[str]]) -> tuple[Slot, ...]:
        return tuple(s for kind, pattern in entries for s in _expand(cell, stacked, kind, pattern))

    return Signature(role, data["name"].replace("{cell}", cell.name), slots(data["takes"]), slots(data["gives"]))


def _expand(cell: Cell, stacked: tuple[Stack, ...], kind: str, pattern: str) -> Iterator[Slot]:
    names = {
        "input": cell.inputs,
        "previous": cell.lagged,
        "initial": cell.lagged,
        "initial output": tuple(n for n in cell.lagged if n == cell.output),
        "state": cell.outputs,
        "output": (cell.output,),
        "parameter": tuple(s.name for s in stacked),
    }.get(kind.removeprefix("d "))
    if names and kind.startswith("d "):
        names = tuple(n for n in names if n not in cell.data)
    if names is None:
        yield Slot(pattern, kind)
    else:
        yield from (Slot(pattern.replace("{}", name), kind, name) for name in names)
