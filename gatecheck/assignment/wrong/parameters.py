"""Wrong gradients of parameters: every slip in what a step adds, means for sums, the wrong axis, nothing at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from ...cells import Cell
from ..adjoint import owner, reader
from ..change import Change
from ..expressions import names, product
from ..mistake import Words, Wrong
from ..printing import Printed
from ..program import Program
from ..variants import Variant, variants
from .likeness import kinds
from .scope import Here, backward
from .slips import identity, said, said_of_many

ROLES = ("step_backward", "backward")
Contributions = list[list[Any]]


def parameters(cell: Cell, program: Program, printed: Printed) -> Iterator[Wrong]:
    """Every wrong gradient of a parameter."""
    here = backward(cell, program)
    for name, entry in program.parameters.items():
        for k, contribution in enumerate(entry):
            for variant, changed in _variants(contribution, here):
                yield _slip(cell, program, printed, name, [*entry[:k], changed, *entry[k + 1 :]], variant)
        yield from _means(cell, program, printed, name, entry)
        yield from _rows(program, printed, name, entry)


def _variants(contribution: list[Any], here: Here) -> Iterator[tuple[Variant, list[Any]]]:
    expression, operand, turned = contribution
    width, height = here.size(expression), here.size(operand) if operand is not None else None
    for variant in variants(expression, here):
        if any(names(variant.expression)) and here.size(variant.expression) == width:
            yield variant, [variant.expression, operand, turned]
    if isinstance(expression, str):
        for value in here.alike(expression):
            if not any(map(here.gradient, names(value))):
                yield Variant("wrong-name", value, expression, value), [value, operand, turned]
    if operand is not None:
        for variant in variants(operand, here):
            if any(names(variant.expression)) and here.size(variant.expression) == height:
                yield variant, [expression, variant.expression, turned]
        inner = ["sum", product([expression, operand])]
        if here.fits(expression, operand):
            yield Variant("inner-for-outer", inner, expression, inner), [inner, ["ones", operand], turned]
    else:
        whole = ["spread", ["sum", expression], expression]
        yield Variant("axis-dropped", whole, expression, whole), [whole, None, turned]
        made = ["largest", expression]
        yield Variant("largest-for-sum", made, expression, made), [made, None, turned]


def _slip(cell: Cell, program: Program, printed: Printed, name: str, changed: Contributions, variant: Variant) -> Wrong:
    def saying() -> Words:
        own = printed.symbol(name)
        told = said(variant, printed, f"the gradient of {own}")
        wrong, right = (printed.parameter(e) for e in (changed, program.parameters[name]))
        many, slip = said_of_many(variant, printed, "the gradients of {}")
        return Words(told.title, printed.loss(own), wrong, right, told.hint, many=many, slip=slip, places=(own,))

    id, unlikely = identity(variant)
    change = Change(parameters={name: changed})
    of = owner(cell, reader(program, program.parameters[name][0][0]))
    place = name.removesuffix(of)
    return Wrong(
        id,
        ROLES,
        f"d{name}",
        change,
        saying,
        unlikely=unlikely,
        likening=lambda: chain(
            kinds(cell, program, of, place, variant), kinds(cell, program, of, "parameters", variant)
        ),
    )


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
                places=(own,),
            )

        change = Change(parameters={name: changed})
        yield Wrong("mean-for-sum", roles, f"d{name}", change, saying, likening=partial(tuple, [("mean", of)]))

    def zero() -> Words:
        own = printed.symbol(name)
        return Words(
            f"The gradient of {own} comes back zero",
            printed.loss(own),
            "0",
            printed.parameter(entry),
            "Is it added to itself, or never stored?",
            many="The gradients of {} come back zero",
            places=(own,),
        )

    yield _last_row(printed, name, entry)
    change = Change(parameters={name: []})
    yield Wrong("never-accumulated", ROLES, f"d{name}", change, zero, likening=lambda: ["never accumulated"])


def _rows(program: Program, printed: Printed, name: str, entry: Contributions) -> Iterator[Wrong]:
    """The gradient of a bias added up from that of a matrix: over the wrong axis of the wrong array."""
    for expression, operand, _ in entry:
        for matrix, found in program.parameters.items():
            for other, vector, turned in found:
                if operand is None and vector is not None and not turned and other == expression:
                    changed = [[product([expression, ["sum", vector]]), None, False]]
                    yield _from_matrix(printed, name, matrix, changed, entry)


def _last_row(printed: Printed, name: str, entry: Contributions) -> Wrong:
    """The gradient that the last sequence of a batch leaves, where a loop over them assigns it."""
    changed = [[["last_row", e], operand, turned] for e, operand, turned in entry]

    def saying() -> Words:
        own = printed.symbol(name)
        return Words(
            f"The gradient of {own} is overwritten by every sequence of the batch",
            printed.loss(own),
            f"{printed.parameter(entry)}, of the last sequence",
            printed.parameter(entry),
            "Every sequence adds to it: += where you have =.",
            many="The gradients of {} are overwritten by every sequence of the batch",
            places=(own,),
        )

    change = Change(parameters={name: changed})
    return Wrong("overwritten-over-batch", ROLES, f"d{name}", change, saying, likening=lambda: ["over the batch"])


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
