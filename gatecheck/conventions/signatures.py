"""The functions that a convention has: their names, what they take, what they give."""

from __future__ import annotations

from dataclasses import dataclass

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
    """A function that students write. named: whether its results come as a dict, by name, and not as a tuple."""

    role: str
    name: str
    takes: tuple[Slot, ...]
    gives: tuple[Slot, ...]
    named: bool = False

    def __str__(self) -> str:
        return f"{self.name}({', '.join(s.name for s in self.takes)})"
