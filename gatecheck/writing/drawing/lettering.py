"""Formulas in a picture: Math Italic letters and lowered indices, for SVG holds no MathML."""

from __future__ import annotations

import unicodedata

from ...calculus.labels import Label
from ..formulas import Formulas
from .svg import element, escape

#: Fonts that have Math Italic letters, then whatever the reader has.
MATHS = "'STIX Two Math','Cambria Math','Latin Modern Math','DejaVu Math TeX Gyre',serif"
SANS = "'Segoe UI',Roboto,'Helvetica Neue','Liberation Sans',Arial,sans-serif"

#: Around what stands below the line; no name holds a control character.
_DOWN, _UP = "\x0e", "\x0f"
#: An index is smaller by this factor, and lower by this part of the size.
_SMALLER, _LOWER = 0.72, 0.24


class Letters(Formulas):
    """Unicode for pictures; every index is written out, below the line: f below t."""

    def name(self, label: Label, shift: int = 0) -> str:
        stem, *below = map(self.letter, label.name.split("_"))
        if label.lag is not None:
            offset = shift - label.lag
            below.append("t" if offset == 0 else f"t{'+' if offset > 0 else self.minus}{abs(offset)}")
        lowered = f"{_DOWN}{italic(','.join(below))}{_UP}" if below else ""
        return italic(stem) + lowered


def italic(text: str) -> str:
    """Latin letters as those of mathematics; h has had a place of its own since before the others were there."""
    return "".join(map(_italic, text))


def _italic(letter: str) -> str:
    if letter == "h":
        return "ℎ"
    if "a" <= letter <= "z":
        return chr(ord(letter) - ord("a") + 0x1D44E)
    return chr(ord(letter) - ord("A") + 0x1D434) if "A" <= letter <= "Z" else letter


def width(text: str, size: float) -> float:
    """About how wide a text is, in user units; rather too wide than too narrow, for the font is the reader's."""
    total, scale = 0.0, 1.0
    for letter in text:
        if letter in (_DOWN, _UP):
            scale = _SMALLER if letter == _DOWN else 1.0
        else:
            total += _width(letter) * scale
    return total * size


def _width(letter: str) -> float:
    plain = unicodedata.normalize("NFKD", letter)[0]  # of a Math Italic letter the Latin one
    if plain in "mwMW":
        return 0.98
    if plain in "fijlrt,.:;()[]|' ":
        return 0.44
    return 0.8 if plain.isupper() or plain in "+−⊙Σ" else 0.62


def text(letters: str, x: float, y: float, size: float, *, anchor: str = "middle", style: dict[str, str]) -> str:
    """A text element around the height y, which runs through the middle of small letters."""
    attributes: dict[str, str | float] = {"x": x, "y": y + 0.3 * size, "font-size": size, "text-anchor": anchor}
    if _DOWN in letters:
        attributes["xml:space"] = "preserve"  # some renderers drop a space at the edge of a tspan
    return element("text", {**attributes, **style}, *_spans(letters, size))


def _spans(letters: str, size: float) -> list[str]:
    """Markup of a text; what follows an index is lifted back."""
    first, *rest = letters.split(_DOWN)
    pieces = [escape(first)]
    for part in rest:
        below, above = part.split(_UP)
        pieces.append(element("tspan", {"font-size": _SMALLER * size, "dy": _LOWER * size}, escape(below)))
        if above:
            pieces.append(element("tspan", {"dy": -_LOWER * size}, escape(above)))
    return pieces
