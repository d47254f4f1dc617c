"""flow: how much of a state is left after k steps, as a picture, a table and a few sentences, and as data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..calculus.flow import Flow, Norms
from ..calculus.networks import Draw
from . import escaping
from .document import Document, Mark, Paragraph, Picture, Section, Table, Words
from .drawing.lettering import Letters
from .drawing.plot import Curve, Part, Plot, svg
from .drawing.scale import short
from .drawing.sketch import characters
from .escaping import plain
from .formats import Text
from .formulas import Formulas
from .setting import letter, name, setting, spoken

_COLUMNS = 7


@dataclass(frozen=True)
class Comparison:
    """A group of flows for each cell, the one with the largest bias first; all are drawn alike."""

    groups: tuple[tuple[Flow, ...], ...]
    draw: Draw

    @property
    def flows(self) -> tuple[Flow, ...]:
        return tuple(f for group in self.groups for f in group)


def page_of(writer: type[Formulas], compared: Comparison) -> Document:
    """The document: what to see, the picture, the numbers."""
    drawn, width = plot(compared), 78
    picture = Picture(
        svg(drawn),
        drawn.alternative,
        setting(writer, compared.groups, compared.draw),
        characters(drawn, width, ascii_only=issubclass(writer, Text)),
    )
    return Document(
        ", ".join(plain(group[0].system.cell.name) for group in compared.groups),
        aside=("what is left of a gradient after k steps",),
        sections=(
            Section("", tuple(Paragraph(sentence) for sentence in reading(compared, writer))),
            Section("", (picture,)),
            Section("", (_table(writer, compared),)),
        ),
    )


def picture(compared: Comparison) -> str:
    """The picture alone, as an SVG file: it says itself what to see, and how it was made."""
    drawn = plot(compared)
    said = [spoken(sentence) for sentence in reading(compared)]
    made = spoken(setting(Formulas, compared.groups, compared.draw))
    whole = replace(
        drawn,
        alternative=" ".join([drawn.alternative, *said, made]),
        heading=tuple(spoken(sentence) for sentence in reading(compared, Letters)),
        note=spoken(setting(Letters, compared.groups, compared.draw)),
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg(whole)}\n'


def plot(compared: Comparison) -> Plot:
    """The norms of every flow as curves: all paths, through the gates, elementwise."""
    curves = []
    for group, members in enumerate(compared.groups):
        for member, f in enumerate(members):
            curves.append(Curve(label(f), f.total, group, member))
            bias = "" if f.bias is None else f", bias {f.bias:g}"
            parts: dict[Part, Norms | None] = {"elementwise": f.elementwise, "others": f.others}
            for part, norms in parts.items():
                if norms is not None and norms != f.total:
                    title = f"{name(f)}{bias}, {_PARTS[part]}"
                    curves.append(Curve(title, norms, group, member, part, f"{name(f)} {_PARTS[part]}"))
    ends = ", ".join(f"{_phrase(f)} at {short(f.total[-1])}" for f in compared.flows)
    return Plot(
        "The norm of a gradient against the time lag",
        f"Curves over the time lag, on a logarithmic scale; after {_steps(compared)} {ends}.",
        tuple(curves),
        x="time lag k, in steps",
        y="norm of the derivative of a state by itself k steps before",
        parts=_PARTS,
    )


_PARTS: dict[Part, str] = {"whole": "all paths", "elementwise": "elementwise", "others": "through the gates"}


def label(flow: Flow) -> str:
    """The cell, and the bias of the gates that keep its state."""
    return name(flow) + ("" if flow.bias is None else f", forget bias {flow.bias:g}")


# In words.


def reading(compared: Comparison, kind: type[Formulas] = Formulas) -> list[Words]:
    """What the numbers say, in sentences: who keeps how much, what a bias changes, which paths it came by."""
    # Of a single cell the extremes are its biases.
    found = [_extremes(compared, kind), *(_biases(compared, kind) if len(compared.groups) > 1 else [])]
    best = max(compared.flows, key=lambda f: f.total[-1])
    if best.elementwise and best.others:
        ways = "elementwise" if best.elementwise[-1] > best.others[-1] else "through the gates"
        alone = short(best.elementwise[-1])
        found.append((f"In {_phrase(best)} most of it came {ways}: the elementwise path alone keeps {alone}.",))
    return found


def _pair(compared: Comparison) -> tuple[Flow, Flow]:
    """The best of what only matrices carry beside the best of what a gate keeps; else the least beside the most."""
    ranked = sorted(compared.flows, key=lambda f: f.total[-1])
    bare, gated = ([f for f in ranked if (f.elementwise is None) == kind] for kind in (True, False))
    return (bare[-1], gated[-1]) if bare and gated else (ranked[0], ranked[-1])


def _steps(compared: Comparison) -> str:
    return f"{compared.draw.steps} {'step' if compared.draw.steps == 1 else 'steps'}"


def _extremes(compared: Comparison, kind: type[Formulas]) -> Words:
    """The two flows to see first, in a sentence."""
    least, most = _pair(compared)
    whose = ", which only matrices carry," if least.elementwise is None else ""
    kept = f" of {_phrase(least)}{whose} keeps {short(least.total[-1])} of a unit change"
    first: Words = (f"After {_steps(compared)} ", letter(kind, least, least.state), kept)
    if least is most:
        return (*first, ".")
    factor = _times(most.total[-1], least.total[-1])
    more = f": {factor} as much." if factor else "."
    return (
        *first, ", ", letter(kind, most, most.state), f" of {_phrase(most)} keeps {short(most.total[-1])}{more}",
    )  # fmt: skip


def _biases(compared: Comparison, kind: type[Formulas]) -> list[Words]:
    """How much more the largest bias keeps than the smallest, in every cell that was drawn with several."""
    found: Words = ()
    for group in compared.groups:
        most, least = group[0], group[-1]
        factor = _times(most.total[-1], least.total[-1])
        if factor and most.bias != least.bias:
            before = ", " if found else f"A forget bias of {most.bias:g} instead of {least.bias:g} keeps "
            found = (*found, f"{before}{factor} as much of ", letter(kind, most, most.state), f" in {name(most)}")
    return [(*found, ".")] if found else []


def _phrase(flow: Flow) -> str:
    return name(flow) + ("" if flow.bias is None else f" with forget bias {flow.bias:g}")


def _times(more: float, less: float) -> str:
    """How many times as much, in two digits; empty where that says nothing."""
    if not (0 < less < math.inf and more < math.inf):
        return ""
    ratio = more / less
    if not 10 <= ratio < 1e6:
        return f"{short(ratio)} times"
    return f"{float(f'{ratio:.1e}'):,.0f} times"


# In numbers.


def lags(steps: int) -> list[int]:
    """The lags of a table: 1, 2, 5, 10, …, and the last; of many every second.

    >>> lags(50), lags(3), lags(1000)
    ([1, 2, 5, 10, 20, 50], [1, 2, 3], [1, 2, 10, 50, 200, 1000])
    """
    found = [n * 10**k for k in range(len(str(steps))) for n in (1, 2, 5) if n * 10**k < steps] + [steps]
    return found if len(found) <= _COLUMNS else [1, *(k for k in found[::-1][::2][::-1] if k != 1)]


def _table(writer: type[Formulas], compared: Comparison) -> Table:
    columns = lags(compared.draw.steps)
    rows: list[tuple[Words, ...]] = []
    lit: list[int] = []
    first = _pair(compared)
    for f in compared.flows:
        lit += [len(rows)] if f in first else []
        rows.append(((label(f),), *_cells(writer, f.total, columns)))
        if f.elementwise is not None:
            rows.append(((" ", Mark("elementwise", "elementwise")), *_cells(writer, f.elementwise, columns)))
        if f.others is not None and f.elementwise is not None:
            rows.append(((" ", Mark("matrix", "through the gates")), *_cells(writer, f.others, columns)))
    header: tuple[Words, ...] = (("norm after k steps",), *((f"k = {k}" if k == 1 else str(k),) for k in columns))
    return Table(header, tuple(rows), tuple(range(1, len(columns) + 1)), tuple(lit))


def _cells(writer: type[Formulas], norms: Norms, columns: Sequence[int]) -> list[Words]:
    return [(short(norms[k - 1], writer.minus),) for k in columns]


def as_latex(compared: Comparison) -> str:
    """The table, to paste."""
    columns = lags(compared.draw.steps)
    lines = [rf"\begin{{tabular}}{{l{'r' * len(columns)}}}", r"  \hline"]
    lines.append(rf"  norm after $k$ steps & {' & '.join(map(str, columns))} \\ \hline")
    for title, norms in _named(compared):
        numbers = " & ".join(_in_latex(norms[k - 1]) for k in columns)
        lines.append(rf"  {escaping.latex(title)} & {numbers} \\")
    return "\n".join([*lines, r"  \hline", r"\end{tabular}"])


def _in_latex(value: float) -> str:
    digits, _, power = short(value, "-").partition("e")
    return (rf"${digits} \cdot 10^{{{power}}}$" if power else f"${digits}$").replace("inf", r"\infty")


def _named(compared: Comparison) -> Iterator[tuple[str, Norms]]:
    """Every row of the table by its name."""
    for f in compared.flows:
        yield label(f), f.total
        if f.elementwise is not None:
            yield f"{label(f)}, {_PARTS['elementwise']}", f.elementwise
        if f.elementwise is not None and f.others is not None:
            yield f"{label(f)}, {_PARTS['others']}", f.others


def as_data(compared: Comparison) -> dict[str, Any]:
    """Every norm of every flow, over lag 1, 2, …; what is not finite as a string."""
    d = compared.draw
    return {
        "schema": "gatecheck/flow/1",
        "steps": d.steps,
        "size": d.size,
        "networks": d.networks,
        "scale": d.scale,
        "seed": f"{d.seed:x}",
        "reading": [spoken(sentence) for sentence in reading(compared)],
        "setting": spoken(setting(Formulas, compared.groups, d)),
        "curves": [
            {
                "cell": f.system.cell.name,
                "cell_sha256": f.system.cell.sha256,
                "sizes": d.sizes(f.system),
                "state": f.state,
                "forget_bias": f.bias,
                "biases": {k.bias: k.sign * f.bias for k in f.keepers} if f.bias is not None else {},
                "left_out": f.left_out,
                "total": _finite(f.total),
                "elementwise": f.elementwise and _finite(f.elementwise),
                "through_gates": f.others and _finite(f.others),
            }
            for f in compared.flows
        ],
    }


def _finite(norms: Norms) -> list[float | str]:
    return [n if math.isfinite(n) else "Infinity" for n in norms]
