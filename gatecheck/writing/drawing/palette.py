"""The colours of pictures, light and dark: as presentation attributes, and as a style sheet that overrides them.

Text keeps a contrast of 4.5:1 and lines one of 3:1 to the ground, in both schemes.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Name -> (on light, on dark).
COLOURS: Mapping[str, tuple[str, str]] = {
    "ground": ("#ffffff", "#17181a"),
    "ink": ("#1f1e1b", "#e7e4dc"),
    "soft": ("#5b5851", "#aaa69c"),
    "node": ("#ffffff", "#1f2124"),
    "elementwise": ("#c0760f", "#e2a33a"),
    "elementwise-text": ("#8f5200", "#f0bd62"),
    "elementwise-glow": ("#f8e8c6", "#453415"),
    "matrix": ("#4f82b5", "#5d91c4"),
    "matrix-text": ("#27598a", "#93bfe8"),
    "matrix-glow": ("#e6eef6", "#1f2f40"),
    "reduction": ("#9c62a6", "#b078bb"),
    "reduction-text": ("#75397f", "#d6a4df"),
    "reduction-glow": ("#f3e8f5", "#3a2740"),
    "constant": ("#76726a", "#8f8b82"),
    "missing": ("#a3251f", "#f49a90"),
    "missing-text": ("#a3251f", "#f49a90"),
    "missing-glow": ("#fae6e2", "#472420"),
    "hair": ("#e4e1d8", "#33363a"),
    "blue": ("#27598a", "#93bfe8"),
    "amber": ("#9a5b00", "#f0bd62"),
    "green": ("#2c6e3b", "#8fcf98"),
    "purple": ("#75397f", "#d6a4df"),
    "red": ("#a8323a", "#f2a099"),
    "teal": ("#116a73", "#7fd0d6"),
}
#: Of curves in one plot, in this order; lines and labels alike.
SERIES = ("blue", "amber", "green", "purple", "red", "teal")


def paint(fill: str = "none", line: str = "none") -> dict[str, str]:
    """Attributes of an element that is filled and outlined in these colours."""
    classes = [f"gc-{part}-{name}" for part, name in (("fill", fill), ("line", line)) if name != "none"]
    colours = {part: COLOURS[name][0] if name != "none" else name for part, name in (("fill", fill), ("stroke", line))}
    return {"class": " ".join(classes), **colours} if classes else colours


def style_sheet() -> str:
    """CSS for both schemes. A page may set --gc-ink and the like to hold to one, or to colours of its own.

    Everything stands inside @media, which renderers without var() pass over: they keep the attributes.
    """
    return "".join(
        f"@media {query}{{{''.join(_rules(name, pair[k]) for name, pair in COLOURS.items())}}}"
        for k, query in enumerate(("screen", "screen and (prefers-color-scheme:dark)"))
    )


def _rules(name: str, colour: str) -> str:
    return "".join(
        f".gc-{part}-{name}{{{property_}:var(--gc-{name},{colour})}}"
        for part, property_ in (("fill", "fill"), ("line", "stroke"))
    )
