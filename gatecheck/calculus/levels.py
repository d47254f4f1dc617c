"""How far a derivation is written out: one line per name, pre-activations inlined, or states alone.

    named   every name has its gradient, pre-activations too:  δa_f = δf ⊙ f ⊙ (1 − f)
    gates   pre-activations are put in where they are read:    δh = U_fᵀ (δf ⊙ f ⊙ (1 − f))[t+1] + …
    full    only what a step hands on keeps a gradient:        δc = … + δc[t+1] ⊙ f[t+1]

All three say the same; each is an exact substitution into the one above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from sympy import Add, Expr, Integer, Mul, preorder_traversal
from sympy.core.parameters import distribute

from ..errors import CellError, Problem
from .backward import Backward, Gradient, Term
from .symbols import Times, TransposedTimes, gradient, label

Level = Literal["named", "gates", "full"]
LEVELS: tuple[Level, ...] = get_args(Level)
#: Of operations in one formula; what is longer explains nothing.
LARGEST = 2_000
#: Factors that come from a reader stand before those of the name itself.
_EARLIER = 1_000_000


@dataclass(frozen=True)
class _Inlined:
    """What stands for a gradient that is no longer named, and where its factors stand in their equation."""

    expression: Expr
    positions: Mapping[Expr, int]


def at_level(backward: Backward, level: Level) -> Backward:
    """The backward equations with everything that the level does not name put in where it is read.

    Raises CellError where a formula would become longer than anyone can read.
    """
    if level == "named":
        return backward
    assigned = backward.cell.assigned
    values = {line.symbol: line.expression for line in backward.system.lines if line.name not in assigned}
    inlined: dict[Expr, _Inlined] = {}

    def written(groups: Iterable[Gradient]) -> tuple[Gradient, ...]:
        return tuple(_written(backward, g, inlined, values) for g in groups)

    with distribute(False):
        for found in backward.quantities:
            if not _named(backward, found, level):
                inlined[gradient(found.name)] = _one(_written(backward, found, inlined, values))
        return replace(
            backward,
            quantities=written(g for g in backward.quantities if _named(backward, g, level)),
            inputs=written(backward.inputs),
            parameters=written(backward.parameters),
        )


def _named(backward: Backward, found: Gradient, level: Level) -> bool:
    if found.name not in backward.cell.assigned:
        return False
    return level == "gates" or found.name in backward.cell.outputs or found.loss is not None


def _one(found: Gradient) -> _Inlined:
    """All contributions to a gradient as one expression; it has none of t+1, since what is carried keeps its name."""
    positions: dict[Expr, int] = {}
    for term in found.terms:
        for e, k in term.positions.items():
            positions.setdefault(e, k)
    return _Inlined(collected(Add(*(t.expression for t in found.terms))), positions)


def _written(
    backward: Backward, found: Gradient, inlined: Mapping[Expr, _Inlined], values: Mapping[Expr, Expr]
) -> Gradient:
    terms = []
    for term in found.terms:
        met = [s for s in term.expression.free_symbols if s in inlined]
        expression = term.expression.xreplace({s: inlined[s].expression for s in met}).xreplace(values)
        if any(inlined[s].expression == 0 for s in met):  # every contribution is linear in its δ
            continue
        if expression.count_ops() > LARGEST:
            message = f"the formula of {found.name} has more than {LARGEST:,} operations when all is written out"
            raise CellError(Problem(message, None, "Ask for --level gates or --level named."))
        inner = {e: k for line in backward.system.lines_of(term.line.of) for e, k in line.positions.items()}
        earlier = {e: k - _EARLIER for s in met for e, k in inlined[s].positions.items()}
        factors = (f for f in Mul.make_args(term.expression) if not f.free_symbols & inlined.keys())
        own = {f: _place(f, term.positions) for f in factors}
        terms.append(replace(term, expression=expression, places={**inner, **earlier, **own}))
    return replace(found, terms=tuple(terms))


def _place(factor: Expr, positions: Mapping[Expr, int]) -> int:
    """Where a factor stands in its equation: at its first name."""
    return min((positions[e] for e in preorder_traversal(factor) if e in positions), default=len(positions))


# Common factors


def collected(expression: Expr) -> Expr:
    """A sum with what all its addends share in front, and those of one gradient together: δh ⊙ (a + b)."""
    if not expression.is_Add:
        return expression
    with distribute(False):
        groups: dict[tuple[str, ...], list[Expr]] = {}
        for addend in expression.args:
            names = sorted(s.name for s in addend.free_symbols if label(s).kind in ("gradient", "loss"))
            groups.setdefault(tuple(names), []).append(addend)
        return _factored([_factored(group) for _, group in sorted(groups.items())])


def _factored(addends: list[Expr]) -> Expr:
    """The factors that all addends have, times the sum of the rest."""
    if len(addends) == 1:
        return addends[0]
    counts = [Counter(Mul.make_args(a)) for a in addends]
    shared = counts[0].copy()
    for other in counts[1:]:
        shared &= other
    common = [f for f in shared.elements() if not f.is_number]
    if not common:
        return Add(*addends)
    for count in counts:
        count.subtract(common)
    return Mul(*common, Add(*(Mul(*c.elements()) for c in counts)))


def merged(terms: Iterable[Term]) -> Iterator[tuple[Expr, Mapping[Expr, int]]]:
    """Contributions of one step, those with a common factor as one: W v + W w is W (v + w)."""
    groups: dict[object, list[Term]] = {}
    for term in terms:
        groups.setdefault(_head(term.expression), []).append(term)
    for head, group in groups.items():
        positions = {e: k for term in reversed(group) for e, k in term.positions.items()}
        with distribute(False):
            yield _together(head, [t.expression for t in group]), positions


def _head(expression: Expr) -> object:
    """What contributions must share to be written as one: their matrix, or their gradient."""
    rest = expression.as_coeff_Mul()[1]
    if isinstance(rest, (Times, TransposedTimes)):
        return type(rest), rest.args[0]
    direct = [f for f in Mul.make_args(rest) if f.is_Symbol and label(f).kind == "gradient"]
    return direct[0] if direct else rest


def _together(head: object, expressions: list[Expr]) -> Expr:
    if len(expressions) == 1:
        return expressions[0]
    if isinstance(head, tuple):
        kind, matrix = head
        inner = [Mul(number, rest.args[1]) for number, rest in (e.as_coeff_Mul() for e in expressions)]
        return kind(matrix, collected(Add(*inner, Integer(0))))
    return collected(Add(*expressions))
