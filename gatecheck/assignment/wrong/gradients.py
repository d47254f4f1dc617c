"""Wrong gradients: every slip in a term, a path that is missing, a gradient that arrives and is not used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...cells import Cell
from ..adjoint import owner, reader
from ..change import Change
from ..expressions import Expression, factors, names, negative, product
from ..mistake import Words, Wrong
from ..printing import Printed
from ..program import Program, arriving
from ..variants import Variant, variants
from .scope import Here, backward
from .slips import identity, said

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
        yield from _carries(cell, program, printed, name, entry)


def parameters(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Every wrong gradient of a parameter."""
    here = backward(cell, program)
    for name, entry in program.parameters.items():
        for k, contribution in enumerate(entry):
            for variant, changed in _parameter_variants(contribution, here):
                yield _parameter_slip(cell, program, printed, name, [*entry[:k], changed, *entry[k + 1 :]], variant)
        yield from _means(cell, program, printed, name, entry)
        yield from _rows(program, printed, name, entry)


def _parameter_variants(contribution: list[Any], here: Here) -> Iterator[tuple[Variant, list[Any]]]:
    expression, operand, turned = contribution
    for variant in variants(expression, here):
        if any(names(variant.expression)):
            yield variant, [variant.expression, operand, turned]
    if operand is not None:
        for variant in variants(operand, here):
            if any(names(variant.expression)):
                yield variant, [expression, variant.expression, turned]


def _slip(
    cell: Cell, program: Program, printed: Printed, name: str, lag: int, changed: Contributions, variant: Variant
) -> Wrong:
    def saying() -> Words:
        told = said(variant, printed, f"the gradient of {printed.symbol(name)}", lag)
        wrong, right = (printed.gradient(name, e) for e in (changed, program.gradients[name]))
        return Words(told.title, printed.symbol(f"d{name}"), wrong, right, told.hint)

    return _wrong(*identity(variant), name, lag, changed, saying)


def _wrong(id: str, unlikely: int, name: str, lag: int, changed: Contributions, saying: Callable[[], Words]) -> Wrong:
    quantity = f"d{name}{'_prev' if lag else ''}"
    return Wrong(id, ROLES, quantity, Change(gradients={name: changed}), saying, unlikely=unlikely)


def _parameter_slip(
    cell: Cell, program: Program, printed: Printed, name: str, changed: Contributions, variant: Variant
) -> Wrong:
    def saying() -> Words:
        told = said(variant, printed, f"the gradient of {printed.symbol(name)}")
        wrong, right = (printed.parameter(e) for e in (changed, program.parameters[name]))
        many = told.title.replace(f"the gradient of {printed.symbol(name)}", "the gradients of {}")
        return Words(told.title, printed.loss(printed.symbol(name)), wrong, right, told.hint, many=many)

    id, unlikely = identity(variant)
    return Wrong(id, ROLES, f"d{name}", Change(parameters={name: changed}), saying, unlikely=unlikely)


def _varies(program: Program, expression: Expression) -> bool:
    """Whether an expression is still one of a gradient: what is left of none is not."""
    return any(n[1:] in program.gradients or n[0] == "~" for n in names(expression) if n[0] in "d~")


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
        )

    return _wrong("missing-path", 0, name, lag, rest, saying)


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
        )

    return _wrong("missing-activation-derivative", 0, name, lag, [[lag, bare]], saying)


def _carries(cell: Cell, program: Program, printed: Printed, name: str, entry: Contributions) -> Iterator[Wrong]:
    """A gradient that reaches the step and is not used, or is used twice."""
    if name not in cell.outputs:
        return
    now = [c for c in entry if not c[0]]
    for id, factor in (("missing-carry", -1.0), ("carry-twice", 1.0)):
        if factor > 0 or now:
            lost = negative(arriving(name)) if factor < 0 else arriving(name)
            yield _wrong(id, 0, name, 0, [*entry, [0, lost]], _carry_words(printed, program, name, id, now))


def _carry_words(printed: Printed, program: Program, name: str, id: str, now: Contributions) -> Callable[[], Words]:
    def saying() -> Words:
        own, entry = printed.symbol(name), program.gradients[name]
        whole = printed.gradient(name, entry)
        if id == "carry-twice":
            again = f"{printed.symbol(arriving(name))} + {whole}"
            return Words(
                f"The gradient that reaches {own} is added twice",
                printed.symbol(f"d{name}"),
                again,
                whole,
                "Once is enough.",
            )
        inner = [printed.contribution(e) for _, e in now]
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


def _rows(program: Program, printed: Printed, name: str, entry: Contributions) -> Iterator[Wrong]:
    """The gradient of a bias added up from that of a matrix: over the wrong axis of the wrong array."""
    for expression, operand, _ in entry:
        for matrix, found in program.parameters.items():
            for other, vector, turned in found:
                if operand is None and vector is not None and not turned and other == expression:
                    changed = [[product([expression, ["sum", vector]]), None, False]]
                    yield _from_matrix(printed, name, matrix, changed, entry)


def _from_matrix(printed: Printed, name: str, matrix: str, changed: Contributions, entry: Contributions) -> Wrong:
    def saying() -> Words:
        own = printed.symbol(name)
        return Words(
            f"The gradient of {own} is added up from that of {printed.symbol(matrix)}",
            printed.loss(own),
            printed.parameter(changed),
            printed.parameter(entry),
            "Its shape is right, its numbers are not: add up the gradients of the pre-activation over the batch.",
        )

    return Wrong("bias-from-matrix", ROLES, f"d{name}", Change(parameters={name: changed}), saying)


def _means(cell: Cell, program: Program, printed: Printed, name: str, entry: Contributions) -> Iterator[Wrong]:
    """A mean over the batch, or over time, where a sum belongs; and gradients that come back zero."""
    for letter, roles, of in (("B", ROLES, "the batch"), ("T", ROLES[1:], "time")):
        share = ["^", f"#{letter}", -1.0]
        changed = [[product([share, e]), operand, turned] for e, operand, turned in entry]

        def saying(changed: Contributions = changed, of: str = of, letter: str = letter) -> Words:
            own = printed.symbol(name)
            return Words(
                f"The gradient of {own} is a mean over {of}, not a sum",
                printed.loss(own),
                printed.parameter(changed),
                printed.parameter(entry),
                f"It is {letter} times too small: add up, and divide by nothing.",
                many=f"The gradients of {{}} are means over {of}, not sums",
            )

        yield Wrong("mean-for-sum", roles, f"d{name}", Change(parameters={name: changed}), saying)

    def zero() -> Words:
        own = printed.symbol(name)
        return Words(
            f"The gradient of {own} comes back zero",
            printed.loss(own),
            "0",
            printed.parameter(entry),
            "Is it added to itself, or never stored?",
            many="The gradients of {} come back zero",
        )

    yield Wrong("never-accumulated", ROLES, f"d{name}", Change(parameters={name: []}), zero)
