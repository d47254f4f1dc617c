"""A mistake that can be recognised by its numbers: its name, how it changes the program, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .change import RIGHT, Change


class Words(NamedTuple):
    """What is said of a mistake.

    `left = wrong` is what the numbers say, `left = right` what the equations give; path: what is missing, as h → c;
    many: the title where several of the kind are found, with {} for their names.
    """

    title: str
    left: str
    wrong: str
    right: str
    hint: str
    path: str | None = None
    many: str = ""


def fixed(words: Words) -> Callable[[], Words]:
    """Words that are at hand."""
    return lambda: words


@dataclass(frozen=True, eq=False)
class Wrong:
    """A mistake that can be recognised by its numbers.

    roles: the functions in which it can be seen. quantity: what is wrong (dc: the gradient of c). saying: makes the
    words, which take longer than the numbers, and are wanted of few. later: what it may do to the functions that call
    this one. unlikely: where several explain the same numbers, the one with the smallest speaks.
    """

    id: str
    roles: tuple[str, ...]
    quantity: str
    change: Change
    saying: Callable[[], Words]
    later: Change = RIGHT
    unlikely: int = 0

    @cached_property
    def words(self) -> Words:
        """What is said of it."""
        return self.saying()

    @property
    def claim(self) -> tuple[str, str]:
        """What it says the student's equation is: two ways to the same one are one claim."""
        return self.words.left, self.words.wrong
