"""Cell -> Drawing: the graph of one step as SVG, for any cell.

Time flows from left to right: what is carried from t-1 and the inputs stand in the first column, what nothing else of
the step reads in the last. A kind of edge is told by its line and by what stands on it, never by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...calculus.paths import Step
from ...cells import Cell
from ...errors import BadInput, Problem
from .. import routes
from ..escaping import plain
from . import telling
from .layering import layered
from .legend import legend
from .lettering import MATHS, Letters, text, width
from .lines import Line
from .network import KINDS, Network, Quantity, network
from .palette import paint, style_sheet
from .placing import Point, Stand, placed
from .staging import APART, NAME, NOTE, SIGN, Station, activation, name, sign, staged
from .svg import element, escape, number

#: A picture of more edges than this shows nothing.
MOST = 300

_MARGIN, _REMARK, _LEGEND = 18.0, 8.0, 22.0
_NARROWEST = 360.0
_SHORT = 24


@dataclass(frozen=True)
class Drawing:
    """A picture: SVG that stands alone, a text alternative in full sentences, and a sentence to stand below it."""

    svg: str
    alternative: str
    caption: str


def graph(cell: Cell, source: str | None = None, target: str | None = None) -> Drawing:
    """The graph of one step, with the elementwise paths from source[t-1] to target[t] lit; defaults as in `network`.

    Raises CellError where an end is unknown, BadInput where the graph is too large for a picture.
    """
    return draw(network(cell, source, target))


def draw(shown: Network) -> Drawing:
    """A network as a picture. Raises BadInput where it is too large for one."""
    if len(shown.edges) > MOST:
        message = f"{shown.system.cell.name} has {len(shown.edges)} edges: a picture shows {MOST} at most"
        raise BadInput(Problem(message, None, "gatecheck graph CELL --format text lists them."))
    return Drawing(_Picture(shown).svg(), telling.alternative(shown), telling.caption(shown))


class _Picture:
    """A network laid out; it writes itself piece by piece."""

    def __init__(self, shown: Network) -> None:
        self.shown = shown
        self.letters = Letters(shown.system)
        self.stage = staged(shown, self.letters)
        self.placing = placed(layered(self.stage.boxes, self.stage.wires, self.stage.spine))

    def svg(self) -> str:
        """The whole picture."""
        remark = self._remark()
        top = _MARGIN + (_REMARK if remark else 0)
        room = max(self.placing.width, _NARROWEST)
        left = _MARGIN + (room - self.placing.width) / 2
        foot = top + self.placing.height + _LEGEND
        below, high = legend(self._meanings(), _MARGIN, foot, room)
        size = {"width": number(room + 2 * _MARGIN), "height": number(foot + high + _MARGIN)}
        frame = {"viewBox": f"0 0 {size['width']} {size['height']}", "role": "img", "class": "gc-graph"}
        return element(
            "svg",
            {"xmlns": "http://www.w3.org/2000/svg", **size, **frame, "fill": "none", "stroke": "none"},
            element("title", {}, escape(f"One step of {self.shown.system.cell.name} as a graph")),
            element("desc", {}, escape(f"{telling.alternative(self.shown)} {telling.caption(self.shown)}")),
            element("style", {}, style_sheet()),
            element("rect", {**size, **paint(fill="ground")}),
            element(
                "g", {"transform": f"translate({number(left)} {number(top)})"}, *self._wires(), *self._boxes(), remark
            ),
            below,
        )

    def _wires(self) -> list[str]:
        """Lit ones last, on what shines behind them; a stretch that several share is drawn once."""
        glows: list[str] = []
        thin: list[str] = []
        lit: list[str] = []
        drawn: set[tuple[int, Line, Point]] = set()
        for wire, line, run in zip(self.stage.wires, self.stage.lines, self.placing.runs, strict=True):
            shared = sum((wire.tail, line, point) in drawn for point in run[:-1])
            drawn.update((wire.tail, line, point) for point in run)
            rest = run[max(shared - 1, 0) :]
            (lit if line.lit else thin).append(line.draw(rest))
            if line.lit:
                glows.append(line.glow(rest))
        return [*glows, *thin, *lit]

    def _boxes(self) -> list[str]:
        return [
            self._station(shape, stand) if isinstance(shape, Station) else self._quantity(shape, stand)
            for shape, stand in zip(self.stage.shapes, self.placing.stands, strict=True)
        ]

    def _quantity(self, quantity: Quantity, stand: Stand) -> str:
        """A state has a heavy frame, an input a dashed one, what else is computed a round one."""
        look: dict[str, str | float] = {"rx": 13.0 if quantity.role == "computed" else 4.0}
        look["stroke-width"] = 2.2 if quantity.role == "state" else 1.3
        if quantity.role == "input":
            look["stroke-dasharray"] = "4 3"
        comment = plain(self.shown.system.cell.comments.get(quantity.name, ""))
        told = telling.at(self.letters, quantity) + (f": {comment}" if comment else "")
        box = element("rect", {**_rectangle(stand), **look, **paint("node", "ink")})
        return element("g", {}, element("title", {}, escape(told)), box, *self._words(quantity, stand))

    def _words(self, quantity: Quantity, stand: Stand) -> list[str]:
        """A name and its activation, centred together."""
        letter, note = name(quantity, self.letters), activation(quantity, self.letters)
        if not note:
            return [text(letter, stand.x, stand.y, NAME, style=_maths("ink"))]
        half = (width(letter, NAME) + APART + width(note, NOTE)) / 2
        return [
            text(letter, stand.x - half, stand.y, NAME, anchor="start", style=_maths("ink")),
            text(note, stand.x + half, stand.y, NOTE, anchor="end", style=_maths("soft")),
        ]

    def _station(self, station: Station, stand: Stand) -> str:
        look = {"rx": 3.0 if station.kind == "matrix" else stand.height / 2, "stroke-width": 1.1}
        box = element("rect", {**_rectangle(stand), **look, **paint(f"{station.kind}-glow", station.kind)})
        return box + text(sign(station, self.letters), stand.x, stand.y, SIGN, style=_maths(f"{station.kind}-text"))

    def _remark(self) -> str:
        """Above an elementwise spine, on its longest stretch: what a gradient is multiplied by there."""
        spine = self.stage.spine
        if not spine or any(self.stage.edges[k].kind != "elementwise" for k in spine):
            return ""
        stretches = {k: (self.placing.runs[k][0].left, self.placing.runs[k][-1].right) for k in spine}
        longest = max(spine, key=lambda k: stretches[k][1] - stretches[k][0])
        left, right = stretches[longest]
        (hop,) = self.stage.edges[longest].hops
        factor = routes.product(self.letters, tuple(Step(factor, line, 0) for factor, line in hop.factors))
        y = self.placing.runs[longest][0].y - 17
        remark = "no matrix on the way"
        said = (remark,) if factor == "I" else (f"{factor}: {remark}", f"{factor}: no matrix", remark)
        for words in said:
            # A factor that takes long to read says nothing at a glance.
            if width(words, NOTE) <= right - left - 30 and len(words) - len(remark) <= _SHORT:
                return text(words, (left + right) / 2, y, NOTE, style=_maths("elementwise-text"))
        return ""

    def _meanings(self) -> list[tuple[Line, str]]:
        kinds = [kind for kind in KINDS if any(edge.kind == kind for edge in self.shown.edges)]
        entries = [(Line(kind, False, arrow=True), telling.HEADINGS[kind]) for kind in kinds]
        if self.shown.lit and self.shown.ends:
            source, target = (Quantity(n, 1 - k, "") for k, n in enumerate(self.shown.ends))
            kind = next(kind for kind in reversed(KINDS) if any(edge.kind == kind for edge in self.shown.lit))
            words = f"lit: from {name(source, self.letters)} to {name(target, self.letters)}"
            entries.append((Line(kind, True, arrow=True), words))
        return entries


def _maths(colour: str) -> dict[str, str]:
    return {**paint(fill=colour), "font-family": MATHS}


def _rectangle(stand: Stand) -> dict[str, str | float]:
    x, y = stand.x - stand.width / 2, stand.y - stand.height / 2
    return {"x": x, "y": y, "width": stand.width, "height": stand.height}
