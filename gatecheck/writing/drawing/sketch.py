"""A plot in characters, for a terminal: marks for a curve that is whole, dots for a part of it."""

from __future__ import annotations

from itertools import cycle

from .plot import Curve, Plot
from .scale import Decades, short, spread, ticks

#: Full and hollow in turn, for the members of a group; the others are ASCII.
_MARKS, _ASCII_MARKS = "●○■□▲△◆◇▼▽★☆", "OoXx#+@*%=&~"
#: Columns of the numbers at the axis.
_AXIS = 7


def characters(plot: Plot, width: int, *, ascii_only: bool = False) -> str:
    """The plot in at most `width` columns; of the parts only the elementwise: the others mostly run along the whole."""
    return _Sketch(plot, width, ascii_only).drawn()


class _Sketch:
    def __init__(self, plot: Plot, width: int, ascii_only: bool) -> None:
        self.plot, self.ascii = plot, ascii_only
        self.curves = [c for c in plot.curves if c.part != "others"]
        self.steps = max(len(c.values) for c in self.curves)
        self.marks = self._marks()
        self.labels = [self._label(c) for c in self.curves]
        self.columns = max(12, min(2 * self.steps, width - _AXIS - 4 - max(map(len, self.labels))))
        self.rows = max(20, len(self.curves) + 1)
        self.scale = Decades.around(v for c in self.curves for v in c.values)

    @property
    def minus(self) -> str:
        return "-" if self.ascii else "−"

    @property
    def dot(self) -> str:
        return "." if self.ascii else "·"

    def drawn(self) -> str:
        canvas = [[" "] * self.columns for _ in range(self.rows)]
        # What is drawn later covers what was there: the whole covers its part, the first curve all others.
        for curve in (c for part in ("elementwise", "whole") for c in self.curves[::-1] if c.part == part):
            for row, column in self._places(curve):
                canvas[row][column] = self._mark(curve) if curve.part == "whole" else self.dot
        labels, powers = self._beside(), ticks(self.scale.low, self.scale.high, 9)
        numbers = {self._row(self.scale.of_power(power)): power for power in powers}
        wall, floor, corner = "|-+" if self.ascii else "│─└"
        lines = [self.plot.y]
        for k, drawn in enumerate(canvas):
            number = f"1e{numbers[k]}" if numbers.get(k) else "1" if k in numbers else ""
            lines.append(f"{number.replace('-', self.minus):>{_AXIS - 1}} {wall}{''.join(drawn)}  {labels.get(k, '')}")
        lines += [f"{'':>{_AXIS}}{corner}{floor * self.columns}", self._lags()]
        return "\n".join(line.rstrip() for line in lines)

    def _marks(self) -> dict[tuple[int, int], str]:
        """A mark for each member of each group; a group starts with a full one."""
        found: dict[tuple[int, int], str] = {}
        pool = cycle(_ASCII_MARKS if self.ascii else _MARKS)
        for group in dict.fromkeys(c.group for c in self.curves):
            members = sorted({c.member for c in self.curves if c.group == group})
            found.update({(group, member): next(pool) for member in members})
            if len(members) % 2:
                next(pool)
        return found

    def _mark(self, curve: Curve) -> str:
        return self.marks[curve.group, curve.member]

    def _label(self, curve: Curve) -> str:
        """A part is told by its short name and the mark of its whole."""
        name = curve.label if curve.part == "whole" else f"{self.dot} {curve.short or curve.label}"
        return f"{self._mark(curve)} {name}  {short(curve.values[-1], self.minus)}"

    def _places(self, curve: Curve) -> list[tuple[int, int]]:
        """Row and column of every mark of a curve."""
        found = []
        for column in range(self.columns):
            value = curve.values[round(column * (self.steps - 1) / (self.columns - 1))]
            if value > 0:
                found.append((self._row(self.scale.depth(value)), column))
        return found

    def _row(self, depth: float) -> int:
        return round(depth * (self.rows - 1))

    def _beside(self) -> dict[int, str]:
        """The labels by their rows, near the ends of their curves."""
        ends = [self.scale.depth(c.values[-1]) * (self.rows - 1) for c in self.curves]
        places = spread(ends, 1.0, 0.0, self.rows - 1.0)
        # Halves round up together, so labels a row apart stay a row apart; to six digits they are exactly that.
        return {int(round(place, 6) + 0.5): label for place, label in zip(places, self.labels, strict=True)}

    def _lags(self) -> str:
        """The lags below the axis, the last one at its end, then what they are."""
        line = [" "] * (_AXIS + 1 + self.columns + 4)
        for lag in (self.steps, 1, *ticks(1, self.steps, 6)):
            column = _AXIS + 1 + round((lag - 1) * (self.columns - 1) / max(self.steps - 1, 1))
            text = str(lag)
            if set(line[column - 1 : column + len(text) + 1]) == {" "}:
                line[column : column + len(text)] = text
        return "".join(line).rstrip() + f"  {self.plot.x}"
