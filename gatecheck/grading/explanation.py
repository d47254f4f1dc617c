"""What a verdict is made of: the points of each quantity, why some are off, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..assignment.kit import Kit
from ..assignment.model import Task
from .exchange import quantities
from .found import Found
from .report import Check, Mistake, Where


def shares(kit: Kit, task: Task) -> dict[str, float]:
    """The points of each quantity of a task: split evenly."""
    if task.kind == "formula":
        return {task.quantity: task.points}
    slots = kit.layout.signature(kit.role(task.name)).gives
    names = [q for slot in slots for q in quantities(kit.layout, slot)]
    return {q: task.points / len(names) for q in names}


@dataclass(frozen=True)
class Explanation:
    """Why quantities of a task are off.

    found: new mistakes; because: quantity -> the wrong quantity it follows from; certain: whether all of this is known
    for sure; looped: whether later functions start from states that the equations do not explain; nameless: whether
    only the place is known.
    """

    found: tuple[Found, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)
    certain: bool = False
    looped: bool = False
    nameless: bool = False

    @property
    def own(self) -> tuple[str, ...]:
        """What new mistakes are in, where others follow from it; each costs its own points once."""
        return (
            tuple(dict.fromkeys(q for f in self.found for q in f.wrong.quantities))
            if self.certain and self.because
            else ()
        )


def by_own_forward(task: str, q: str, share: float, problem: str | None, right: bool | None, cause: str) -> Check:
    """The check of a gradient that was compared with the student's own forward function."""
    if problem:
        return Check(task, q, "failed", 0.0, share, problem)
    if right is None:
        return Check(task, q, "skipped", 0.0, share, f"waits for {cause}", because=cause)
    if right:
        return Check(task, q, "passed", share, share, f"right given your {cause}", because=cause)
    return Check(task, q, "failed", 0.0, share, f"wrong, and not the gradient of your own {cause} either")


def mistake_of(found: Found, function: str, certain: bool) -> Mistake:
    """What the report says of a mistake in a function; certain: whether all of its numbers are explained."""
    wrong, words = found.wrong, found.wrong.words
    return Mistake(
        id=wrong.id,
        title=words.title,
        quantity=wrong.quantity,
        left=words.left,
        wrong=words.wrong,
        right=words.right,
        certain=certain and found.certain,
        agreement=found.agreement,
        explains=tuple(q for q in found.explains if q != wrong.quantity),
        hint=words.hint,
        where=Where(function),
        path=words.path,
    )
