"""Where a quantity is off, as a table: its numbers, their share of the largest, and names for rows and columns."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..grading.heat import Heat
from ..grading.report import Check, Report


def part(size: float) -> str:
    """A part of a scale in few digits: 0.31, 1.7, 2e−8."""
    if not size:
        return "0"
    if not math.isfinite(size):
        return "∞"
    if 0.001 <= size < 9999.5:
        places = 3 if size < 0.0095 else 2 if size < 0.995 else 1 if size < 9.95 else 0
        return f"{size:.{places}f}"
    digits, _, power = f"{size:.0e}".partition("e")
    return f"{digits}e{int(power)}".replace("-", "−")


@dataclass(frozen=True)
class HeatCell:
    """A cell of a heat map: its number, its share of the largest, and what it says when it is pointed at."""

    text: str
    share: float
    title: str


@dataclass(frozen=True)
class HeatMap:
    """A table of errors with names for its columns and rows."""

    check: Check
    caption: str
    across: str
    columns: list[str]
    rows: list[tuple[str, list[HeatCell]]]


def heat_maps(report: Report) -> list[HeatMap]:
    """Tables of what mistakes are in, then of what else failed."""
    named = {m.quantity for m in report.mistakes}
    hot = sorted((c for c in report.checks if c.heat), key=lambda c: c.quantity not in named)
    return [_heat_map(check, check.heat) for check in hot if check.heat]


def _heat_map(check: Check, heat: Heat) -> HeatMap:
    down, across = (
        [_span(k, size, whole) for k in range(-(-whole // size))]
        for size, whole in zip(heat.block, heat.shape, strict=True)
    )
    finite = [v for row in heat.values for v in row if math.isfinite(v)]
    largest = max(finite, default=0.0) or 1.0

    def cell(where: str, unit: str, size: float) -> HeatCell:
        place = f"{heat.down} {where}, " if heat.down else ""
        return HeatCell(part(size), round(min(size / largest, 1.0), 2), f"{place}{heat.across} {unit}: {part(size)}")

    rows = [
        (_at(heat.down, where), [cell(where, unit, v) for unit, v in zip(across, values, strict=True)])
        for where, values in zip(down, heat.values, strict=True)
    ]
    return HeatMap(check, _caption(check, heat), heat.across, across, rows)


def _at(what: str, where: str) -> str:
    return f"t = {where}" if what == "step" else f"{what} {where}" if what else ""


def _span(k: int, size: int, whole: int) -> str:
    first, last = k * size + 1, min((k + 1) * size, whole)
    return str(first) if first == last else f"{first}–{last}"


def _caption(check: Check, heat: Heat) -> str:
    said = f"|yours − right| in {check.task}, as a part of the largest right value"
    said += ", the largest over the batch" if heat.down == "step" else ""
    said += "; rows and columns as in the equations" if heat.down == "row" else ""
    if heat.block != (1, 1):
        rows, columns = heat.block
        said += f"; a cell is the largest of {rows} × {columns}"
    return f"{said}. The redder, the farther."
