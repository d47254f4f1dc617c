"""A worked example as a page, with its numbers or with blanks for them, and as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Symbol
from sympy.core.parameters import distribute

from ..calculus.backward import Gradient
from ..calculus.labels import Label
from ..calculus.numbers import Array
from ..calculus.symbols import gradient, label, symbol, value
from ..calculus.worked import Worked
from .derivation import legend
from .document import Blank, Document, Math, Paragraph, Section, Table, Words
from .equations import Formula
from .formulas import Formulas
from .rounding import as_given, rounded
from .worked import Row, Rows

#: Of more numbers side by side than that, the first ones and the last are shown.
_MOST = 4
#: A line to write a calculation on, in characters.
_LINE = 22


@dataclass(frozen=True)
class Style:
    """digits: decimals of a number; blank: places to write in for all that is computed; mark: said after the title."""

    digits: int = 4
    blank: bool = False
    mark: str = ""


def document(kind: type[Formulas], found: Worked, source: Words, style: Style = Style()) -> Document:
    """The page; source says where the values come from."""
    with distribute(False):  # here once: every change of it empties SymPy's cache
        return _document(_Page(kind, found, style), source)


def _document(page: _Page, source: Words) -> Document:
    found, style = page.found, page.style
    cell = found.backward.cell
    sizes = ", ".join(f"{letter} = {n}" for letter, n in found.given.sizes.items())
    return Document(
        f"{cell.name}, {style.mark}" if style.mark else cell.name,
        lead=(cell.title,) if cell.title else (),
        aside=legend(page.names),
        facts=(("values", source), *picked_loss(page.names, found), *([("sizes", (sizes,))] if sizes else [])),
        sections=(*page.sections(), Section("", tuple(map(Paragraph, page.remarks())))),
    )


def picked_loss(writer: Formulas, found: Worked) -> tuple[tuple[str, Words], ...]:
    """The fact that the gradient of the loss was not given, where it was not."""
    names = [Math(writer.name(Label("loss", name, 0))) for name in found.picked]
    return (("loss", (*_between(names, ", "), " picked")),) if names else ()


class _Page:
    def __init__(self, kind: type[Formulas], found: Worked, style: Style) -> None:
        self.kind = kind
        self.found = found
        self.style = style
        self.steps = len(found.at)
        self.rows = Rows(kind, found, style.digits)
        self.names = self.rows.names

    def sections(self) -> Iterator[Section]:
        """What is given, then every step forwards, every step backwards, the parameters."""
        yield Section("Given", (self._given(),))
        for t in range(self.steps):
            yield from self._section(f"Forward{self._step(t)}", self.rows.forward(t))
        for t in reversed(range(self.steps)):
            rows = [*self.rows.backward(t), *(self.rows.initial() if t == 0 else ())]
            yield from self._section(f"Backward{self._step(t)}", rows)
        yield from self._section("Parameters", self.rows.parameters(), units="")

    def remarks(self) -> Iterator[Words]:
        """What is doubtful or left out, what could not be computed, and how numbers are rounded."""
        found, backward = self.found, self.found.backward
        reached = [g for g in backward.quantities if not found.zero(g)]
        known = [g for g in reached if found.knows(gradient(g.name))]
        undetermined = set(found.undetermined)
        lost = [Math(self.names.name(Label("value", n, 0))) for n in backward.cell.assigned if n in undetermined]
        yield from ((f"{doubt[:1].upper()}{doubt[1:]}.",) for doubt in found.doubts)
        if any(g.later for g in known):
            yield (f"Nothing follows the {'last ' * (self.steps > 1)}step, so it has no terms of t+1.",)
        if known:
            lost += [self._delta(g) for g in reached if g not in known]
            zero = [self._delta(g) for g in backward.quantities if found.zero(g)]
            if zero:
                yield ("Zero, as the loss does not reach it: ", *_between(zero, ", "), ".")
        if lost:
            yield ("Not determined by these values: ", *_between(lost, ", "), "." if known else ", and no gradient.")
        if self.style.blank:
            yield (f"Round to {self.style.digits} decimals.",)
        else:
            yield (f"Rounded to {self.style.digits} decimals in print alone: every number comes from unrounded ones.",)

    def _delta(self, found: Gradient) -> Math:
        return Math(self.names.name(label(gradient(found.name))))

    def _step(self, t: int) -> str:
        return f", step {t + 1}" if self.steps > 1 else ""

    # Tables.

    def _given(self) -> Table:
        start = self.found.given
        rows: list[tuple[Words, Array]] = []
        for t in range(self.steps):
            rows += [(self._name(Label("value", n, 0), t), x[t]) for n, x in start.inputs.items()]
        rows += [(self._name(Label("value", n, 1), 0), v) for n, v in start.initial.items()]
        rows += [((Math(self.names.name(Label("value", n, None))),), v) for n, v in start.parameters.items()]
        for t, values in enumerate(self.found.at):
            loss = [symbol("loss", n, 0) for n in self.found.backward.loss]
            rows += [(self._name(label(s), t), values[s]) for s in loss if s in values]
        columns = _Columns([numbers for _, numbers in rows], lambda n: self._math(as_given(n, self.style.digits)))
        cells = [line for name, numbers in rows for line in columns.lines((name,), numbers)]
        return columns.table(("",), cells)

    def _section(self, title: str, rows: Iterable[Row], units: str = "unit") -> Iterator[Section]:
        found = list(rows)
        if found:
            columns = _Columns([row.numbers for row in found], self._result, units)
            cells = [line for row in found for line in columns.lines(self._words(row), row.numbers)]
            head = "worked for unit 1" if units else "its first number"
            yield Section(title, (columns.table(("", "formula", head), cells),))

    def _words(self, row: Row) -> tuple[Words, ...]:
        calculation = self._blanks(row.calculation.length) if self.style.blank else self._pieces(row.calculation)
        return (Math(row.formula.left),), ("= ", *self._pieces(row.formula)), ("= ", *calculation)

    def _blanks(self, length: int) -> Words:
        """Room for a calculation, so many lines of it as it takes."""
        return _between([Blank(_LINE)] * max(1, -(-length // _LINE)), " ")

    def _pieces(self, formula: Formula) -> Words:
        """A right side that may be broken between its terms."""
        return tuple(w for piece in self.names.pieces(formula.addends) for w in (" ", Math(piece)))[1:]

    def _result(self, number: float) -> Words:
        digits = self.style.digits
        return (Blank(digits + 4),) if self.style.blank else self._math(rounded(number, digits))

    def _math(self, text: str) -> Words:
        return (Math(self.rows.numbers.noted(text)),)

    def _name(self, tag: Label, t: int) -> Words:
        step = self._step(t)
        return (Math(self.names.name(tag)), *([step] if step else []))


class _Columns:
    """Numbers side by side, those of a matrix below each other; of many the first ones and the last."""

    def __init__(self, arrays: Sequence[Array], written: Callable[[float], Words], units: str = "") -> None:
        longest = max((a.shape[-1] for a in arrays), default=0)
        self.wide = longest > _MOST
        self.count = _MOST + 1 if self.wide else longest
        self.written = written
        self.units = units

    def lines(self, words: tuple[Words, ...], numbers: Array) -> Iterator[tuple[Words, ...]]:
        """The rows of one quantity; the words stand in the first."""
        rows: list[Array | None] = list(numbers) if numbers.ndim == 2 else [numbers]
        if len(rows) > _MOST:
            rows = [*rows[: _MOST - 1], None, rows[-1]]
        for k, row in enumerate(rows):
            cells = [("…",)] if row is None else self._cells(row)
            padding: list[Words] = [()] * (self.count - len(cells))
            yield (*(words if k == 0 else [()] * len(words)), *cells, *padding)

    def _cells(self, row: Array) -> list[Words]:
        cells = [self.written(float(n)) for n in row]
        if not self.wide or len(cells) < _MOST:
            return cells
        return [*cells[: _MOST - 1], ("…",) if len(cells) > _MOST else (), cells[-1]]

    def table(self, head: tuple[str, ...], rows: list[tuple[Words, ...]]) -> Table:
        """The table; the columns of numbers are named after units."""
        units = [f"{self.units} {k + 1}" for k in range(self.count)] if self.units else [""] * self.count
        if self.units and self.wide:
            units[-2:] = ["…", "last"]
        numbers = range(len(head), len(head) + self.count)
        return Table(tuple((w,) if w else () for w in (*head, *units)), tuple(rows), tuple(numbers))


def _between(words: Sequence[Math | Blank], mark: str) -> Words:
    """Words with a mark between them."""
    return tuple(w for word in words for w in (mark, word))[1:]


def as_data(found: Worked, seed: str | None = None) -> dict[str, Any]:
    """Everything that the values determine, in full, under the names of generated code; seed: of picked values."""
    cell, given = found.backward.cell, found.given
    gradients = [g.name for g in (*found.backward.quantities, *found.backward.without_data().inputs)]

    def of_step(names: Iterable[tuple[str, Symbol]], t: int) -> dict[str, Any]:
        return {name: found.at[t][s].tolist() for name, s in names if s in found.at[t]}

    before = [(f"{n}_prev", value(n, 1)) for n in cell.lagged]
    forward = [(n, value(n, 0)) for n in (*cell.inputs, *found.backward.system.sizes)]
    return {
        "schema": "gatecheck/trace/1",
        "cell": cell.name,
        "cell_sha256": cell.sha256,
        "seed": seed,
        "sizes": dict(given.sizes),
        "loss": list(found.backward.loss),
        "picked": [f"d{n}" for n in found.picked],
        "warnings": list(found.doubts),
        "parameters": {n: v.tolist() for n, v in given.parameters.items()},
        "steps": [
            {
                "values": of_step([*before, *forward], t),
                "loss_gradients": of_step([(f"d{n}", symbol("loss", n, 0)) for n in found.backward.loss], t),
                "gradients": of_step([(f"d{n}", gradient(n)) for n in gradients], t),
            }
            for t in range(len(found.at))
        ],
        "gradients": {
            **{f"d{n}_prev": v.tolist() for n, v in found.initial.items()},
            **{f"d{n}": v.tolist() for n, v in found.parameters.items()},
        },
        "undetermined": list(found.undetermined),
    }
