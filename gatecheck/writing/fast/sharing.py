"""Read once what is written several times: before gradients are derived, so that they are shared as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sympy import Add, Expr, Symbol
from sympy.core.parameters import distribute

from ...calculus.edges import extent
from ...calculus.symbols import Join, Mean, Times, Total, TransposedTimes, outermost_atoms, value
from ...calculus.system import System
from ...cells import SCALAR, Size
from .program import Program, Statement, fresh, in_order, title, varies


def open_joins(program: Program) -> Program:
    """sum(concat(v, w)²) becomes sum(v²) + sum(w²): what is joined need not be moved together.

    A name for a concatenation is written out where all that read it are products and such sums.
    """
    statements = {s.target: s for s in program.section("forward")}
    kept = {*program.cell.outputs, *program.cell.lagged}
    with distribute(False):
        for s in list(statements.values()):
            if isinstance(s.expression, Join) and s.name not in kept:
                written = {t: _written_out(program.system, r.expression.xreplace({s.target: s.expression}))
                           for t, r in statements.items() if s.target in r.reads()}  # fmt: skip
                if not any(s.expression in _outside_products(e) for e in written.values()):
                    statements |= {t: replace(statements[t], expression=e) for t, e in written.items()}
                    del statements[s.target]
    return program.with_sections(forward=statements.values())


def _written_out(system: System, e: Expr) -> Expr:
    """The expression with every sum or mean over what is joined as sums over the parts."""
    if not e.args:
        return e
    e = e.func(*(_written_out(system, a) for a in e.args))
    if not isinstance(e, (Total, Mean)):
        return e
    inner = e.args[0]
    atoms = outermost_atoms(inner)
    bare = inner.xreplace({a: Symbol(f"atom {k}") for k, a in enumerate(atoms)}).free_symbols & inner.free_symbols
    joins = [a for a in atoms if isinstance(a, Join)]
    sizes = {tuple(map(system.size, j.args)) for j in joins}
    others = [a for a in (*atoms, *bare) if a not in joins]
    if len(sizes) != 1 or any(system.size(o) != SCALAR for o in others):
        return e
    parts = [inner.xreplace({j: j.args[k] for j in joins}) for k in range(len(joins[0].args))]
    total = Add(*map(Total, parts))
    return total / extent(system.size(inner)) if isinstance(e, Mean) else total


def _outside_products(e: Expr) -> Iterator[Expr]:
    """The concatenations that are more than the operand of a product."""
    for a in e.args:
        if isinstance(a, Join) and not isinstance(e, (Times, TransposedTimes)):
            yield a
        yield from _outside_products(a)


def share(program: Program) -> Program:
    """An elementwise expression of several names that stands in several places gets a name."""
    statements, sizes = list(program.section("forward")), dict(program.sizes)
    with distribute(False):
        for e in sorted(_repeated(statements), key=lambda e: (-e.count_ops(), str(e))):
            readers = [k for k, s in enumerate(statements) for inside in _inside(s.expression) if inside == e]
            if len(readers) > 1:  # else a part of what has a name by now
                made = _named(program, e, statements[readers[0]], sizes)
                for k in readers:
                    s = statements[k]
                    statements[k] = replace(s, expression=s.expression.xreplace({e: made.target}))
                statements.append(made)
    return replace(program, sizes=sizes).with_sections(forward=in_order(statements))


def invert(program: Program) -> Program:
    """v / s becomes v ⊙ (1 / s) where s is one number for a whole vector: one division, and many products."""
    statements, sizes = list(program.section("forward")), dict(program.sizes)
    found: dict[Expr, Symbol] = {}
    with distribute(False):
        for k, s in enumerate(program.section("forward")):
            for e in _divisors(program.system, s.expression):
                if e not in found:
                    statements.append(_named(program, e, s, sizes))
                    found[e] = statements[-1].target
            statements[k] = replace(s, expression=s.expression.xreplace(found))
    return replace(program, sizes=sizes).with_sections(forward=in_order(statements))


def _repeated(statements: Iterable[Statement]) -> list[Expr]:
    """What stands in several places, elementwise and of several names."""
    counts = Counter[Expr]()
    for s in statements:
        counts.update(_inside(s.expression))
    return [e for e, n in counts.items() if n > 1 and sum(map(varies, e.free_symbols)) > 1]


def _inside(e: Expr) -> Iterator[Expr]:
    """Sums, products and powers within an expression, as often as they stand there; those of numbers are not meant."""
    for a in e.args:
        if a.is_Add or a.is_Mul or a.is_Pow:
            yield a
        yield from _inside(a)


def _divisors(system: System, e: Expr) -> Iterator[Expr]:
    """1 / s for each s that divides a vector and is one number."""
    if e.is_Mul and system.size(e) != SCALAR:
        yield from (a for a in e.args if a.is_Pow and a.exp.is_negative and any(map(varies, a.free_symbols))
                    and system.size(a) == SCALAR)  # fmt: skip
    for a in e.args:
        yield from _divisors(system, a)


def _named(program: Program, e: Expr, of: Statement, sizes: dict[str, Size]) -> Statement:
    name = fresh(title(e), (*sizes, *program.cell.shapes))
    sizes[name] = replace(program, sizes=sizes).system.size(e)
    return Statement(value(name, 0), e, of.of)
