"""What one submission is asked is asked of the next: what follows from the seed alone is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def remembered(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function remember what it gave for its last `most` arguments.

    Texts and tuples of them are known by what they say, all others by being the same object: kits, programs and arrays
    have no hash, and nobody changes them. They are held, so that no other object can come to lie where they lay.
    """

    def remembering(function: Callable[P, R]) -> Callable[P, R]:
        kept: dict[object, tuple[object, R]] = {}

        @wraps(function)
        def known(*arguments: P.args, **options: P.kwargs) -> R:
            given = (*arguments, *options.items())
            key = _known_by(given)
            if key not in kept:
                while len(kept) >= most:
                    del kept[next(iter(kept))]
                kept[key] = given, function(*arguments, **options)
            return kept[key][1]

        return known

    return remembering


def _known_by(argument: object) -> object:
    if isinstance(argument, tuple):
        return tuple([_known_by(part) for part in argument])
    return argument if isinstance(argument, str) else id(argument)
