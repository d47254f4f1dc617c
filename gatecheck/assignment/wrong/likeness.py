"""What a slip has in common with the same one in another place, where the names are other ones."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from ...cells import Cell
from ..adjoint import owner
from ..expressions import LINEAR, Expression, arguments, mapped, names, product, replaced
from ..program import Program
from ..variants import Variant
from .slips import kind

#: What stands for the name of the place, or for all that a slip is about.
_OWN = "·"


def kinds(cell: Cell, program: Program, own: str, place: Hashable, variant: Variant) -> Iterator[Hashable]:
    """The kinds of a slip in a place that belongs to a quantity.

    One for all quantities, one for those of the same function; and one where it is a slip with one value, whatever this
    is called: y (1 - y) with y = f or with y = tanh(c). place: which entry of the quantity it is in.
    """
    slip = kind(variant)
    old, new = (repr(mapped(e, lambda n: _general(cell, own, n))) for e in (variant.old, variant.new))
    applied = program.forward.get(own)
    function = applied[0] if isinstance(applied, list) else ""
    yield slip, place, old, new
    yield slip, place, old, new, function
    if number := next((k for k in (-1.0, 2.0, 0.5) if variant.new == product([k, variant.old])), 0.0):
        yield slip, place, number  # not of a gradient and of those that it goes into, which would undo it
        yield from (
            (slip, number, repr(part)) for part in _parts(variant.old) if isinstance(part, list) and part[0] in LINEAR
        )
    else:
        yield slip, repr(variant.old), repr(variant.new)
        yield from ((slip, *pattern) for pattern in _patterns(variant.old, variant.new))


def _general(cell: Cell, own: str, name: str) -> str:
    if name.endswith(f"_{own}"):
        return name[: -len(own)] + _OWN
    return name.replace(own, _OWN) if owner(cell, name) == own else name


def _patterns(old: Expression, new: Expression) -> Iterator[tuple[str, str]]:
    """What is left where the largest value that both are made of is called something."""
    for part in sorted(_parts(old), key=lambda e: -len(repr(e))):
        one, other = (replaced(e, part, _OWN) for e in (old, new))
        if set(names(one)) == set(names(other)) == {_OWN}:
            yield repr(one), repr(other)
            return


def _parts(expression: Expression) -> Iterator[Expression]:
    """The values that an expression is made of."""
    if isinstance(expression, (str, list)):
        yield expression
        for _, argument in arguments(expression):
            yield from _parts(argument)
