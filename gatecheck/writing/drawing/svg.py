"""The few words of SVG that pictures are written in: escaped text, short numbers, elements."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import printable

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escape(text: str) -> str:
    """Text for content and for attributes; control characters, which XML forbids, are made visible.

    >>> escape('a<b & "c"')
    'a&lt;b &amp; &quot;c&quot;'
    """
    return printable(text).translate(_ESCAPES)


def number(value: float) -> str:
    """A length in user units, with at most two decimals.

    >>> number(1.0), number(2.506), number(-0.001)
    ('1', '2.51', '0')
    """
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def element(tag: str, attributes: Mapping[str, str | float], *children: str) -> str:
    """An element; its children are markup already.

    >>> element("g", {"class": "a", "x": 0.5}, element("title", {}, escape("<")))
    '<g class="a" x="0.5"><title>&lt;</title></g>'
    """
    words = "".join(
        f' {name}="{escape(value) if isinstance(value, str) else number(value)}"' for name, value in attributes.items()
    )
    inside = "".join(children)
    return f"<{tag}{words}>{inside}</{tag}>" if children else f"<{tag}{words}/>"
