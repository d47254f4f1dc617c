"""Numbers as somebody wrote them down -> Given: what each belongs to, its shape, and the sizes that follow.

Names are those of generated code: x and W_f, h_prev for what the first step reads at [t-1], dh for a gradient.
A number alone fills a vector or a matrix. Of several steps an input is a list of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from ..cells import Cell, Shape
from ..errors import BadInput, Place, Problem, nearest
from .numbers import Array
from .system import System
from .worked import Given

#: More steps, or more units, are nothing to follow by eye.
MOST_STEPS, MOST_UNITS = 20, 100

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Name:
    """What a name in a file stands for; role: input, initial, parameter, loss, or what is computed."""

    role: str
    of: str
    shape: Shape

    @property
    def over_time(self) -> bool:
        """Whether there is one of it at every step."""
        return self.role in ("input", "loss", "quantity", "gradient")


@dataclass(frozen=True)
class Printed:
    """Numbers somebody printed for what a cell computes, to the digits that they have."""

    name: str
    what: Name
    numbers: Array  # of Decimal: (T,n) over time, else (n,) or (m,n)


def given(
    system: System,
    tables: Mapping[str, Mapping[str, Any]],
    place: Callable[[Keys, bool], Place | None] = lambda keys, name: None,
    steps: int | None = None,
) -> tuple[Given, tuple[Printed, ...]]:
    """The values in tables called sizes, values, loss and printed, each optional; and what somebody printed.

    place: where the value of a key stands, or (asked with True) the key itself; steps: where the values do not tell.
    Raises BadInput with everything that is wrong.
    """
    reading = _Reading(system, place)
    reading.read(tables, steps)
    if reading.problems:
        raise BadInput(*sorted(reading.problems, key=lambda p: p.place.line if p.place else 0))
    return reading.given(), tuple(reading.printed())


def check_steps(steps: int | None) -> None:
    """Raises BadInput where there are no steps, or more than anyone can follow."""
    if steps is not None and not 1 <= steps <= MOST_STEPS:
        raise BadInput(Problem(f"{steps} steps cannot be traced", None, f"Choose from 1 to {MOST_STEPS}."))


def value_names(cell: Cell) -> dict[str, Name]:
    """What can be given, by name."""
    found = {n: Name("input", n, cell.shapes[n]) for n in cell.inputs}
    found |= {f"{n}_prev": Name("initial", n, cell.shapes[n]) for n in cell.lagged}
    return found | {n: Name("parameter", n, cell.shapes[n]) for n in cell.parameters}


def computed_names(system: System) -> dict[str, Name]:
    """What is computed from it, by name."""
    cell = system.cell
    found = {line.name: Name("quantity", line.name, (system.sizes[line.name],)) for line in system.lines}
    found |= {f"d{n}": Name("gradient", n, (system.size_of_name(n),)) for n in (*found, *cell.inputs)}
    found |= {f"d{n}_prev": Name("initial gradient", n, cell.shapes[n]) for n in cell.lagged}
    return found | {f"d{n}": Name("parameter gradient", n, cell.shapes[n]) for n in cell.parameters}


class _Reading:
    def __init__(self, system: System, place: Callable[[Keys, bool], Place | None]) -> None:
        self.cell = system.cell
        self.place = place
        self.problems: list[Problem] = []
        self.values = value_names(system.cell)
        self.computed = computed_names(system)
        self.losses = {f"d{n}": Name("loss", n, (system.cell.size(n),)) for n in system.cell.assigned}
        self.found: dict[Keys, tuple[Name, Array]] = {}
        self.sizes: dict[str, tuple[int, str]] = {}
        self.steps = 1

    def problem(self, keys: Keys, message: str, advice: str = "", name: bool = False) -> None:
        """Note what is wrong with a value, or with its name."""
        self.problems.append(Problem(message, self.place(keys, name), advice))

    def read(self, tables: Mapping[str, Mapping[str, Any]], steps: int | None) -> None:
        """Every table; what is found wrong is noted."""
        for title, table in tables.items():
            if title not in ("sizes", "values", "loss", "printed"):
                self._unknown_table(title)
            elif not isinstance(table, Mapping):
                self.problem((title,), f"{title} must be a table", f"Write [{title}] on a line of its own.")
            else:
                for name, written in table.items():
                    self._entry(title, name, written)
        self._count_steps(steps)
        self._infer_sizes()

    def _unknown_table(self, title: str) -> None:
        homes = {"values": self.values, "loss": self.losses, "printed": self.computed, "sizes": self.cell.sizes}
        home = next((t for t, names in homes.items() if title in names), "")
        advice = f"It belongs in [{home}]." if home else nearest(title, homes)
        self.problem((title,), f"there is no table {title}", advice, name=True)

    def _entry(self, title: str, name: str, written: Any) -> None:
        keys = (title, name)
        if title == "sizes":
            self._size(keys, written)
            return
        known = {"values": self.values, "loss": self.losses, "printed": self.computed}[title]
        if name not in known:
            self.problem(keys, *self._unknown(title, name, known), name=True)
        elif (numbers := self._numbers(keys, written)) is not None:
            self.found[keys] = known[name], numbers

    def _unknown(self, title: str, name: str, known: Mapping[str, Name]) -> tuple[str, str]:
        if title == "printed" and name in self.values:
            return f"{name} is given, not computed", "It belongs in [values]."
        if title == "loss" and name in self.cell.assigned:
            return f"the loss is given by its gradient: d{name}", ""
        if name in self.computed:
            if title == "loss":
                return f"the loss cannot read {name.removeprefix('d')}", nearest(name, known)
            lagged = f" Its value before the first step is {name}_prev." if f"{name}_prev" in known else ""
            return f"{name} is computed by {self.cell.name}", f"To have it checked, write it under [printed].{lagged}"
        return f"{name} is no {'value' if title == 'values' else 'quantity'} of {self.cell.name}", nearest(name, known)

    def _size(self, keys: Keys, written: Any) -> None:
        name = keys[1]
        if name not in self.cell.sizes:
            self.problem(keys, f"{name} is no size of {self.cell.name}", nearest(name, self.cell.sizes), name=True)
        elif isinstance(written, bool) or not isinstance(written, int) or not 1 <= written <= MOST_UNITS:
            self.problem(keys, f"{name} must be a whole number from 1 to {MOST_UNITS}")
        else:
            self.sizes[name] = written, "[sizes]"

    def _numbers(self, keys: Keys, written: Any) -> Array | None:
        """A number, or lists of them, as an array of Decimal."""
        if isinstance(written, np.ndarray | np.generic):
            written = written.tolist()
        if _deep(written):
            self.problem(
                keys, f"{keys[1]} is nested too deeply", "Write a number, a list of numbers, or a list of rows."
            )
            return None
        for item in _leaves(written):
            if isinstance(item, bool) or not isinstance(item, int | float | Decimal):
                kind = "a string" if isinstance(item, str) else "an empty list" if item == [] else "no number"
                self.problem(keys, f"{keys[1]} holds {kind}", "Write a number, a list of numbers, or a list of rows.")
                return None
            if not np.isfinite(float(item)):
                self.problem(keys, f"{keys[1]} holds {item}, which is not finite")
                return None
        try:
            found = np.array(_decimals(written), dtype=object)
        except ValueError:
            found = np.array([None])
        if not all(isinstance(item, Decimal) for item in found.flat):
            self.problem(keys, f"the rows of {keys[1]} have different lengths")
            return None
        return found

    def _count_steps(self, steps: int | None) -> None:
        counted = [(len(a), keys) for keys, (name, a) in self.found.items() if name.over_time and a.ndim == 2]
        self.steps = counted[0][0] if counted else steps or 1
        if self.steps > MOST_STEPS:
            self.problem(counted[0][1], f"{self.steps} steps are too many", f"At most {MOST_STEPS} can be traced.")
        if counted and steps not in (None, self.steps):
            self.problem(counted[0][1], f"{counted[0][1][1]} has {self.steps} steps, but {steps} are asked for")
        for keys, (name, numbers) in self.found.items():
            if name.over_time and numbers.ndim in (1, 2):
                has = len(numbers) if numbers.ndim == 2 else 1
                if has != self.steps:
                    first = f" as {counted[0][1][1]} has" if counted else ""
                    advice = f"Write {self.steps} rows{first}." if self.steps > 1 else ""
                    self.problem(keys, f"{keys[1]} has {has} step{'s' * (has > 1)}, not {self.steps}", advice)

    def _infer_sizes(self) -> None:
        """Solve each Size = number that has one unknown letter, until nothing more follows; compare the rest."""
        open_ones = [(keys, *pair) for keys, (name, a) in self.found.items() for pair in self._pairs(keys, name, a)]
        while open_ones:
            left = [(keys, size, n) for keys, size, n in open_ones if not self._settled(keys, size, n)]
            if len(left) == len(open_ones):
                return
            open_ones = left

    def _pairs(self, keys: Keys, name: Name, numbers: Array) -> Iterator[tuple[Any, int]]:
        """(Size, number) along each axis; nothing for a number that fills whatever there is."""
        if numbers.ndim == 0:
            return
        shape = numbers.shape[1:] if name.over_time and numbers.ndim == 2 else numbers.shape
        if len(shape) != len(name.shape):
            wanted = {1: "a list of numbers", 2: "a list of rows, each a list of numbers"}[len(name.shape)]
            if name.over_time:
                wanted += " (or a list of such, one for each step)"
            self.problem(keys, f"{keys[1]} must be {wanted}", f"Its shape is {_shown(name.shape)}.")
        elif max(shape) > MOST_UNITS:
            self.problem(keys, f"{keys[1]} has more than {MOST_UNITS} numbers in a row or column")
        else:
            yield from zip(name.shape, shape, strict=True)

    def _settled(self, keys: Keys, size: Any, n: int) -> bool:
        """Whether an equation between a size and a number is solved, or compared."""
        unknown = [(letter, count) for letter, count in size.terms if letter != "1" and letter not in self.sizes]
        if len(unknown) > 1:
            return False
        known = {letter: number for letter, (number, _) in self.sizes.items()}
        rest = n - size.value({**known, **dict.fromkeys((letter for letter, _ in unknown), 0)})
        if unknown:
            letter, count = unknown[0]
            if rest > 0 and rest % count == 0:
                self.sizes[letter] = rest // count, keys[1]
                return True
        elif rest == 0:
            return True
        by = "; ".join(f"{a} is {self.sizes[a][0]} by {self.sizes[a][1]}" for a, _ in size.terms if a in self.sizes)
        name = self.found[keys][0]
        message = f"{keys[1]} has {n} where its shape {_shown(name.shape)} wants {n - rest if not unknown else size}"
        self.problem(keys, message, f"{by}." if by else "")
        return True

    def given(self) -> Given:
        """What was read, of the right shapes; a number that fills something of unknown size is left out."""
        sizes = {letter: number for letter, (number, _) in self.sizes.items()}
        found: dict[str, dict[str, Array]] = {"input": {}, "initial": {}, "parameter": {}, "loss": {}}
        for (title, _), (name, numbers) in self.found.items():
            if title != "printed" and (filled := self._filled(name, numbers)) is not None:
                found[name.role][name.of] = filled.astype(float)
        return Given(sizes, self.steps, found["input"], found["initial"], found["parameter"], found["loss"])

    def printed(self) -> Iterator[Printed]:
        """What was printed; a number alone for something of unknown size is left out."""
        for (title, written), (name, numbers) in self.found.items():
            if title == "printed" and (filled := self._filled(name, numbers)) is not None:
                yield Printed(written, name, filled)

    def _filled(self, name: Name, numbers: Array) -> Array | None:
        letters = {letter for size in name.shape for letter, _ in size.terms if letter != "1"}
        if not letters <= set(self.sizes):
            return None
        known = {letter: number for letter, (number, _) in self.sizes.items()}
        shape = tuple(size.value(known) for size in name.shape)
        return np.broadcast_to(numbers, (self.steps, *shape) if name.over_time else shape)


def _deep(written: Any) -> bool:
    """Whether lists stand in lists of lists."""
    return any(
        isinstance(item, list | tuple) for row in _items(written) for entry in _items(row) for item in _items(entry)
    )


def _items(written: Any) -> Any:
    return written if isinstance(written, list | tuple) else ()


def _leaves(written: Any) -> Iterator[Any]:
    if isinstance(written, list | tuple) and written:
        for item in written:
            yield from _leaves(item)
    else:
        yield written


def _decimals(written: Any) -> Any:
    """The same nesting, of Decimal: what a person printed keeps its last zero."""
    if isinstance(written, list | tuple):
        return [_decimals(item) for item in written]
    return Decimal(repr(written)) if isinstance(written, float) else Decimal(written)


def _shown(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})"
