"""Cell -> Proof: that the derived gradients are right, by two arguments that share nothing with the derivation.

The author's equations are differentiated a second time, forwards, by a small table of rules (`forward`); what the
derivation says is read as data (`claims`). Both are worked out in the same arithmetic and must be equal: for each
equation and all sizes in polynomials with indices (`adjoints`), for whole sequences in a prime field (`assembly`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass

from ...cells import Cell
from ..backward import Backward, derive
from .adjoints import Adjoint, adjoints
from .assembly import Assembly, assembly

__all__ = ["Adjoint", "Assembly", "Proof", "prove"]


@dataclass(frozen=True)
class Proof:
    """What has been shown of a derivation, and how long each part took.

    adjoints: for all sizes, by identity; assembly: for whole sequences, but for a tiny chance of error.
    """

    backward: Backward
    adjoints: tuple[Adjoint, ...]
    assembly: Assembly
    seconds: tuple[float, float]

    @property
    def cell(self) -> Cell:
        return self.backward.cell


def prove(cell: Cell, loss: Iterable[str] | None = None, seed: str | None = None) -> Proof:
    """The proof of a cell's backward equations, for a loss that reads the named quantities (see `derive`).

    seed: of what part two draws, in hexadecimal; drawn afresh where none is given.
    Raises Fault where the derivation is wrong, CellError where the cell is too large to be proved.
    """
    backward = derive(cell, loss, unit=True)
    start = time.perf_counter()
    shown = adjoints(backward)
    middle = time.perf_counter()
    whole = assembly(backward, seed or secrets.token_hex(16))
    return Proof(backward, shown, whole, (middle - start, time.perf_counter() - middle))
