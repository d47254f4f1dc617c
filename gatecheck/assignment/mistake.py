"""A mistake that can be recognised by its numbers: its name, how it changes the program, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .change import RIGHT, Change


class Words(NamedTuple):
    """What is said of a mistake.

    `left = wrong` is what the numbers say, `left = right` what the equations give; path: what is missing, as h → c;
    many: the title where it is made in several places, with {} for their names, {old} and {new} for what differs.
    places: the names of this one; slip: what is {old} and {new} in it.
    """

    title: str
    left: str
    wrong: str
    right: str
    hint: str
    path: str | None = None
    many: str = ""
    places: tuple[str, ...] = ()
    slip: tuple[str, str] = ("", "")


def fixed(words: Words) -> Callable[[], Words]:
    """Words that are at hand."""
    return lambda: words


@dataclass(frozen=True, eq=False)
class Wrong:
    """A mistake that can be recognised by its numbers.

    roles: the functions in which it can be seen. quantity: what is wrong (dc: the gradient of c). saying: makes the
    words, which take longer than the numbers, and are wanted of few. later: what it may do to the functions that call
    this one. unlikely: where several explain the same numbers, the one with the smallest speaks. also: further
    quantities that it is wrong in. likening: what it has in common with the same mistake in other places. formula: its
    wrong equation, where a change makes it wrong in several places.
    """

    id: str
    roles: tuple[str, ...]
    quantity: str
    change: Change
    saying: Callable[[], Words]
    later: Change = RIGHT
    unlikely: int = 0
    also: tuple[str, ...] = ()
    likening: Callable[[], Iterable[Hashable]] = tuple
    formula: Callable[[Change], str] | None = None

    @cached_property
    def words(self) -> Words:
        """What is said of it."""
        return self.saying()

    @property
    def quantities(self) -> tuple[str, ...]:
        """All that it is wrong in."""
        return (self.quantity, *self.also)

    @cached_property
    def kinds(self) -> tuple[Hashable, ...]:
        """What mistakes that are the same one in several places have in common."""
        return tuple(self.likening())

    @property
    def claim(self) -> tuple[str, str]:
        """What it says the student's equation is: two ways to the same one are one claim."""
        return self.words.left, self.words.wrong


def of_loop(role: str, id: str, quantity: str, change: Change, words: Words) -> Wrong:
    """A mistake of a loop, whose words are at hand; those with the same title for many are one."""
    return Wrong(id, (role,), quantity, change, fixed(words), likening=lambda: [words.many] if words.many else [])
