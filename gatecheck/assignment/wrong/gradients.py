"""Wrong gradients: every slip in a term, a path that is missing, a gradient that arrives and is not used."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from ...cells import Cell
from ..adjoint import owner, reader
from ..change import Change
from ..expressions import Expression, factors, names, negative, power, product, total
from ..mistake import Words, Wrong
from ..operators import multiplied
from ..printing import Printed
from ..program import Program, arriving
from ..variants import Variant, variants
from .likeness import kinds
from .scope import backward
from .slips import identity, said, said_of_many

ROLES = ("step_backward", "backward")
Contributions = list[list[Any]]


def gradients(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Every wrong gradient of a quantity or an input."""
    for name, entry in program.gradients.items():
        if name in cell.data:
            continue
        for k, (lag, expression) in enumerate(entry):
            rest = entry[:k] + entry[k + 1 :]
            if rest or name in cell.outputs:
                yield _missing_path(cell, program, printed, name, entry, k)
            bare = _bare(cell, program, name, expression)
            if bare is not None:
                yield _missing_derivative(program, printed, name, lag, bare)
            for variant in variants(expression, backward(cell, program, name if not lag else "")):
                if any(names(variant.expression)) and variant.expression != bare:
                    changed = [*entry[:k], [lag, variant.expression], *entry[k + 1 :]]
                    yield _slip(cell, program, printed, name, lag, changed, variant)
        yield from _multiplied(cell, program, printed, name, entry)
        yield from _carries(cell, program, printed, name, entry)
        if name not in cell.inputs:
            yield _unused(cell, program, printed, name)
    yield from _primes(program, printed)
    for one, two in combinations(cell.outputs, 2):
        if cell.size(one) == cell.size(two):
            yield _crossed(program, printed, one, two)


def _slip(
    cell: Cell, program: Program, printed: Printed, name: str, lag: int, changed: Contributions, variant: Variant
) -> Wrong:
    own, of = printed.symbol(name), owner(cell, name)
    # The one term that is another, where there is one: the same may be wrong in what comes through other readers.
    usual = program.gradients[name]
    term = next((a for (_, a), (_, b) in zip(usual, changed, strict=False) if a != b), 0.0)

    def likening() -> Iterator[Hashable]:
        yield from kinds(cell, program, of, (name == of, lag), variant)
        if through := reader(program, term):
            yield from kinds(cell, program, owner(cell, through), (name, lag), variant)

    def saying() -> Words:
        told = said(variant, printed, f"the gradient of {own}", lag)
        wrong, right = (printed.gradient(name, e) for e in (changed, program.gradients[name]))
        many, slip = said_of_many(variant, printed, "the gradients of {}", lag)
        return Words(
            told.title, printed.symbol(f"d{name}"), wrong, right, told.hint, many=many, slip=slip, places=(own,)
        )

    made = _wrong(*identity(variant), name, lag, changed, saying, likening)
    return replace(made, formula=lambda change: printed.gradient(name, change.gradients[name]))


def _wrong(
    id: str,
    unlikely: int,
    name: str,
    lag: int,
    changed: Contributions,
    saying: Callable[[], Words],
    likening: Callable[[], Iterable[Hashable]] = tuple,
) -> Wrong:
    quantity = f"d{name}{'_prev' if lag else ''}"
    change = Change(gradients={name: changed})
    return Wrong(id, ROLES, quantity, change, saying, unlikely=unlikely, likening=likening)


def replaced_by(cell: Cell, program: Program, name: str, terms: Iterable[Expression]) -> Change:
    """The change of a whole gradient within its step to a sum of other terms; what arrives is one of them, or lost."""
    given, arrives = list(terms), arriving(name)
    lost = [[0, negative(arrives)]] if name in cell.outputs and arrives not in given else []
    later = [c for c in program.gradients[name] if c[0]]
    return Change(gradients={name: [*([0, e] for e in given if e != arrives), *lost, *later]})


def _varies(program: Program, expression: Expression) -> bool:
    """Whether an expression is still one of a gradient: what is left of none is not."""
    return any(n[1:] in program.gradients or n[0] == "~" for n in names(expression) if n[0] in "d~")


def _multiplied(cell: Cell, program: Program, printed: Printed, name: str, entry: Contributions) -> Iterator[Wrong]:
    """Contributions that are multiplied where they should be added."""
    for lag in (0, 1):
        own = [e for k, e in entry if k == lag]
        if len(own) > 1:
            rest = [c for c in entry if c[0] != lag]
            for slip, made, old, new in multiplied(["+", *own]):
                yield _slip(cell, program, printed, name, lag, [*rest, [lag, made]], Variant(slip, made, old, new))


def _unused(cell: Cell, program: Program, printed: Printed, name: str) -> Wrong:
    """A gradient that is never worked out."""
    own = printed.symbol(name)

    def saying() -> Words:
        right = printed.gradient(name, program.gradients[name])
        hint = f"What {own} does to the loss reaches nothing: is its gradient computed, and stored where it is read?"
        title = f"The gradient of {own} is zero"
        return Words(
            title, printed.symbol(f"d{name}"), "0", right, hint, many="The gradients of {} are zero", places=(own,)
        )

    entry = [[0, negative(arriving(name))]] if name in cell.outputs else []
    return _wrong("gradient-never-used", 5, name, 0, entry, saying, lambda: [("unused", name.startswith("a_"))])


def _primes(program: Program, printed: Printed) -> Iterator[Wrong]:
    """σ′ and tanh′ in each other's place, in every gate."""
    changed, other = {}, {"sigmoid": "tanh", "tanh": "sigmoid"}
    for name, entry in program.gradients.items():
        applied = program.forward.get(name.removeprefix("a_"))
        if name.startswith("a_") and isinstance(applied, list) and applied[0] in other and len(entry) == 1:
            y = name.removeprefix("a_")
            slopes = {"sigmoid": [y, total([1.0, negative(y)])], "tanh": [total([1.0, negative(power(y, 2.0))])]}
            rest = [f for f in factors(entry[0][1]) if f not in slopes[applied[0]]]
            if len(rest) + len(slopes[applied[0]]) == len(factors(entry[0][1])):
                changed[name] = [[entry[0][0], product([*rest, *slopes[other[applied[0]]]])]]
    functions = {program.forward[name.removeprefix("a_")][0] for name in changed}
    if len(functions) == 2:
        first = next(iter(changed))

        def saying() -> Words:
            wrong, right = (printed.gradient(first, e) for e in (changed[first], program.gradients[first]))
            title, hint = "σ′ and tanh′ have changed places", "σ′ is y (1 − y), and tanh′ is 1 − y²."
            return Words(title, printed.symbol(f"d{first}"), wrong, right, hint)

        yield Wrong(
            "wrong-activation-derivative",
            ROLES,
            f"d{first}",
            Change(gradients=changed),
            saying,
            unlikely=50,
            also=tuple(f"d{n}" for n in list(changed)[1:]),
        )


def _missing_path(cell: Cell, program: Program, printed: Printed, name: str, entry: Contributions, k: int) -> Wrong:
    """A contribution dropped from a gradient that has others."""
    lag, expression = entry[k]
    rest = entry[:k] + entry[k + 1 :]

    def saying() -> Words:
        own, through = printed.symbol(name), printed.symbol(owner(cell, reader(program, expression)))
        readers = dict.fromkeys(printed.symbol(owner(cell, reader(program, e))) for _, e in entry)
        return Words(
            f"A path is missing from the gradient of {own}: {through} → {own}",
            printed.symbol(f"d{name}"),
            printed.gradient(name, rest),
            printed.gradient(name, [*rest, entry[k]]),
            f"{own} is read by {', '.join(readers)}. A gradient is the sum over all readers; "
            f"yours lacks what comes through {through}.",
            f"{through} → {own}",
            f"Paths are missing from the gradients of {{}}: what comes through {through}",
            (own,),
        )

    return _wrong("missing-path", 0, name, lag, rest, saying, lambda: [("missing path", reader(program, expression))])


def _bare(cell: Cell, program: Program, name: str, expression: Expression) -> Expression | None:
    """What is left of the gradient of a pre-activation without the derivative of its activation."""
    if not name.startswith("a_") or reader(program, expression) != owner(cell, name):
        return None
    rest = [f for f in factors(expression) if not _varies(program, f)]
    return product(f for f in factors(expression) if _varies(program, f)) if rest else None


def _missing_derivative(program: Program, printed: Printed, name: str, lag: int, bare: Expression) -> Wrong:
    """The gradient of an activation passed on as that of its pre-activation."""

    def saying() -> Words:
        of = printed.symbol(name.removeprefix("a_"))
        applied = program.forward[name.removeprefix("a_")]
        function = printed.operator(applied[0]) if applied[0] != "^" else "√"
        return Words(
            f"The derivative {function}′ is missing in the gradient of {of}",
            printed.symbol(f"d{name}"),
            printed.gradient(name, [[lag, bare]]),
            printed.gradient(name, program.gradients[name]),
            f"{of} is {function} of its pre-activation {printed.symbol(name)}: "
            "the chain rule multiplies by its derivative.",
            many="The activation's derivative is missing in the gradients of {}",
            places=(printed.symbol(name.removeprefix("a_")),),
        )

    function = program.forward[name.removeprefix("a_")][0]
    return _wrong(
        "missing-activation-derivative",
        0,
        name,
        lag,
        [[lag, bare]],
        saying,
        lambda: (("missing derivative",), ("missing derivative", function)),
    )


def _carries(cell: Cell, program: Program, printed: Printed, name: str, entry: Contributions) -> Iterator[Wrong]:
    """A gradient that reaches the step and is not used, or is used twice."""
    if name not in cell.outputs:
        return
    now = [c for c in entry if not c[0]]
    for id, factor in (("missing-carry", -1.0), ("carry-twice", 1.0), ("wrong-sign", -2.0)):
        if factor != -1.0 or now:
            more = product([factor, arriving(name)])
            yield _wrong(id, 0, name, 0, [*entry, [0, more]], _carry_words(printed, program, name, id, now))


def _crossed(program: Program, printed: Printed, one: str, two: str) -> Wrong:
    """What reaches two quantities, in each other's place."""

    def saying() -> Words:
        left, right = printed.symbol(one), printed.symbol(two)
        title = f"The gradients that reach {left} and {right} have changed places"
        deltas = [printed.symbol(f"d{n}") for n in (one, two)]
        hint = "Mind the order of arguments: both have the same shape, so nothing crashes."
        return Words(title, ", ".join(deltas), ", ".join(reversed(deltas)), ", ".join(deltas), hint)

    changed = {
        name: [*program.gradients[name], [0, negative(arriving(name))], [0, arriving(other)]]
        for name, other in ((one, two), (two, one))
    }
    return Wrong(
        "gradients-exchanged", ROLES, f"d{one}", Change(gradients=changed), saying, unlikely=60, also=(f"d{two}",)
    )


def _carry_words(printed: Printed, program: Program, name: str, id: str, now: Contributions) -> Callable[[], Words]:
    def saying() -> Words:
        own, entry = printed.symbol(name), program.gradients[name]
        whole, arrives = printed.gradient(name, entry), printed.symbol(arriving(name))
        inner = [printed.contribution(e) for _, e in now]
        if id == "carry-twice":
            again = f"{arrives} + {whole}"
            return Words(
                f"The gradient that reaches {own} is added twice",
                printed.symbol(f"d{name}"),
                again,
                whole,
                "Add what reaches the step once.",
            )
        if id == "wrong-sign":
            return Words(
                f"The gradient that reaches {own} has the wrong sign",
                printed.symbol(f"d{name}"),
                printed.sum([*inner, (printed.minus, arrives)]),
                whole,
                "What reaches the step is added as it is.",
            )
        wrong = printed.sum(inner)
        later = printed.gradient(name, [c for c in entry if c[0]])
        return Words(
            f"The gradient that reaches {own} is not used",
            printed.symbol(f"d{name}"),
            wrong,
            f"{wrong} + {later}" if later != "0" else wrong,
            f"What comes through the readers of this step replaces the gradient of {own} "
            "that reaches the step; it should be added to it.",
            f"{own}[t+1] → {own}",
        )

    return saying
