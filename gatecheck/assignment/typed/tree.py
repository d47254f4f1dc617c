"""What a typed formula is parsed into, and the functions that it may apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: What a function is called here, by its names in print, in NumPy and in other courses.
FUNCTIONS = {
    "σ": "sigmoid", "sigmoid": "sigmoid", "sigma": "sigmoid", "tanh": "tanh", "exp": "exp", "log": "log", "ln": "log",
    "relu": "relu", "softplus": "softplus", "erf": "erf", "abs": "absolute", "absolute": "absolute", "sign": "sign",
    "sqrt": "sqrt", "square": "square", "max": "maximum", "maximum": "maximum", "min": "minimum",
    "minimum": "minimum", "softmax": "softmax", "Σ": "sum", "sum": "sum", "mean": "mean", "logsumexp": "logsumexp",
    "concat": "join", "concatenate": "join", "hstack": "join", "outer": "outer", "dot": "dot", "matmul": "dot",
    "multiply": "multiply", "where": "where", "power": "power", "transpose": "turned",
}  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A piece of a formula; text: a number, a name, the options of a function, the signs between factors.

    kind: number, name, loss, ones; added, negative, product, beside, power, turned, index, part, join, bracket, step,
    over (time); or what a function is called.
    """

    kind: str
    parts: tuple[Node, ...]
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Typed:
    """A line `left = right` from `start` to `end` of the text; left: as gatecheck writes the name, as dW_f."""

    left: str
    right: Node
    start: int
    end: int


def whole(kind: str, parts: Sequence[Node], text: str = "") -> Node:
    """The parts together, where there are several."""
    return parts[0] if len(parts) == 1 else Node(kind, tuple(parts), text, parts[0].start, parts[-1].end)
