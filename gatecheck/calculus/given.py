"""Numbers as somebody wrote them down -> Given: what each belongs to, its shape, and the sizes that follow.

Names are those of generated code: x and W_f, h_prev for what the first step reads at [t-1], dh for a gradient.
A number alone fills a vector or a matrix. Of several steps an input is a list of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..cells import Cell
from ..errors import BadInput, Place, Problem, nearest
from .fitting import MOST_UNITS, Keys, Name, Sizes, shown
from .numbers import Array
from .system import System
from .worked import Given
from .written import MOST_DECIMALS, array_of, decimals

#: More steps are nothing to follow by eye.
MOST_STEPS = 20

TABLES = ("sizes", "values", "loss", "printed")


@dataclass(frozen=True)
class Printed:
    """Numbers somebody printed for what a cell computes, to the digits that they have."""

    name: str
    what: Name
    numbers: Array  # of Decimal: (T,n) over time, else (n,) or (m,n)


def given(
    system: System,
    tables: Mapping[str, Any],
    place: Callable[[Keys, bool], Place | None] = lambda keys, name: None,
    steps: int | None = None,
) -> tuple[Given, tuple[Printed, ...]]:
    """The values in tables called sizes, values, loss and printed, each optional; and what somebody printed.

    A text called cell names the cell that they are of: another one is refused.
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


def loss_names(cell: Cell) -> dict[str, Name]:
    """What the gradient of the loss can be given for, by name."""
    return {f"d{n}": Name("loss", n, (cell.size(n),)) for n in cell.assigned}


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
        self.known = {
            "values": value_names(system.cell),
            "loss": loss_names(system.cell),
            "printed": computed_names(system),
        }
        self.found: dict[Keys, tuple[Name, Array]] = {}
        self.sizes = Sizes(self.problem)
        self.steps = 1
        self.strange: list[str] = []

    def problem(self, keys: Keys, message: str, advice: str = "", name: bool = False) -> None:
        """Note what is wrong with a value, or with its name."""
        self.problems.append(Problem(message, self.place(keys, name), advice))

    def read(self, tables: Mapping[str, Any], steps: int | None) -> None:
        """Every table; what is found wrong is noted."""
        if "cell" in tables and not self._of_this_cell(tables):
            return
        known = self.known["values"].keys() | self.known["printed"].keys()
        self.strange = [name for name in _items(tables, "values") if name not in known]
        for title, table in tables.items():
            if title in TABLES and isinstance(table, Mapping):
                for name, written in table.items():
                    self._entry(title, name, written)
            elif title in TABLES:
                self.problem((title,), f"{title} must be a table", f"Write [{title}] on a line of its own.")
            elif title != "cell":
                self.problem((title,), *self._astray(title, isinstance(table, Mapping)), name=True)
        self._count_steps(steps)
        self.sizes.infer(self.found)

    def _of_this_cell(self, tables: Mapping[str, Any]) -> bool:
        """Whether the file is of this cell: where it is not, it is said once what does not belong."""
        said, own = tables["cell"], self.cell.name
        if said == own:
            return True
        if not isinstance(said, str) or not said.strip():
            self.problem(("cell",), "cell must be a name in quotes", f'Write cell = "{own}", or leave it out.')
            return False
        used = ((title, name) for title in self.known for name in _items(tables, title))
        strange = dict.fromkeys(name for title, name in used if name not in self.known[title])
        lacks = f"{own} has no {', '.join(strange)}.\n  " if strange else ""
        self.problem(("cell",), f"these values are of {said}, not of {own}", f"{lacks}{self._taken()}")
        return False

    def _taken(self) -> str:
        takes = (f"{name} {shown(what.shape)}" for name, what in self.known["values"].items())
        return f"{self.cell.name} takes {', '.join(takes)}."

    def _astray(self, title: str, table: bool) -> tuple[str, str]:
        """What is wrong with a name that stands where a table should, and what to do."""
        if table:
            close = nearest(title, TABLES)
            every = f"There are {', '.join(f'[{t}]' for t in TABLES)}."
            return f"[{title}] is no table of a file of values", close if close.startswith("Did") else every
        message = f"{title} stands in no table"
        if title in self.cell.sizes:
            return message, "Write it under [sizes]."
        home = next((t for t, names in self.known.items() if title in names), "")
        if home == "printed":
            return message, self._instead(title)
        return message, f"Write it under [{home}]." if home else "Write [values] on a line above the values."

    def _instead(self, name: str) -> str:
        """Where a name belongs that is computed."""
        checked = f"To have {name} checked, write it under [printed]."
        lagged = f"Its value before the first step is {name}_prev, under [values]. "
        return (lagged if f"{name}_prev" in self.known["values"] else "") + checked

    def _entry(self, title: str, name: str, written: Any) -> None:
        keys = (title, name)
        if title == "sizes":
            self._size(keys, written)
        elif name not in self.known[title]:
            self.problem(keys, *self._unknown(title, name), name=True)
        else:
            self._numbers(keys, written)

    def _unknown(self, title: str, name: str) -> tuple[str, str]:
        known = self.known[title]
        if title == "printed" and name in self.known["values"]:
            return f"{name} is given, not computed", "It belongs in [values]."
        if title == "loss" and name in self.cell.assigned:
            return f"the loss is given by its gradient: d{name}", ""
        if name in self.known["printed"]:
            if title == "loss":
                return f"the loss cannot read {name.removeprefix('d')}", nearest(name, known)
            return f"{name} is computed by {self.cell.name}", self._instead(name)
        advice = nearest(name, known)
        if title == "values" and name == self.strange[-1] and len(self.strange) > 1:
            advice = f"{advice}\n  " * advice.startswith("Did") + self._taken()
        return f"{name} is no {'value' if title == 'values' else 'quantity'} of {self.cell.name}", advice

    def _numbers(self, keys: Keys, written: Any) -> None:
        try:
            found = array_of(keys[1], written)
        except BadInput as error:
            for p in error.problems:
                self.problem(keys, p.message, p.advice)
            return
        if keys[0] == "printed" and any(decimals(said) > MOST_DECIMALS for said in found.flat):
            self.problem(keys, f"{keys[1]} has a number of more than {MOST_DECIMALS} decimals")
        else:
            self.found[keys] = self.known[keys[0]][keys[1]], found

    def _size(self, keys: Keys, written: Any) -> None:
        name = keys[1]
        if name not in self.cell.sizes:
            self.problem(keys, f"{name} is no size of {self.cell.name}", nearest(name, self.cell.sizes), name=True)
        elif isinstance(written, bool) or not isinstance(written, int) or not 1 <= written <= MOST_UNITS:
            self.problem(keys, f"{name} must be a whole number from 1 to {MOST_UNITS}")
        else:
            self.sizes.tell(name, written, "[sizes]")

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

    def given(self) -> Given:
        """What was read, of the right shapes; a number that fills something of unknown size is left out."""
        found: dict[str, dict[str, Array]] = {"input": {}, "initial": {}, "parameter": {}, "loss": {}}
        for (title, _), (name, numbers) in self.found.items():
            if title != "printed" and (filled := self.sizes.filled(name, numbers, self.steps)) is not None:
                found[name.role][name.of] = filled.astype(float)
        sizes = self.sizes.numbers
        return Given(sizes, self.steps, found["input"], found["initial"], found["parameter"], found["loss"])

    def printed(self) -> Iterator[Printed]:
        """What was printed; a number alone for something of unknown size is left out."""
        for (title, written), (name, numbers) in self.found.items():
            if title == "printed" and (filled := self.sizes.filled(name, numbers, self.steps)) is not None:
                yield Printed(written, name, filled)


def _items(tables: Mapping[str, Any], title: str) -> Mapping[str, Any]:
    table = tables.get(title)
    return table if isinstance(table, Mapping) else {}
