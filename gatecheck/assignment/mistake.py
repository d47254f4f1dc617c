"""A mistake as a key holds it: its name, its two equations, and how it changes the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .program import RIGHT, Change


@dataclass(frozen=True)
class Wrong:
    """A mistake that can be recognised by its numbers.

    roles: the functions in which it can be seen. quantity: what is wrong (dc: the gradient of c).
    `left = wrong` is what the numbers say, `left = right` what the equations give; path: what is missing, as h → c;
    many: the title where several of the kind are found, with {} for their names;
    later: what it may do to the functions that call this one.
    """

    id: str
    title: str
    roles: tuple[str, ...]
    quantity: str
    left: str
    wrong: str
    right: str
    hint: str
    change: Change
    path: str | None = None
    many: str = ""
    later: Change = RIGHT

    def to_data(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.__dict__, "change": self.change.to_data(), "later": self.later.to_data()}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Wrong:
        changes = {n: Change.from_data(data[n]) for n in ("change", "later")}
        return cls(**{**data, "roles": tuple(data["roles"]), **changes})
