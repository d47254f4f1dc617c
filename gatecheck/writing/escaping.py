"""An author's words (docstrings, comments) made harmless for each format; a cell file may come from anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from ..errors import printable

_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "`": r"\textasciigrave{}", "'": r"\textquotesingle{}", '"': r"\textquotedblright{}",
}  # fmt: skip

_ASCII = str.maketrans("–—−‐‘’“”·×⊙", "----''\"\".x*") | str.maketrans({"…": "...", "→": "->"})


def plain(text: str) -> str:
    """One line of printable text."""
    return printable(" ".join(text.split()))


def ascii_only(text: str) -> str:
    """One line of ASCII: letters without their accents; what has no ASCII form becomes a question mark."""
    apart = unicodedata.normalize("NFKD", plain(text).translate(_ASCII))
    return "".join(c for c in apart if not unicodedata.combining(c)).encode("ascii", "replace").decode()


def spaced(text: str, escape: Callable[[str], str]) -> str:
    """Words beside others, escaped; spaces at their ends part them from those."""
    inner = escape(text)
    return f"{' ' * text[:1].isspace()}{inner}{' ' * (text[-1:].isspace() and bool(inner))}"


def lines(text: str) -> list[str]:
    """The lines of code or data, as they are but for control characters."""
    return [printable(line) for line in text.rstrip("\n").split("\n")]


def latex(text: str) -> str:
    """Text for LaTeX, with every special character defused."""
    return "".join(_LATEX.get(c, c) for c in plain(text))


def markdown(text: str) -> str:
    """Text for Markdown, with no markup, no HTML and no link of its own; it may stand alone on a line."""
    text = re.sub(r"([\\`*_{}\[\]<>|~$]|&(?=#|\w)|\bwww(?=\.))", _defused, plain(text)).replace("://", r":\//")
    return re.sub(r"^(\d*)([-+#=.)])", r"\1\\\2", text)


def _defused(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0] == "www" else f"\\{found[0]}"


def typst(text: str) -> str:
    """Text for Typst's markup, with no markup, no code and no link of its own; it may stand alone on a line."""
    text = re.sub(r"([\\#$*_`<>@~\[\]]|/(?=[/*])|-(?=[-?])|(?<![^\W_])-(?=\w)|\.(?=\.))", r"\\\1", plain(text))
    return re.sub(r"^(\d*)([-+=/.])(?==*(?:\s|$))", r"\1\\\2", text)


def quoted(text: str) -> str:
    """A string in Typst's code, quotes and all."""
    return '"' + plain(text).replace("\\", "\\\\").replace('"', r"\"") + '"'


def docstring(text: str) -> str:
    """Text inside a triple-quoted Python string."""
    return plain(text).replace("\\", "\\\\").replace('"', r"\"")
