"""What a cell file says once it is read: a Cell, its equations, its sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..errors import Place
from .tree import Node, Read


@dataclass(frozen=True, eq=False)
class Size:
    """A sum of declared sizes: H, H+D, 2H; the number 1 is the size of a scalar.

    Terms keep the order in which they were first met, for printing; H+D equals D+H.
    """

    terms: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, *names: str) -> Size:
        """The sum of the named sizes.

        >>> str(Size.of("H", "D", "H"))
        '2H+D'
        """
        return cls(tuple(Counter(names).items()))

    @classmethod
    def total(cls, sizes: Iterable[Size]) -> Size:
        """The sum of sizes."""
        counts: Counter[str] = Counter()
        for size in sizes:
            counts.update(dict(size.terms))
        return cls(tuple(counts.items()))

    def minus(self, other: Size) -> Size | None:
        """What is left of this size without the other; None where nothing or less would be left."""
        counts = Counter(dict(self.terms))
        counts.subtract(dict(other.terms))
        left = tuple((name, count) for name, count in counts.items() if count)
        return Size(left) if left and min(count for _, count in left) > 0 else None

    @property
    def scalar(self) -> bool:
        return self == SCALAR

    def value(self, numbers: Mapping[str, int]) -> int:
        """The size as a number, given a number for each name."""
        return sum(count * (1 if name == "1" else numbers[name]) for name, count in self.terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and dict(self.terms) == dict(other.terms)

    def __hash__(self) -> int:
        return hash(frozenset(self.terms))

    def __str__(self) -> str:
        return "+".join(str(n) if name == "1" else name if n == 1 else f"{n}{name}" for name, n in self.terms)


SCALAR = Size.of("1")
Shape = tuple[Size, ...]


@dataclass(frozen=True)
class Equation:
    """`name[t] = expression`, as the author wrote it."""

    name: str
    expression: Node
    source: str  # one line of valid Python, normalised
    comment: str
    place: Place = field(compare=False, repr=False)

    def reads(self) -> Iterator[Read]:
        """Every name on the right-hand side, in the order of reading, repeated where it is repeated."""
        return (node for node in self.expression.walk() if isinstance(node, Read))


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: equations for one time step, and what follows from reading them.

    shapes holds, for every name, () of Sizes: one for a vector, two for a matrix (rows, columns).
    """

    name: str
    docstring: str
    equations: tuple[Equation, ...]
    shapes: Mapping[str, Shape]
    declared: tuple[str, ...]
    comments: Mapping[str, str]
    source: str

    @cached_property
    def sha256(self) -> str:
        """The hash of the file's text; keys are valid for one."""
        import hashlib  # 5 ms that formulas need not wait for

        return hashlib.sha256(self.source.encode()).hexdigest()

    @property
    def title(self) -> str:
        """The first line of the docstring."""
        return next((line.strip() for line in self.docstring.splitlines() if line.strip()), "")

    @cached_property
    def assigned(self) -> tuple[str, ...]:
        """Every name that has an equation, in the order of the file."""
        return tuple(e.name for e in self.equations)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names without an index, in the order of reading."""
        return self._distinct(r.name for e in self.equations for r in e.reads() if r.lag is None)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Indexed names that are never assigned, in the order of declaration."""
        read = {r.name for e in self.equations for r in e.reads() if r.lag is not None}
        return tuple(n for n in self.declared if n in read and n not in self.assigned)

    @cached_property
    def one_hot(self) -> tuple[str, ...]:
        """Inputs of which one element is 1 and the rest 0: those whose comment begins with that word."""
        return self._said("one-hot")

    @cached_property
    def data(self) -> tuple[str, ...]:
        """Inputs that nothing computes, as words and targets: one-hot ones, and those whose comment begins with "data".

        No gradient of them is printed, coded or graded unless it is asked for by name.
        """
        return self._said("one-hot", "data")

    @cached_property
    def lagged(self) -> tuple[str, ...]:
        """Every name read at [t-1]: the carried states, then the inputs that are read there."""
        read = {r.name for e in self.equations for r in e.reads() if r.lag == 1}
        return (*(n for n in self._ordered if n in read), *(n for n in self.inputs if n in read))

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Assigned names that are carried to the next step, in the order of declaration."""
        return tuple(n for n in self.lagged if n in self.assigned)

    @property
    def output(self) -> str:
        """The name of the last equation: what the cell hands to whatever reads it."""
        return self.equations[-1].name

    @property
    def objective(self) -> str:
        """The name of the loss where the cell computes it itself: an output L of size 1. Empty for other cells."""
        computed = self.output == "L" and self.size("L").scalar and "L" not in self.lagged
        return "L" if computed else ""

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """What one step hands on: the carried states, and the output where it is not one of them."""
        handed = {*self.states, self.output}
        return tuple(n for n in self._ordered if n in handed)

    @cached_property
    def sizes(self) -> tuple[str, ...]:
        """The declared sizes' names, in the order of declaration."""
        found = (size for name in (*self.declared, *self.shapes) for size in self.shapes[name])
        return self._distinct(n for size in found for n, _ in size.terms if n != "1")

    def equation(self, name: str) -> Equation:
        return next(e for e in self.equations if e.name == name)

    def size(self, name: str) -> Size:
        """The size of a vector or scalar."""
        return self.shapes[name][0]

    @cached_property
    def _ordered(self) -> tuple[str, ...]:
        return self._distinct((*(n for n in self.declared if n in self.assigned), *self.assigned))

    def _said(self, *words: str) -> tuple[str, ...]:
        """Inputs whose comment begins with one of the words."""
        return tuple(n for n in self.inputs if self.comments.get(n, "").lower().startswith(words))

    @staticmethod
    def _distinct(names: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(names))
