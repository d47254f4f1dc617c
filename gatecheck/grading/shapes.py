"""Shapes in the letters of an assignment: what a result's wrong shape is, what it comes of, and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..conventions import Layout, Signature, Slot
from .exchange import Array, quantities

#: Where a part of a larger result agrees with the right one, to rounding.
CLOSE = 1e-9

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Letters:
    """The sizes of a call by number: D, H, the batch, T, and sums of these, as 4H; batch: its number, 0 without one."""

    names: Mapping[int, str]
    batch: int = 0

    @classmethod
    def of(cls, layout: Layout, signature: Signature, truth: Mapping[str, Array], sizes: Mapping[str, int]) -> Letters:
        """Those of a call that should give the truth, by quantity; sizes: a number for each of the cell's letters."""
        names, batch = {sizes[name]: name for name in layout.cell.sizes}, 0
        for slot in signature.gives:
            if slot.plain in ("input", "state", "output", "previous", "initial"):
                axes = layout.axes(signature.role, slot).own
                lengths = dict(zip(axes, truth[quantities(layout, slot)[0]].shape, strict=True))
                batch = lengths["B"] if layout.batched else 0
                names |= {n: axis for axis, n in lengths.items() if axis == "T"}
        if batch:
            names[batch] = layout.convention.batch
        for size in (size for stack in layout.stored for size in stack.lengths):
            names.setdefault(size.value(sizes), str(size))
        names.pop(1, None)
        return cls(names, batch)

    def shape(self, shape: Shape) -> str:
        """A shape in letters; a number that is no size stays one."""
        return f"({','.join(self.names.get(n, str(n)) for n in shape)}{',' if len(shape) == 1 else ''})"

    def foreign(self, shape: Shape) -> list[int]:
        """The numbers in a shape that are none of the sizes, and no two axes in one."""
        known = {*self.names, *(a * b for a, b in combinations(self.names, 2))}
        return [n for n in shape if n not in known and n > 1]

    def __str__(self) -> str:
        return ", ".join(f"{name} = {n}" for n, name in self.names.items() if name.isalpha())


def plain(shape: Shape) -> str:
    """A shape as Python writes it."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def misshapen(found: Shape, wanted: Shape, letters: Letters, parameter: bool) -> str:
    """What a wrong shape is in letters, and what to do about it; sentences with a space before each, or none.

    parameter: whether the result is the gradient of a parameter.
    """
    foreign = letters.foreign(found)
    if foreign and len(found) == len(wanted):
        return f" {foreign[0]} is none of the sizes here ({letters}): is it written into the code?"
    yours = f" Yours is {letters.shape(found)}." if found and not foreign else ""
    return yours + next(_causes(found, wanted, letters.batch if parameter else 0), "")


def _causes(found: Shape, wanted: Shape, batch: int) -> Iterator[str]:
    """What a wrong shape comes of, and what to do; the first holds. batch: what must not be in it, 0 where it may."""
    squeezed = tuple(n for n in wanted if n != 1)
    if found == wanted[::-1] and len(found) == 2:
        yield " It is transposed."
    if len(found) > 2 and len(wanted) > 1 and found == (wanted[1], wanted[0], *wanted[2:]):
        yield " Its first two axes have changed places."
    if len(found) > 2 and sorted(found) == sorted(wanted):
        yield " Its axes stand in another order."
    if batch and batch in found and batch not in wanted:
        yield " The gradient of a parameter has no axis of the batch: sum over that one."
    if found == squeezed:
        yield f" Keep its second axis: keepdims=True, or reshape{plain(wanted)}."
    if tuple(n for n in found if n != 1) == squeezed:
        yield f" It has an axis of length one more or less: reshape{plain(wanted)} makes it right."
    if len(squeezed) == 1 and found == squeezed * 2:
        yield " A row and a column of one length make a square when they are added: give both one shape."
    if math.prod(found) == 1 < math.prod(wanted):
        yield " It is a single number: was it summed over every axis, or is it np.dot of two vectors?"


def uncut(
    layout: Layout, signature: Signature, slot: Slot, array: Array, truth: Mapping[str, Array], letters: Letters
) -> str:
    """What to take of a gradient that came back through all of a matrix on [h, x]; empty where it did not."""
    vectors = [s for s in signature.gives if s.gradient and s.plain in ("input", "previous")]
    if slot not in vectors:
        return ""
    right = {s: layout.axes(signature.role, s).there(truth[quantities(layout, s)[0]]) for s in vectors}
    for other in (s for s in vectors if s != slot):
        for first, second in ((slot, other), (other, slot)):
            for axis in range(array.ndim if right[first].ndim == right[second].ndim == array.ndim else 0):
                if _joined(right[first], right[second], axis, array):
                    return _part(slot, other, axis, first is slot, right[first].shape[axis], letters)
    return ""


def _joined(first: Array, second: Array, axis: int, whole: Array) -> bool:
    fits = all(a == b or k == axis for k, (a, b) in enumerate(zip(first.shape, second.shape, strict=True)))
    return fits and _agree(np.concatenate((first, second), axis), whole)


def _agree(one: Array, two: Array) -> bool:
    return one.shape == two.shape and bool(np.allclose(one, two, CLOSE, CLOSE * np.abs(one).max(initial=0.0)))


def _part(slot: Slot, other: Slot, axis: int, leads: bool, at: int, letters: Letters) -> str:
    kind, size = ("columns", "rows")[axis == 0], letters.names.get(at, str(at))
    mine, theirs = ("first", "last") if leads else ("last", "first")
    part = f":{size}" if leads else f"{size}:"
    taken = f"W[:, {part}].T" if axis == 0 else f"W[{part}].T"
    return f" Its {theirs} {kind} are {other.name}, its {mine} ones {slot.name}: take {taken} instead of all of W.T."
