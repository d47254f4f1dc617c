"""A convention applied to a cell: Layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from ..cells import Cell, load
from ..errors import ConventionError, Problem
from .arrays import Block, Stack, stack
from .axes import Axes
from .files import Convention, Described, convention
from .matching import differences, renaming
from .parameters import OTHERWISE, stacks
from .signatures import KEPT, ROLES, TRAINING, Signature, Slot


@dataclass(frozen=True)
class Layout:
    """A convention applied to a cell: signatures, of the training step too, and how parameters are stacked.

    vectors: the axes of these, by kind; zero: parameters that the convention has not got; the rest: see files.
    """

    convention: Convention
    cell: Cell
    signatures: tuple[Signature, ...]
    stacks: tuple[Stack, ...]
    training: tuple[Signature, ...] = ()
    zero: tuple[str, ...] = ()
    vectors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adapter: str = ""
    shell: str = ""
    notes: tuple[str, ...] = ()

    @property
    def functions(self) -> tuple[Signature, ...]:
        """Everything that students can be asked to write."""
        return (*self.signatures, *self.training)

    @property
    def arrays(self) -> tuple[tuple[str, ...], ...]:
        """The parameters that each array of the convention holds."""
        return tuple(s.parameters for s in self.stored)

    @cached_property
    def stored(self) -> tuple[Stack, ...]:
        """Every array of the convention; where it has none of its own, one for each parameter."""
        return self.stacks or tuple(_alone(self.cell, name) for name in self.cell.parameters)

    def stack(self, name: str) -> Stack:
        """The array of that name."""
        return next(s for s in self.stored if s.name == name)

    def signature(self, role: str) -> Signature:
        return next(s for s in self.functions if s.role == role)

    @property
    def batched(self) -> bool:
        """Whether there is more than one sequence at a time."""
        return "B" in self.vectors["input"] and self.convention.batch != "1"

    @property
    def loss(self) -> tuple[str, ...]:
        """What the loss reads: the results whose gradient reaches a sequence (or, without one, a step) from outside."""
        return tuple(slot.of for slot in self.signatures[-1].takes if slot.gradient)

    def by_name(self, name: str) -> Signature | None:
        """The signature of the function of that name, or None."""
        return next((s for s in self.functions if s.name == name), None)

    def axes(self, role: str, slot: Slot) -> Axes:
        """How an array of vectors lies: a sequence's, a step's, or one of initial states."""
        over_time = not role.startswith("step") and slot.plain in ("input", "state", "output")
        own = ("T", "B", "n") if over_time else ("B", "n")
        kind = "input" if slot.plain == "input" else "initial" if slot.plain in ("initial", "previous") else "output"
        laid = self.vectors[kind]
        return Axes(own, laid if over_time else tuple(axis for axis in laid if axis != "T"))

    def shape(self, role: str, slot: Slot) -> str:
        """A slot's shape as text: (N,T,D), (H,4H)."""
        if slot.plain in ("cache", "parameters", "limit", "rate", "index", "total"):
            return ""
        if slot.plain == "parameter":
            return self.stack(slot.of).shape
        return self.axes(role, slot).shape({"B": self.convention.batch, "n": str(self.cell.size(slot.of))})


def layout(cell: Cell, name: str) -> Layout:
    """The convention of that name, applied to a cell.

    Raises ConventionError where there is no such convention, or where the cell does not fit it.
    """
    found = convention(name)
    if found.cells:
        return _described(cell, found)
    stacked = stacks(cell, found.name, found.gates, found.stacked) if found.stacked else ()
    return _Writer(found, cell, stacked).layout(found.functions)


def _alone(cell: Cell, name: str) -> Stack:
    made = stack(cell, name, [[Block(name)]], "out in" if len(cell.shapes[name]) == 2 else "out")
    assert made is not None  # one block lies in its row
    return made


def _described(cell: Cell, found: Convention) -> Layout:
    """A convention that lays out some cells by name, applied to one with the equations of one of them."""
    for entry in found.cells:
        names = renaming(_known(entry.equations), cell)
        if names is not None:
            stacked = tuple(_array(cell, found, entry, names, array) for array in entry.arrays)
            return _Writer(found, cell, stacked, names, entry).layout(entry.functions)
    raise ConventionError(_refusal(cell, found))


@cache
def _known(name: str) -> Cell:
    return load(name)


def _array(cell: Cell, found: Convention, entry: Described, names: Mapping[str, str], array: str) -> Stack:
    text, laid = entry.arrays[array]
    blocks = [[Block.read(block) for block in row.split("|")] for row in text.split()]
    grid = [[Block(names[b.parameter], b.sign, b.added) for b in row] for row in blocks]
    vector = len(cell.shapes[grid[0][0].parameter]) == 1
    usual = found.biases if vector else found.matrices
    made = stack(cell, array, grid, laid or usual, array not in entry.constant)
    assert made is not None, f"{found.name} lays out {array} in rows of different sizes"
    return made


def _refusal(cell: Cell, found: Convention) -> Problem:
    """Why a convention does not lay out a cell: in what the nearest of its own differs."""
    known = list(dict.fromkeys(entry.equations for entry in found.cells))
    near, alike = _nearest([_known(name) for name in known], cell)
    unlike = differences(near, cell)
    if unlike and (alike or set(near.assigned) == set(cell.assigned)):
        theirs, own = unlike[0]
    else:
        theirs, own = _computed(near, cell), _computed(cell, near)
    yours = "yours" if cell.name in known else cell.name
    return Problem(
        f"{found.name} lays out {', '.join(known)}, and {cell.name} has other equations:"
        f" its {near.name} has {theirs}, {yours} has {own}",
        None,
        OTHERWISE,
    )


def _nearest(known: Sequence[Cell], cell: Cell) -> tuple[Cell, bool]:
    """The known cell that a cell is most like, and whether they have an equation in common."""

    def shared(other: Cell) -> int:
        return len(set(other.assigned) & set(cell.assigned))

    alike = [other for other in known if len(differences(other, cell)) < shared(other)]

    def distance(other: Cell) -> tuple[int, int, int]:
        apart = len(set(other.assigned) ^ set(cell.assigned))
        return len(differences(other, cell)) if alike else 0, -shared(other), apart

    return min(alike or known, key=distance), bool(alike)


def _computed(cell: Cell, other: Cell) -> str:
    """What a cell computes, or where that is the same, the shapes that are not."""
    if set(cell.assigned) != set(other.assigned):
        return f"equations for {', '.join(cell.assigned)}"
    shaped = [n for n in cell.shapes if cell.shapes[n] != other.shapes.get(n)]
    return ", ".join(f"{n} of shape ({', '.join(map(str, cell.shapes[n]))})" for n in shaped) or "others"


@dataclass(frozen=True)
class _Writer:
    """What the patterns of a convention's functions are filled in with; names: the cell's for those of the entry."""

    convention: Convention
    cell: Cell
    stacks: tuple[Stack, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    entry: Described | None = None

    def layout(self, functions: Mapping[str, Any]) -> Layout:
        # Without a state a sequence is nothing but its steps; without an input it has no length.
        roles = ROLES if self.cell.lagged and self.cell.inputs else ROLES[:2]
        made = tuple(self.signature(role, functions[role]) for role in roles if role in functions)
        for signature in made:
            self._refuse_doubles(signature)
        trained = [role for role in TRAINING if role in functions and self.cell.parameters]
        training = tuple(self.signature(role, functions[role]) for role in trained)
        vectors = self.entry.vectors if self.entry else self.convention.vectors
        plain = Layout(self.convention, self.cell, made, self.stacks, training, vectors=vectors)
        if self.entry is None:
            return plain
        adapter, shell = (self.filled(text, made) for text in (self.entry.adapter, self.entry.shell))
        zero = tuple(self.names[n] for n in self.entry.zero)
        return replace(plain, zero=zero, adapter=adapter, shell=shell, notes=self.entry.notes)

    def _refuse_doubles(self, signature: Signature) -> None:
        """Raises ConventionError where two arguments, or two results, have one name."""
        for slots in (signature.takes, signature.gives):
            names = [s.name for s in slots]
            if double := next((n for n in names if names.count(n) > 1), ""):
                mine = next(
                    (s.of for s in slots if s.name == double and s.of in (*self.cell.inputs, *self.cell.assigned)), ""
                )
                message = f"in {self.convention.name} two things in {signature.name} would be called {double}"
                cure = f"Call {mine} otherwise in the cell. {OTHERWISE}" if mine else OTHERWISE
                raise ConventionError(Problem(message, None, cure))

    @property
    def word(self) -> str:
        return self.entry.word if self.entry else self.cell.name

    def filled(self, text: str, signatures: tuple[Signature, ...]) -> str:
        """An adapter or a shell for this cell."""
        names = [s.name for s in self.stacks]
        forms = {"arrays": "{0}", "darrays": "d{0}", "array=array": "{0}={0}"}
        known = {form: ", ".join(pattern.format(n) for n in names) for form, pattern in forms.items()}
        known["cell"] = self.word
        for s in signatures:
            for side, slots in (("takes", s.takes), ("gives", s.gives)):
                known[f"{s.role}.{side}"] = ", ".join(slot.name for slot in slots if slot.plain not in KEPT)
        for name, words in known.items():
            text = text.replace(f"<{name}>", words)
        lines = (
            line.replace("<array>", name)
            for line in text.split("\n")
            for name in (names if "<array>" in line else [""])
        )
        return "\n".join(lines)

    def signature(self, role: str, data: Mapping[str, Any]) -> Signature:
        def slots(entries: list[list[str]]) -> tuple[Slot, ...]:
            return tuple(slot for entry in entries for slot in self.expanded(*entry))

        name = data["name"].replace("{cell}", self.word)
        more = {key: data[key] for key in ("shown", "clip") if key in data}
        return Signature(role, name, slots(data["takes"]), slots(data["gives"]), data.get("results") == "dict", **more)

    def expanded(self, kind: str, pattern: str, of: str = "") -> Iterator[Slot]:
        """The slots of one entry; of: a name of the described cell, where an entry is of one alone, if it is there."""
        cell = self.cell
        names = {
            "input": cell.inputs,
            "index": cell.inputs,
            "previous": cell.lagged,
            "initial": cell.lagged,
            "initial output": tuple(n for n in cell.lagged if n == cell.output),
            "state": cell.outputs,
            "output": (cell.output,),
            "last": cell.states,
            "total": (cell.output,),
            "parameter": tuple(s.name for s in self.stacks if s.differentiable or not kind.startswith("d ")),
        }.get(kind.removeprefix("d "))
        if names is None:
            yield Slot(pattern, kind)
            return
        if kind.startswith("d "):
            names = tuple(n for n in names if n not in cell.data)
        if of:
            names = (self.names[of],) if of in self.names else ()
        called = {self.names[n]: word for n, word in self.entry.names.items()} if self.entry else {}
        yield from (Slot(pattern.replace("{}", called.get(name, name)), kind, name) for name in names)
