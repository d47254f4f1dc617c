"""How many numbers a cell's parameters hold, as a formula in its sizes."""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import prod

from .cell import Cell


def entries(cell: Cell, square: str = "²") -> str:
    """The numbers in all parameters; square is how H times H is written after the H.

    >>> from gatecheck.cells import load
    >>> entries(load("lstm"))
    '4(HD + H² + H)'
    """
    found: Counter[tuple[str, ...]] = Counter()  # letters -> how often
    for name in cell.parameters:
        for terms in product(*(size.terms for size in cell.shapes[name])):
            letters = sorted((letter for letter, _ in terms if letter != "1"), reverse=True)
            found[tuple(letters)] += prod(count for _, count in terms)
    ordered = sorted(found.items(), key=lambda item: (-len(item[0]), -len(set(item[0]))))
    once = [_term(1, letters, square) for letters, _ in ordered]
    if len(once) > 1 and len(set(found.values())) == 1 < ordered[0][1]:
        return f"{ordered[0][1]}({' + '.join(once)})"
    return " + ".join(_term(count, letters, square) for letters, count in ordered) or "0"


def _term(count: int, letters: tuple[str, ...], square: str) -> str:
    """A shape has two sizes at most."""
    text = letters[0] + square if len(letters) == 2 and letters[0] == letters[1] else "".join(letters)
    return text if count == 1 and text else f"{count}{text}"
