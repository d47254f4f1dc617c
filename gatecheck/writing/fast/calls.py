"""A flat statement as a call: what function on which operands; and the runs of statements that go together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sympy import Add, Expr, Integer, Mul, Rational, Symbol

from ...calculus.symbols import Times, TransposedTimes, label
from .program import Program, Section, Statement, constant

#: Functions of two operands that may change places.
COMMUTATIVE = ("add", "multiply", "maximum")


@dataclass(frozen=True)
class Call:
    """`function(*operands)`; detail tells apart what one function does in several ways (a part's place)."""

    function: str
    operands: tuple[Expr, ...]
    detail: Expr | None = None

    @property
    def product(self) -> bool:
        """Whether it is one product with matrices, or a sum of them."""
        return self.function == "products"


def call(statement: Statement) -> Call:
    """The call that a flat statement is."""
    return _call(statement.expression)


@cache
def _call(e: Expr) -> Call:
    if e.is_Symbol or constant(e):
        return Call("copy", (e,))
    if any(isinstance(a, (Times, TransposedTimes)) for a in Add.make_args(e)):
        return Call("products", tuple(a.args[1] for a in Add.make_args(e)), e)
    if e.is_Add:
        return _sum(e)
    if e.is_Mul:
        return _product(e)
    if e.is_Pow:
        names = {Integer(2): "square", Rational(1, 2): "sqrt", Integer(-1): "reciprocal"}
        return Call(names[e.exp], (e.base,)) if e.exp in names else Call("power", (e.base, e.exp))
    name = type(e).__name__
    if name == "Part":
        return Call(name, (e.args[0],), e)
    return Call(name, tuple(e.args))


def _sum(e: Expr) -> Call:
    number = Add(*(a for a in e.args if constant(a)))
    rest = [a for a in e.args if not constant(a)]
    minus = [a for a in rest if not a.is_Symbol]
    plus = [a for a in rest if a.is_Symbol]
    if not minus:
        return Call("add", tuple(plus) if len(plus) == 2 else (plus[0], number))
    return Call("subtract", (plus[0] if plus else number, -minus[0]))


def _product(e: Expr) -> Call:
    number = Mul(*(a for a in e.args if constant(a)))
    above = [a for a in e.args if a.is_Symbol and not constant(a)]
    below = [a.base for a in e.args if a.is_Pow and not constant(a)]
    if below:
        return Call("divide", (above[0] if above else number, below[0]))
    if len(above) == 2:
        return Call("multiply", tuple(above))
    return Call("negative", tuple(above)) if number == -1 else Call("multiply", (above[0], number))


@dataclass(frozen=True)
class Run:
    """Statements that run together: a loop, products over all steps at once, or calls on blocks of steps."""

    section: Section
    statements: tuple[Statement, ...]
    products: bool = False

    @property
    def loop(self) -> bool:
        return self.section.direction != 0


def runs(program: Program) -> list[Run]:
    """A program's runs in order; products that can go before calls do, so that there are few."""
    found: list[Run] = []
    for section in program.sections:
        if section.direction:
            found.append(Run(section, section.statements))
        else:
            found.extend(_alternating(section))
    return found


def _alternating(section: Section) -> Iterable[Run]:
    waiting = list(section.statements)
    products = True
    while waiting:
        done: list[Statement] = []
        missing = {_key(s.target) for s in waiting}
        for s in waiting:
            if call(s).product == products and not {_key(r) for r in s.reads()} & (missing - {_key(s.target)}):
                done.append(s)
                if not products and _key(s.target)[0] != "sent":  # what is sent back is read across blocks
                    missing.discard(_key(s.target))
        if done:
            yield Run(section, tuple(done), products)
            waiting = [s for s in waiting if s not in done]
        products = not products


def _key(s: Symbol) -> tuple[str, str]:
    tag = label(s)
    return ("sent" if tag.kind == "carry" or (tag.kind == "gradient" and tag.lag) else tag.kind), tag.name
