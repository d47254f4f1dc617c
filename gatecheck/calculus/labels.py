"""What a symbol stands for: words that formulas are written with, and that need no SymPy."""

from __future__ import annotations

from typing import NamedTuple


class Label(NamedTuple):
    """What a symbol stands for."""

    kind: str  # "value", "gradient" (δ), "loss" (∂L/∂), "size", "atom" (stands in for one)
    name: str
    lag: int | None  # 0: [t], 1: [t-1]; None: no index
