"""Whether two cells have the same equations up to the names in them and the order of sums and products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..cells import SCALAR, Cell, Equation, Size
from ..cells import tree as t

Names = Mapping[str, str]


def renaming(known: Cell, cell: Cell) -> dict[str, str] | None:
    """The cell's name for each name of a known cell, where both have the same equations and shapes; else None."""
    if _counts(known) != _counts(cell):
        return None
    for names in _equations(known.equations, cell.equations, {}):
        if names.get(known.output) == cell.output and _shaped(known, cell, names):
            return dict(names)
    return None


def _shaped(known: Cell, cell: Cell, names: Names) -> bool:
    """Whether sizes differ in their letters only: a gate that is one number for all of a state is another gate."""
    pairs = [p for mine, their in names.items() for p in zip(known.shapes[mine], cell.shapes[their], strict=True)]
    letters: dict[str, Size] = {}
    for mine, their in pairs:
        if len(mine.terms) == 1 and not mine.scalar:
            letters.setdefault(mine.terms[0][0], their)

    def named(size: Size) -> Size:
        return Size.total(letters.get(letter, SCALAR) for letter, count in size.terms for _ in range(count))

    return all(named(mine) == their for mine, their in pairs)


def _counts(cell: Cell) -> tuple[int, ...]:
    return tuple(map(len, (cell.equations, cell.parameters, cell.inputs, cell.lagged, cell.outputs)))


def _equations(mine: Sequence[Equation], theirs: Sequence[Equation], names: Names) -> Iterator[Names]:
    if not mine:
        yield names
        return
    first, *rest = mine
    # One of the same name first: a cell that is the known one keeps its names.
    for other in sorted(theirs, key=lambda e: e.name != first.name):
        for more in _bound(first.name, other.name, names):
            for found in _alike(first.expression, other.expression, more):
                yield from _equations(rest, [e for e in theirs if e is not other], found)


def _bound(mine: str, their: str, names: Names) -> Iterator[Names]:
    if mine in names:
        if names[mine] == their:
            yield names
    elif their not in names.values():
        yield {**names, mine: their}


def _alike(mine: t.Node, their: t.Node, names: Names) -> Iterator[Names]:
    """Every extension of the names by which two expressions are the same."""
    match mine, their:
        case t.Read(name=a, lag=lag), t.Read(name=b, lag=other):
            if lag == other:
                yield from _bound(a, b, names)
        case t.Number(text=a), t.Number(text=b):
            if float(a) == float(b):
                yield names
        case t.Binary(), t.Binary() if mine.operator in "+-" and their.operator in "+-":
            yield from _in_any_order(list(_terms(mine)), list(_terms(their)), names)
        case t.Binary(operator="*"), t.Binary(operator="*"):
            yield from _in_any_order(list(_factors(mine)), list(_factors(their)), names)
        case _ if type(mine) is type(their) and _label(mine) == _label(their):
            yield from _in_order(mine.children(), their.children(), names)


def _label(node: t.Node) -> tuple[object, ...]:
    """What a node says besides its children."""
    known = ("function", "operator", "exponent", "transposed")
    return tuple(getattr(node, field) for field in known if hasattr(node, field))


def _in_order(mine: Sequence[t.Node], theirs: Sequence[t.Node], names: Names) -> Iterator[Names]:
    if len(mine) != len(theirs):
        return
    if not mine:
        yield names
        return
    for found in _alike(mine[0], theirs[0], names):
        yield from _in_order(mine[1:], theirs[1:], found)


Signed = tuple[bool, t.Node]


def _in_any_order(mine: Sequence[Signed], theirs: Sequence[Signed], names: Names) -> Iterator[Names]:
    if len(mine) != len(theirs):
        return
    if not mine:
        yield names
        return
    (negative, node), *rest = mine
    for k, (sign, other) in enumerate(theirs):
        if sign == negative:
            for found in _alike(node, other, names):
                yield from _in_any_order(rest, [*theirs[:k], *theirs[k + 1 :]], found)


def _terms(node: t.Node, negative: bool = False) -> Iterator[Signed]:
    match node:
        case t.Binary(operator="+" | "-", left=left, right=right):
            yield from _terms(left, negative)
            yield from _terms(right, negative != (node.operator == "-"))
        case t.Negate(argument=argument):
            yield from _terms(argument, not negative)
        case _:
            yield negative, node


def _factors(node: t.Node) -> Iterator[Signed]:
    match node:
        case t.Binary(operator="*", left=left, right=right):
            yield from _factors(left)
            yield from _factors(right)
        case _:
            yield False, node


def differences(known: Cell, cell: Cell) -> list[tuple[str, str]]:
    """Equations that two cells have in different forms, as (the known cell's, the other's), by name."""
    other = {e.name: e for e in cell.equations}
    return [
        (e.source, other[e.name].source)
        for e in known.equations
        if e.name in other and not any(True for _ in _alike(e.expression, other[e.name].expression, {}))
    ]
