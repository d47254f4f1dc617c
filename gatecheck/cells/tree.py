"""The grammar of an equation's right-hand side, as a tree.

    expression := Number | Read | Apply | Binary | Negate | Power | Product | Concat | Reduce | Softmax

Every node knows where it stands in the file. The tree keeps what the author wrote, in the author's order;
it is the one thing that every interpretation (shapes, SymPy, a numeric oracle) starts from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import Place

#: Elementwise functions, with the number of arguments of each.
ELEMENTWISE = {
    "sigmoid": 1, "tanh": 1, "relu": 1, "exp": 1, "log": 1, "sqrt": 1, "softplus": 1, "erf": 1,
    "abs": 1, "sign": 1, "maximum": 2,
}  # fmt: skip
REDUCTIONS = ("sum", "mean", "logsumexp")
FUNCTIONS = (*ELEMENTWISE, *REDUCTIONS, "softmax", "concat")


@dataclass(frozen=True)
class Node:
    """A stretch of an equation."""

    place: Place = field(compare=False, repr=False)

    def children(self) -> tuple[Node, ...]:
        return ()

    def walk(self) -> Iterator[Node]:
        """Every node, in the order of reading."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True)
class Number(Node):
    """A literal; the text is kept, so that 0.1 stays one tenth."""

    text: str


@dataclass(frozen=True)
class Read(Node):
    """A name: a parameter (lag is None), or a vector at [t] (lag 0) or [t-1] (lag 1)."""

    name: str
    lag: int | None

    def __str__(self) -> str:
        return self.name if self.lag is None else f"{self.name}[t]" if self.lag == 0 else f"{self.name}[t-1]"


@dataclass(frozen=True)
class Apply(Node):
    """An elementwise function."""

    function: str
    arguments: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True)
class Binary(Node):
    """Elementwise + - * /; a scalar goes with a vector of any size."""

    operator: str
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True)
class Negate(Node):
    """The sign of an expression turned."""

    argument: Node

    def children(self) -> tuple[Node, ...]:
        return (self.argument,)


@dataclass(frozen=True)
class Power(Node):
    """Elementwise power with a literal exponent."""

    base: Node
    exponent: str

    def children(self) -> tuple[Node, ...]:
        return (self.base,)


@dataclass(frozen=True)
class Product(Node):
    """A parameter matrix, or its transpose, times a vector."""

    matrix: Read
    transposed: bool
    operand: Node

    def children(self) -> tuple[Node, ...]:
        return (self.matrix, self.operand)


@dataclass(frozen=True)
class Concat(Node):
    """Vectors joined end to end."""

    parts: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True)
class Reduce(Node):
    """sum, mean or log Σ exp over a vector's elements."""

    function: str
    argument: Node

    def children(self) -> tuple[Node, ...]:
        return (self.argument,)


@dataclass(frozen=True)
class Softmax(Node):
    """exp(v) / Σ exp(v) over a vector's elements."""

    argument: Node

    def children(self) -> tuple[Node, ...]:
        return (self.argument,)
