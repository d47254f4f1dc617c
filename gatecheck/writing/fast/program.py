"""What fast code is made from: a program, statements in sections, each with the direction it runs in over time.

A statement gives one quantity at step t a value, an expression of generic elements as everywhere in the calculus. Every
pass takes a program and returns one that computes the same numbers. Symbols by kind: `value` (lag 1: of t-1),
`gradient` (δ at step t; with lag 1 what step t sends back to t-1), `carry` (what step t+1 sent back), `loss`
(∂L_t/∂ of what the cell hands on).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from sympy import Expr, Function, Rational, Symbol

from ...calculus.symbols import Times, TransposedTimes, label, symbol, value
from ...calculus.system import System
from ...cells import Cell, Equation, Size

#: Sections in the order in which they run: name -> direction over time (0: no step needs another, all run at once).
FORWARD = {"early": 0, "forward": 1, "late": 0}
BACKWARD = {"factors": 0, "before": 0, "backward": -1, "after": 0}
DIRECTIONS = {**FORWARD, **BACKWARD}


@dataclass(frozen=True, eq=False)
class Statement:
    """`target = expression` at every step; `of` is the equation of the cell file that it comes from.

    line: the named quantity that it is a part of.
    """

    target: Symbol
    expression: Expr
    of: Equation
    line: Symbol | None = None

    @property
    def name(self) -> str:
        return label(self.target).name

    def reads(self) -> frozenset[Symbol]:
        """What it needs that may change from step to step."""
        return self._reads

    @cached_property
    def _reads(self) -> frozenset[Symbol]:
        return frozenset(s for s in self.expression.free_symbols if varies(s))


@dataclass(frozen=True)
class Section:
    """Statements that run together; name is one of DIRECTIONS."""

    name: str
    statements: tuple[Statement, ...]

    @property
    def direction(self) -> int:
        return DIRECTIONS[self.name]


@dataclass(frozen=True)
class Piece:
    """A parameter as products use it: `scale` times the rows or columns (axis) from `start` on that `size` counts.

    beside: a vector that stands behind its columns as one more; both may be pieces themselves.
    """

    parameter: str
    axis: int | None = None
    start: Size | None = None
    size: Size | None = None
    scale: Rational = field(default_factory=lambda: Rational(1))
    beside: str | None = None


@dataclass(frozen=True)
class Weight:
    """What a product adds to its parameter's gradient: Σ over steps and rows of δ operandᵀ (transposed: operand δᵀ)."""

    parameter: str
    delta: Symbol
    operand: Symbol
    transposed: bool


@dataclass(frozen=True)
class Program:
    """A cell as statements. sizes: of every quantity; shapes and pieces: of what parameters were cut into.

    weights: the gradients of matrices. sums: (parameter, quantity), a gradient that is summed over steps and rows.
    deltas: the gradient of each named quantity, where another has the same. widened: inputs with a 1 behind them.
    """

    cell: Cell
    sections: tuple[Section, ...]
    sizes: Mapping[str, Size]
    pieces: Mapping[str, Piece]
    weights: tuple[Weight, ...] = ()
    sums: tuple[tuple[str, Symbol], ...] = ()
    deltas: Mapping[Symbol, Symbol] = field(default_factory=dict)
    widened: Mapping[Symbol, Symbol] = field(default_factory=dict)

    @property
    def system(self) -> System:
        """The sizes, as the calculus asks for them."""
        return System(self.cell, (), self.sizes)

    def section(self, name: str) -> tuple[Statement, ...]:
        """The statements of a section; none where the program has no such section."""
        return next((s.statements for s in self.sections if s.name == name), ())

    def statements(self) -> Iterator[Statement]:
        """All of them in the order in which they run."""
        for section in self.sections:
            yield from section.statements

    def with_sections(self, **changed: Iterable[Statement]) -> Program:
        """The same program with these sections instead of its own; empty ones are left out."""
        found = {s.name: s.statements for s in self.sections} | {n: tuple(s) for n, s in changed.items()}
        return replace(self, sections=tuple(Section(n, found[n]) for n in DIRECTIONS if found.get(n)))


def asked(cell: Cell, names: Iterable[str]) -> list[str]:
    """The names of inputs and states whose gradient is asked for: data has none."""
    return [n for n in names if n not in cell.data]


def varies(s: Symbol) -> bool:
    """Whether a symbol may change from step to step: it is no parameter and no size."""
    return label(s).lag is not None


def constant(e: Expr) -> bool:
    """Whether an expression is a number, sizes being numbers."""
    return all(label(s).kind == "size" for s in e.free_symbols)


def carry(name: str) -> Symbol:
    """What step t+1 sent back to name[t]."""
    return symbol("carry", name, 0)


def sent(name: str) -> Symbol:
    """What step t sends back to name[t-1]."""
    return symbol("gradient", name, 1)


def fresh(wanted: str, taken: Iterable[str]) -> str:
    """The name, or with a number behind it where it is taken."""
    names = set(taken)
    return wanted if wanted not in names else next(n for k in range(2, 10**6) if (n := f"{wanted}_{k}") not in names)


def title(e: Expr) -> str:
    """What to call an expression that the author gave no name: after its function and the names in it."""
    words = "_".join(dict.fromkeys(label(s).name for s in sorted(e.free_symbols, key=str) if varies(s)))
    function = isinstance(e, Function) and not isinstance(e, (Times, TransposedTimes))
    head = type(e).__name__.lower() if function else "v"
    return f"{head}_{words}" if len(words) < 12 else head


def in_order(statements: Iterable[Statement], whole: bool = False) -> tuple[Statement, ...]:
    """The statements, each after those it reads; otherwise as they stand.

    whole: each runs over all steps before the next begins, so that what it reads of another step counts, too.
    """
    waiting, done = {s.target: s for s in statements}, dict[Symbol, Statement]()

    def before(s: Statement) -> list[Symbol]:
        read = (source(r) if whole else r for r in s.reads())
        return [r for r in read if r in waiting and r not in done and r != s.target]

    for first in waiting.values():
        pending = [first]
        while pending:
            if missing := before(pending[-1]):
                pending.append(waiting[min(missing, key=str)])
            else:
                s = pending.pop()
                done[s.target] = s
    return tuple(done.values())


def source(s: Symbol) -> Symbol:
    """What a symbol is read from: of t-1 or of t+1, the same quantity."""
    tag = label(s)
    if tag.kind == "carry":
        return sent(tag.name)
    return value(tag.name, 0) if tag.kind == "value" and tag.lag == 1 else s
