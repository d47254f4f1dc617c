"""Wrong forward equations: every slip in one of them, and the same slip in several at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from ...cells import Cell
from ..adjoint import owner
from ..change import Change
from ..expressions import Expression, arguments, names, negative, renamed, total
from ..mistake import Words, Wrong
from ..printing import Printed
from ..program import Program
from ..variants import Variant, variants
from .likeness import kinds
from .scope import Here, forward
from .slips import identity, said, said_of_many

ROLES = ("step", "forward")
#: What may go wrong where an activation is applied.
_FUNCTIONS = ("missing-function", "wrong-function")


def equations(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Every wrong equation."""
    for line, expression in program.forward.items():
        for variant in (*variants(expression, forward(cell, program, line)), *_activated(line, expression)):
            if any(owner(cell, n) not in cell.parameters for n in names(variant.expression) if n[0] != "#"):
                yield _slip(cell, program, printed, line, variant)
    yield from polarities(cell, program, printed)
    yield from exchanged(cell, program, printed)
    yield from transposed(cell, program, printed)
    yield from activations(cell, program, printed)


def _activated(line: str, expression: Expression) -> Iterator[Variant]:
    """A sum or a product that goes through a function of its own; that of a pre-activation goes through one anyway."""
    if not line.startswith("a_") and isinstance(expression, list) and expression[0] in ("+", "*"):
        for made in (["tanh", expression], ["sigmoid", expression]):
            yield Variant("extra-function", made, expression, made)


def _slip(cell: Cell, program: Program, printed: Printed, line: str, variant: Variant) -> Wrong:
    id, unlikely = identity(variant)
    own = owner(cell, line)
    if f"a_{line}" in program.forward and variant.slip not in _FUNCTIONS:
        unlikely += 50  # it is rather written so where the result is read

    def saying() -> Words:
        told = said(variant, printed, f"the equation of {printed.symbol(own)}", ahead=True)
        right, wrong = (printed.sum(printed.addends(e)) for e in (program.forward[line], variant.expression))
        many, slip = said_of_many(variant, printed, "the equations of {}")
        return Words(
            told.title,
            printed.symbol(line),
            wrong,
            right,
            told.hint,
            many=many,
            slip=slip,
            places=(printed.symbol(own),),
        )

    change = Change({line: variant.expression})
    return Wrong(
        id,
        ROLES,
        own,
        change,
        saying,
        unlikely=unlikely,
        likening=lambda: kinds(cell, program, own, line == own, variant),
    )


def polarities(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """A gate used as 1 - gate wherever it is read: what keeps in one convention writes in the other."""
    for gate, expression in program.forward.items():
        if isinstance(expression, list) and expression[0] == "sigmoid":
            opposite = total([1.0, negative(gate)])
            changed = _everywhere(program, {gate: opposite})
            if changed:
                yield _multiple(
                    cell,
                    program,
                    printed,
                    "opposite-polarity",
                    changed,
                    f"The gate {printed.symbol(gate)} works the other way round",
                    f"{gate} and 1 − {gate} have changed places. Both conventions are taught; "
                    "this assignment's is the one on the right.",
                )


def exchanged(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Two quantities in each other's place wherever they are read."""
    lines = list(program.forward)
    inner = [n for n in cell.assigned if n not in cell.outputs]
    for a, b in combinations(inner, 2):
        if cell.size(a) == cell.size(b):
            below = lines[max(map(lines.index, (a, b))) + 1 :]
            changed = _everywhere(program, {a: b, b: a}, below)
            if changed:
                title = f"{printed.symbol(a)} and {printed.symbol(b)} have changed places"
                yield _multiple(
                    cell, program, printed, "quantities-exchanged", changed, title, "Compare every use.", 110
                )


def activations(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """σ and tanh in each other's place, in every gate."""
    other = {"sigmoid": "tanh", "tanh": "sigmoid"}
    applied = {n: e for n, e in program.forward.items() if isinstance(e, list) and e[0] in other and e[1] == f"a_{n}"}
    if len({e[0] for e in applied.values()}) == 2:
        changed = {n: [other[e[0]], e[1]] for n, e in applied.items()}
        title = "σ and tanh have changed places"
        hint = "σ gives numbers between 0 and 1, tanh between −1 and 1."
        yield _multiple(cell, program, printed, "wrong-activation", changed, title, hint, 110)


def transposed(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Every square matrix the wrong way round, which its shape does not show."""
    turned = {line: _turned(cell, e) for line, e in program.forward.items()}
    changed = {line: e for line, e in turned.items() if e != program.forward[line]}
    if len(changed) > 1:
        title = "The square matrices are transposed in the forward step"
        hint = "A square matrix fits both ways. Rows of a batch are multiplied as v @ W.T."
        yield _multiple(cell, program, printed, "transposed", changed, title, hint)


def _turned(cell: Cell, expression: Expression) -> Expression:
    if not isinstance(expression, list):
        return expression
    made = list(expression)
    for k, argument in arguments(expression):
        made[k] = _turned(cell, argument)
    if made[0] in ("matmul", "matmul_t") and Here(cell, ()).square(made[1]):
        made[0] = "matmul_t" if made[0] == "matmul" else "matmul"
    return made


def _everywhere(program: Program, other: Mapping[str, Expression], lines: Iterable[str] = ()) -> dict[str, Expression]:
    """The lines that read some names, with others in their place."""
    made = {line: renamed(program.forward[line], other) for line in lines or program.forward}
    return {line: e for line, e in made.items() if e != program.forward[line]}


def _multiple(
    cell: Cell,
    program: Program,
    printed: Printed,
    id: str,
    changed: Mapping[str, Expression],
    title: str,
    hint: str,
    unlikely: int = 0,
) -> Wrong:
    first = next(iter(changed))

    def saying() -> Words:
        right, wrong = (printed.sum(printed.addends(e)) for e in (program.forward[first], changed[first]))
        return Words(title, printed.symbol(first), wrong, right, hint)

    return Wrong(id, ROLES, owner(cell, first), Change(dict(changed)), saying, unlikely=unlikely)
