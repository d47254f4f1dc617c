"""The functions that a convention has: their names, what they take, what they give."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("step", "step_backward", "forward", "backward")
TRAINING = ("clip_by_value", "clip_by_norm", "sgd_step")
#: Kinds that a method does not take or give.
KEPT = ("parameter", "cache")
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
    """A function that students write, or a method, which finds parameters and cache in its object.

    named: whether its results come as a dict, by name, and not as a tuple; shown: what it takes as it is printed, where
    it takes more than is of interest; clip: where its gradients are cut off (0: nowhere).
    """

    role: str
    name: str
    takes: tuple[Slot, ...]
    gives: tuple[Slot, ...]
    named: bool = False
    shown: str = ""
    clip: float = 0.0

    @property
    def method(self) -> bool:
        """Whether it is a method."""
        return "." in self.name

    def __str__(self) -> str:
        kept = KEPT if self.method else ()
        return f"{self.name}({self.shown or ', '.join(s.name for s in self.takes if s.plain not in kept)})"
