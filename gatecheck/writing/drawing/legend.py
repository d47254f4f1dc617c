"""What the lines of a picture mean, in rows below it."""

from __future__ import annotations

from collections.abc import Sequence

from .lettering import SANS, text, width
from .lines import Line
from .palette import paint
from .placing import Point
from .svg import element

_SIZE = 13.0
_SAMPLE, _APART, _GAP, _ROW = 36.0, 8.0, 22.0, 22.0


def legend(entries: Sequence[tuple[Line, str]], left: float, top: float, room: float) -> tuple[str, float]:
    """Samples of lines, each with its meaning, and the height they take; rows are filled up to the width `room`."""
    pieces = []
    x, y = left, top + _ROW / 2
    for line, meaning in entries:
        wide = _SAMPLE + _APART + width(meaning, _SIZE)
        if x > left and x + wide > left + room:
            x, y = left, y + _ROW
        pieces += [_sample(line, x, y), _meaning(meaning, x + _SAMPLE + _APART, y)]
        x += wide + _GAP
    return "".join(pieces), y + _ROW / 2 - top


def _sample(line: Line, x: float, y: float) -> str:
    run = [Point(x, x, y), Point(x + _SAMPLE, x + _SAMPLE, y)]
    drawn = (line.glow(run) if line.lit else "") + line.draw(run)
    if line.lit or line.kind not in ("matrix", "reduction"):
        return drawn
    box = {"x": x + _SAMPLE / 2 - 9, "y": y - 5.5, "width": 12, "height": 11, "rx": 2 if line.kind == "matrix" else 5.5}
    return drawn + element("rect", {**box, **paint(f"{line.kind}-glow", line.kind)})


def _meaning(words: str, x: float, y: float) -> str:
    return text(words, x, y, _SIZE, anchor="start", style={**paint(fill="soft"), "font-family": SANS})
