"""Curves over a time lag on a logarithmic scale: as SVG, labelled at the lines' ends.

Hue says which group a curve belongs to, width and marks say which part of it, dashes which member: never colour alone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from . import lettering
from .palette import SERIES, paint, style_sheet
from .scale import Decades, short, spread, ticks
from .svg import element, escape, number

Part = Literal["whole", "others", "elementwise"]

_SANS = "'Segoe UI',Roboto,'Helvetica Neue','Liberation Sans',Arial,sans-serif"
_LEFT, _TOP, _WIDTH, _BELOW = 62.0, 34.0, 520.0, 66.0
#: Between labels, and about how wide a letter of one is.
_LINE, _LETTER = 17.0, 6.7
#: Around words above and below the plot.
_APART = 10.0
_DASHES = ("", "8 5", "3 4", "10 3 2 3", "1 4")
_WIDTHS: Mapping[Part, float] = {"whole": 3.0, "others": 1.0, "elementwise": 1.5}
#: Ends nearer than this cannot be told apart: the rings on the line say enough.
_SAME = 4.0


@dataclass(frozen=True)
class Curve:
    """values[k-1] at lag k; group chooses the hue, member the dashes, part the width.

    short: a label for where there is little room and a mark tells the member.
    """

    label: str
    values: tuple[float, ...]
    group: int
    member: int = 0
    part: Part = "whole"
    short: str = ""


@dataclass(frozen=True)
class Plot:
    """Curves of the same length; x and y say what the axes hold, parts what wide, ringed and thin lines are.

    alternative says in words what is seen. heading: sentences to stand above the curves; note: how they were made, to
    stand below; both in the letters of pictures.
    """

    title: str
    alternative: str
    curves: tuple[Curve, ...]
    x: str
    y: str
    parts: Mapping[Part, str]
    heading: tuple[str, ...] = ()
    note: str = ""


def svg(plot: Plot) -> str:
    """The plot as an SVG document that needs nothing else and follows the reader's light or dark scheme."""
    return _Sheet(plot).drawn()


class _Sheet:
    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.steps = max(len(c.values) for c in plot.curves)
        self.scale = Decades.around(v for c in plot.curves for v in c.values)
        self.height = max(360.0, _LINE * (len(plot.curves) + 1))
        longest = max(len(c.label) + len(short(c.values[-1])) + 2 for c in plot.curves)
        width = _LEFT + _WIDTH + 34 + _LETTER * longest
        self.heading = [line for sentence in plot.heading for line in _wrapped(sentence, width)]
        self.note = _wrapped(plot.note, width)
        self.top = _TOP + _LINE * len(self.heading) + (_APART if self.heading else 0)
        self.foot = self.top + self.height + _BELOW
        self.size = (width, self.foot + (_LINE * len(self.note) + _APART if self.note else 0))

    def drawn(self) -> str:
        width, height = self.size
        ground = element("rect", {"width": width, "height": height, **paint("ground")})
        attributes: dict[str, str | float] = {
            "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {number(width)} {number(height)}",
            "width": width, "height": height, "fill": "none", "font-family": _SANS, "font-size": 13.0, "role": "img",
        }  # fmt: skip
        # Wide lines below thin ones: where two run together, both are seen.
        order = sorted(self.plot.curves, key=lambda c: list(_WIDTHS).index(c.part))
        return element(
            "svg",
            attributes,
            element("title", {}, escape(self.plot.title)),
            element("desc", {}, escape(self.plot.alternative)),
            element("style", {}, style_sheet()),
            ground,
            *self.axes(),
            *(piece for curve in order for piece in self.curve(curve)),
            *self.labels(),
            *self.key(),
            *_lines(self.heading, 18, "ink"),
            *_lines(self.note, self.foot + _APART, "soft"),
        )

    def x(self, lag: float) -> float:
        return _LEFT + _WIDTH * lag / self.steps

    def y(self, value: float) -> float:
        return self.top + self.height * self.scale.depth(value)

    def axes(self) -> list[str]:
        bottom, found = self.top + self.height, []
        for power in ticks(self.scale.low, self.scale.high, 9):
            y = self.top + self.height * self.scale.of_power(power)
            found.append(self.across(y, "hair" if power else "soft"))  # at 1 nothing is lost
            found.append(_tick(_LEFT - 8, y + 4.5, power))
        for lag in ticks(0, self.steps, 6):
            found.append(element("path", {"d": f"M{number(self.x(lag))} {number(bottom)}v5", **paint("none", "soft")}))
            found.append(_text(str(lag), self.x(lag), bottom + 20, "middle"))
        names = [_text(self.plot.x, _LEFT + _WIDTH, bottom + 37, "end"), _text(self.plot.y, 8, self.top - 16, "start")]
        return [*found, self.across(bottom, "soft"), *names]

    def across(self, y: float, colour: str) -> str:
        """A line from the left to the right end of the plot."""
        return element("path", {"d": f"M{number(_LEFT)} {number(y)}h{number(_WIDTH)}", **paint("none", colour)})

    def curve(self, curve: Curve) -> list[str]:
        """The line; it ends where the values do that a logarithm has."""
        points = [(self.x(k), self.y(v)) for k, v in enumerate(curve.values, 1) if v > 0]
        every = max(1, self.steps // 12)
        found = _line(points, curve)
        return found + ([_ring(x, y, curve) for x, y in points[every - 1 :: every]] if curve.part == "others" else [])

    def labels(self) -> list[str]:
        """Every curve's name and last value, beside its end."""
        ends = [(c, self.y(c.values[-1])) for c in self.plot.curves]
        whole = {(c.group, c.member): end for c, end in ends if c.part == "whole"}
        ends = [(c, y) for c, y in ends if c.part != "others" or abs(y - whole[c.group, c.member]) > _SAME]
        places = spread([y for _, y in ends], _LINE, self.top, self.top + self.height)
        return [piece for (c, end), place in zip(ends, places, strict=True) for piece in self.label(c, end, place)]

    def label(self, curve: Curve, end: float, place: float) -> list[str]:
        """A curve's label, and the line that leads to it."""
        right = self.x(self.steps)
        leader = f"M{number(right + 3)} {number(end)}L{number(right + 20)} {number(place)}"
        style = {"font-weight": "normal", **paint("soft")}
        value = element("tspan", {"dx": 7.0, **style}, escape(short(curve.values[-1])))
        weight = "600" if curve.part == "whole" else "normal"
        at: dict[str, str | float] = {"x": right + 25, "y": place + 4.5, "font-weight": weight}
        return [
            element("path", {"d": leader, **paint("none", _hue(curve)), "stroke-width": 0.8}),
            element("text", {**at, **paint(_hue(curve))}, escape(curve.label), value),
        ]

    def key(self) -> list[str]:
        """What wide, ringed and thin lines are, below the plot."""
        present = [part for part in _WIDTHS if any(c.part == part for c in self.plot.curves)]
        x, y, found = _LEFT, self.top + self.height + 56, []
        for part in present if len(present) > 1 else ():
            sample = Curve("", (), -1, part=part)
            found += _line([(x, y - 4), (x + 30, y - 4)], sample)
            found += [_ring(x + 15, y - 4, sample)] if part == "others" else []
            found.append(_text(self.plot.parts[part], x + 38, y, "start"))
            x += 38 + _LETTER * len(self.plot.parts[part]) + 24
        return found


def _wrapped(words: str, room: float) -> list[str]:
    """Lines that fit into a width."""
    return textwrap.wrap(words, int((room - 16) / _LETTER), break_on_hyphens=False)


def _lines(lines: Sequence[str], top: float, colour: str) -> list[str]:
    """Lines of words below each other, at the left side."""
    style = paint(fill=colour)
    return [lettering.text(line, 8, top + k * _LINE, 13, anchor="start", style=style) for k, line in enumerate(lines)]


def _line(points: list[tuple[float, float]], curve: Curve) -> list[str]:
    """A line through points, and a dot at its end: a single point is seen too."""
    if not points:
        return []
    style: dict[str, str | float] = {**paint("none", _hue(curve)), "stroke-linejoin": "round"}
    if dashes := _DASHES[curve.member % len(_DASHES)]:
        style["stroke-dasharray"] = dashes
    joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    x, y = points[-1]
    return [
        element("polyline", {"points": joined, "stroke-width": _WIDTHS[curve.part], **style}),
        element("circle", {"cx": x, "cy": y, "r": 0.5 + _WIDTHS[curve.part] / 2, **paint(_hue(curve))}),
    ]


def _hue(curve: Curve) -> str:
    return SERIES[curve.group % len(SERIES)] if curve.group >= 0 else "soft"


def _ring(x: float, y: float, curve: Curve) -> str:
    return element("circle", {"cx": x, "cy": y, "r": 2.6, **paint("ground", _hue(curve))})


def _text(words: str, x: float, y: float, anchor: str) -> str:
    return element("text", {"x": x, "y": y, "text-anchor": anchor, **paint("soft")}, escape(words))


def _tick(x: float, y: float, power: int) -> str:
    """A power of ten; 1 as itself."""
    if power == 0:
        return _text("1", x, y, "end")
    raised = element("tspan", {"dy": -5.0, "font-size": 9.5}, f"{'−' if power < 0 else ''}{abs(power)}")
    return element("text", {"x": x, "y": y, "text-anchor": "end", **paint("soft")}, "10", raised)
