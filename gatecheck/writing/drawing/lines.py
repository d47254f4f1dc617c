"""The lines of a picture: one look for each kind of edge, thin or lit, and the way from point to point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .palette import paint
from .placing import Point
from .svg import element, number

#: Thickness and dashes of each kind, thin and lit.
_LOOKS = {
    "elementwise": ((1.7, ""), (5.0, "")),
    "matrix": ((1.1, ""), (2.8, "")),
    "reduction": ((1.7, "0.1 4"), (3.2, "0.1 6")),
    "constant": ((1.2, "6 4"), (1.2, "6 4")),
    "missing": ((3.0, "0.1 7"), (3.0, "0.1 7")),
}
#: Length and half the width of an arrow's head, thin and lit.
_HEADS = ((7.0, 3.2), (13.0, 6.5))
_GLOW = 9.0


@dataclass(frozen=True)
class Line:
    """How an edge is drawn: its kind, whether it is lit, whether it ends in an arrow."""

    kind: str
    lit: bool
    arrow: bool

    def glow(self, run: Sequence[Point]) -> str:
        """What shines behind a lit line."""
        thickness = _LOOKS[self.kind][True][0] + _GLOW
        return element("path", {"d": _way(run, 0), **paint(line=f"{self.kind}-glow"), "stroke-width": thickness})

    def draw(self, run: Sequence[Point]) -> str:
        """The line from the first point to the last, and its head."""
        thickness, dashes = _LOOKS[self.kind][self.lit]
        length, half = _HEADS[self.lit] if self.arrow else (0, 0)
        attributes: dict[str, str | float] = {
            "d": _way(run, length),
            **paint(line=self.kind),
            "stroke-width": thickness,
        }
        if dashes:
            attributes |= {"stroke-dasharray": dashes, "stroke-linecap": "round"}
        return element("path", attributes) + (self._head(run[-1], length, half) if self.arrow else "")

    def _head(self, tip: Point, length: float, half: float) -> str:
        x, y = tip.right, tip.y
        corners = ((x, y), (x - length, y - half), (x - length, y + half))
        return element("path", {"d": f"M{' L'.join(map(_pair, corners))}Z", **paint(fill=self.kind)})


def _way(run: Sequence[Point], short: float) -> str:
    """The path through all points: level at each, bending between them; it ends `short` of the last."""
    pieces = [f"M{_pair((run[0].left, run[0].y))}"]
    pieces += [f"H{number(run[0].right)}"] if run[0].right > run[0].left else []
    for start, end in pairwise(run):
        middle = (start.right + end.left) / 2
        if start.y != end.y:
            corners = (middle, start.y), (middle, end.y), (end.left, end.y)
            pieces.append(f"C{' '.join(map(_pair, corners))}")
        pieces.append(f"H{number(end.right - (short if end is run[-1] else 0))}")
    return " ".join(pieces)


def _pair(point: tuple[float, float]) -> str:
    return f"{number(point[0])} {number(point[1])}"
