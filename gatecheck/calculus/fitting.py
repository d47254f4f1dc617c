"""Numbers of given shapes -> the sizes that follow: each Size = number that has one unknown letter is solved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..cells import Shape, Size
from .numbers import Array

#: More units are nothing to follow by eye.
MOST_UNITS = 100

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Name:
    """What a name in a file stands for; role: input, initial, parameter, loss, or what is computed."""

    role: str
    of: str
    shape: Shape

    @property
    def over_time(self) -> bool:
        """Whether there is one of it at every step."""
        return self.role in ("input", "loss", "quantity", "gradient")


class Sizes:
    """Every letter's number and what told it; refused is called with the keys of what does not fit, once each."""

    def __init__(self, refused: Callable[[Keys, str, str], None]) -> None:
        self._refused = refused
        self._told: dict[str, tuple[int, str]] = {}
        self._wrong: set[Keys] = set()

    @property
    def numbers(self) -> dict[str, int]:
        """What is known, in the order in which it was told."""
        return {letter: number for letter, (number, _) in self._told.items()}

    def tell(self, letter: str, number: int, by: str) -> None:
        """Note a size."""
        self._told[letter] = number, by

    def infer(self, found: Mapping[Keys, tuple[Name, Array]]) -> None:
        """Solve what has one unknown letter, until nothing more follows; compare the rest."""
        open_ones = [(keys, *pair) for keys, (name, a) in found.items() for pair in self._pairs(keys, name, a)]
        while open_ones:
            left = [(k, name, size, n) for k, name, size, n in open_ones if not self._settled(k, name, size, n)]
            if len(left) == len(open_ones):
                return
            open_ones = left

    def filled(self, name: Name, numbers: Array, steps: int) -> Array | None:
        """Numbers in their full shape; None where that is not known."""
        known = self.numbers
        if not {letter for size in name.shape for letter, _ in size.terms if letter != "1"} <= known.keys():
            return None
        shape = tuple(size.value(known) for size in name.shape)
        return np.broadcast_to(numbers, (steps, *shape) if name.over_time else shape)

    def _pairs(self, keys: Keys, name: Name, numbers: Array) -> Iterator[tuple[Name, Size, int]]:
        """(…, Size, number) along each axis; nothing for a number that fills whatever there is."""
        if numbers.ndim == 0:
            return
        shape = numbers.shape[1:] if name.over_time and numbers.ndim == 2 else numbers.shape
        if len(shape) != len(name.shape):
            wanted = {1: "a list of numbers", 2: "a list of rows, each a list of numbers"}[len(name.shape)]
            if name.over_time:
                wanted += " (or a list of such, one for each step)"
            self._refuse(keys, f"{keys[1]} must be {wanted}", f"Its shape is {shown(name.shape)}.")
        elif max(shape) > MOST_UNITS:
            self._refuse(keys, f"{keys[1]} has more than {MOST_UNITS} numbers in a row or column")
        else:
            for size, number in zip(name.shape, shape, strict=True):
                yield name, size, number

    def _settled(self, keys: Keys, name: Name, size: Size, n: int) -> bool:
        """Whether an equation between a size and a number is solved, or compared."""
        known = self.numbers
        unknown = [(letter, count) for letter, count in size.terms if letter != "1" and letter not in known]
        if len(unknown) > 1:
            return False
        rest = n - size.value({**known, **dict.fromkeys((letter for letter, _ in unknown), 0)})
        if unknown:
            letter, count = unknown[0]
            if rest > 0 and rest % count == 0:
                self.tell(letter, rest // count, keys[1])
                return True
        elif rest == 0:
            return True
        by = "; ".join(f"{a} is {self._told[a][0]} by {self._told[a][1]}" for a, _ in size.terms if a in known)
        wanted = size if unknown else n - rest
        self._refuse(keys, f"{keys[1]} has {n} where its shape {shown(name.shape)} wants {wanted}", f"{by}." * bool(by))
        return True

    def _refuse(self, keys: Keys, message: str, advice: str = "") -> None:
        if keys not in self._wrong:
            self._wrong.add(keys)
            self._refused(keys, message, advice)


def shown(shape: Shape) -> str:
    """A shape as (H, D)."""
    return f"({', '.join(map(str, shape))})"
