"""Which statements wait for another step: those stay in the loop over time, the rest run before or after it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sympy import Add, Expr, Symbol
from sympy.core.parameters import distribute

from ...calculus.symbols import Times, TransposedTimes, label, value
from .program import Program, Statement, fresh, in_order, varies

Key = tuple[str, str]


def parted(statements: Iterable[Statement]) -> tuple[list[Statement], list[Statement], list[Statement]]:
    """Statements before, in and after the loop: what a cycle through time needs, is, or is needed by.

    Where there is no such cycle all are before it. What one cycle hands to another stays in the loop.
    """
    found = list(statements)
    known = {_key(s.target): s for s in found}
    reads = {k: {_key(r) for r in s.reads()} & known.keys() for k, s in known.items()}
    needs = {k: _reach(reads, k) for k in reads}
    core = {k for k in reads if k in needs[k]}
    reached = {k for k in reads if needs[k] & core}
    needed = set[Key]().union(*(needs[k] for k in core)) if core else set()
    inside = core | (reached & needed)
    early = [s for s in found if _key(s.target) not in reached]
    loop = [s for s in found if _key(s.target) in inside]
    late = [s for s in found if _key(s.target) in reached - inside]
    return early, loop, late


def _key(s: Symbol) -> Key:
    """The quantity a symbol is of, at whatever step; what is sent back and what arrives are one."""
    tag = label(s)
    if tag.kind == "carry" or (tag.kind == "gradient" and tag.lag == 1):
        return "sent", tag.name
    return tag.kind, tag.name


def _reach(reads: Mapping[Key, set[Key]], start: Key) -> set[Key]:
    seen: set[Key] = set()
    waiting = [start]
    while waiting:
        for k in reads[waiting.pop()]:
            if k not in seen:
                seen.add(k)
                waiting.append(k)
    return seen


def part_forward(program: Program) -> Program:
    """The forward step's statements before, in and after the loop."""
    early, loop, late = parted(program.section("forward"))
    return program.with_sections(early=in_order(early, True), forward=in_order(loop), late=in_order(late, True))


def early_parts(program: Program) -> Program:
    """What a sum in the loop adds that no state reaches gets a name, and is computed before the loop.

    A bias alone is added as it is; beside products of the same operand it waits as what those are added to does, so
    that one call adds all.
    """
    early, loop = list(program.section("early")), list[Statement]()
    known = {s.name for s in early} | set(program.cell.inputs)
    sizes = dict(program.sizes)
    parts = {s.target: _early(s, known) for s in program.section("forward")}
    beside = {o for s in program.section("forward") if parts[s.target] and _vary(parts[s.target]) for o in _operands(s)}
    for s in program.section("forward"):
        mine, addends = parts[s.target], Add.make_args(s.expression)
        waits = _vary(mine) or bool(mine and beside & _operands(s))
        compound = _operands(s) or len(mine) > 1 or any(not a.is_Symbol for a in mine)
        if compound and waits and len(mine) < len(addends):
            name = fresh(f"e_{s.name}", (*sizes, *program.cell.shapes))
            with distribute(False):
                sizes[name] = program.system.size(Add(*mine))  # a scalar is spread where the sum reads it
                early.append(Statement(value(name, 0), Add(*mine), s.of))
                s = replace(s, expression=Add(value(name, 0), *(a for a in addends if a not in mine)))
        loop.append(s)
    return replace(program, sizes=sizes).with_sections(early=early, forward=loop)


def _early(s: Statement, known: set[str]) -> list[Expr]:
    """The addends of a sum that no state reaches."""
    return [a for a in Add.make_args(s.expression) if all(label(r).name in known for r in a.free_symbols if varies(r))]


def _vary(addends: Iterable[Expr]) -> bool:
    return any(varies(r) for a in addends for r in a.free_symbols)


def _operands(s: Statement) -> set[Expr]:
    """What the products in a sum are of."""
    return {a.args[1] for a in Add.make_args(s.expression) if isinstance(a, (Times, TransposedTimes))}
