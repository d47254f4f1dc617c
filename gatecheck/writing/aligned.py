r"""Rows of an aligned environment of LaTeX: formulas with their = in one column, long sums broken between terms."""

from __future__ import annotations

import re

from .equations import Formula

#: A line of LaTeX's own page, and what a right side may take of it, in the width of a capital M.
PAGE, LINE = 34.5, 28.0
BREAK = " \\\\\n"
_SCRIPT = re.compile(r"[_^](\{(?:[^{}]|\{[^{}]*\})*\}|\\?\w)")
_WORD = re.compile(r"\\(?:operatorname|mathit|mathrm|mathbf)\{(\w+)\}")
_GLYPH = re.compile(r"\\[a-zA-Z]+|[^\s{}\\]")
_SIGNS = ("=", "+", "-", r"\odot", r"\to", ">")
_SILENT = (r"\left", r"\right", r"\textstyle", r"\frac", r"\tfrac", r"\,", r"\partial")


def formula(of: Formula, room: float = LINE) -> str:
    r"""`left &= a + b`, on further lines `&\quad + c` where the sum needs more than the room."""
    lines = [rf"{of.left} &="]
    taken = 0.0
    for k, term in enumerate(of.terms):
        if k and taken + width(term) > room:
            lines.append(r"&\quad")
            taken = 0
        lines[-1] += f" {term}"
        taken += width(term)
    return BREAK.join(f"  {line}" for line in lines)


def width(latex: str) -> float:
    """About how wide a formula is when set, in the width of a capital M."""
    small = sum(len(_GLYPH.findall(script)) for script in _SCRIPT.findall(latex))
    glyphs = _GLYPH.findall(_WORD.sub(r"\1", _SCRIPT.sub("", latex)))
    signs = sum(g in _SIGNS for g in glyphs)
    return 0.36 * small + 1.25 * signs + 0.52 * (len(glyphs) - signs - sum(g in _SILENT for g in glyphs))
