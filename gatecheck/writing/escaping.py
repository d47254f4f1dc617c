"""An author's words (docstrings, comments) made harmless for each format; a cell file may come from anywhere."""

from __future__ import annotations

import re

from ..errors import printable

_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}", '"': r"\textquotedbl{}",
}  # fmt: skip


def plain(text: str) -> str:
    """One line of printable text."""
    return printable(" ".join(text.split()))


def ascii_only(text: str) -> str:
    """One line of ASCII; what has no ASCII form becomes a question mark."""
    return plain(text).translate({0x2013: "-", 0x2014: "-", 0x2212: "-", 0x2019: "'"}).encode("ascii", "replace").decode()


def latex(text: str) -> str:
    """Text for LaTeX, with every special character defused."""
    return "".join(_LATEX.get(c, c) for c in plain(text))


def markdown(text: str) -> str:
    """Text for Markdown, with no markup, no HTML and no link of its own."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$&-])", r"\\\1", plain(text)).replace("://", r":\//")


def docstring(text: str) -> str:
    """Text inside a triple-quoted Python string."""
    return plain(text).replace("\\", "\\\\").replace('"', r"\"")
