"""Reading a graph's picture back from its SVG: boxes, lines sampled along their curves, arrow heads."""

import re
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


class Rectangle(NamedTuple):
    """A box, by its sides."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, point, margin=0.0):
        x, y = point
        return self.left + margin < x < self.right - margin and self.top + margin < y < self.bottom - margin


class Stroke(NamedTuple):
    """A line of a kind: its class, and points along it."""

    look: str
    points: list[tuple[float, float]]


class Picture(NamedTuple):
    """What a picture's middle part shows; the legend is left out."""

    width: float
    height: float
    offset: tuple[float, float]
    boxes: list[Rectangle]
    strokes: list[Stroke]
    tips: list[tuple[float, float]]


def pictured(svg):
    """The picture that SVG describes; shadows behind lit lines are left out."""
    root = ElementTree.fromstring(svg)
    left, top, width, height = map(float, root.get("viewBox").split())
    assert (left, top, width, height) == (0, 0, float(root.get("width")), float(root.get("height")))
    body = root.find(f"{SVG}g")
    paths = [p for p in body.findall(f"{SVG}path") if not p.get("class").endswith("-glow")]
    return Picture(
        width,
        height,
        tuple(map(float, re.findall(r"-?[\d.]+", body.get("transform")))),
        [_rectangle(r) for r in body.iter(f"{SVG}rect")],
        [Stroke(p.get("class"), _sampled(p.get("d"))) for p in paths if p.get("fill") == "none"],
        [_sampled(p.get("d"))[0] for p in paths if p.get("fill") != "none"],
    )


def _rectangle(element):
    x, y, width, height = (float(element.get(key)) for key in ("x", "y", "width", "height"))
    return Rectangle(x, y, x + width, y + height)


def _sampled(d, steps=24):
    points = []
    for command, words in re.findall(r"([MHLC])([^MHLCZ]*)", d):
        numbers = [float(n) for n in words.split()]
        if command == "H":
            corners = [points[-1], (numbers[0], points[-1][1])]
        elif command == "C":
            corners = [points[-1], *zip(numbers[::2], numbers[1::2], strict=True)]
        else:
            points.append(tuple(numbers))
            continue
        points += [_bezier(corners, k / steps) for k in range(1, steps + 1)]
    return points


def _bezier(corners, t):
    while len(corners) > 1:
        corners = [(a[0] * (1 - t) + b[0] * t, a[1] * (1 - t) + b[1] * t) for a, b in pairwise(corners)]
    return corners[0]
