"""Typed formulas -> tokens: NumPy's notation and that of print, side by side.

Hostile text is text: one pass of one regular expression, in which no alternative can match again what another has
matched, and caps on the length of the text, of a number and of a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ...errors import quoted
from .faults import Unreadable

#: Characters of all formulas of a file, tokens of one formula, digits of one number.
MOST_TEXT, MOST_TOKENS, MOST_DIGITS = 2**15, 3000, 12

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LETTER = rf"(?:(?![{_SUPERSCRIPTS}ᵀ𝟏])\w)"
_NAME = rf"(?![0-9]){_LETTER}(?:(?!_\{{){_LETTER})*"
_TOKEN = rf"""
      (?P<blank> (?: [ \t\f\r\ufeff] | \#[^\n]* | \\\r?\n )+ )
    | (?P<end> [\n;] )
    | (?P<loss> [∂d]L_t\s*/\s*[∂d](?={_LETTER}) )        # ∂L_t/∂h
    | (?P<whole> [∂d]L\s*/\s*[∂d](?={_LETTER}) )         # ∂L/∂W
    | (?P<over> Σ_t(?!{_LETTER}) | sum_t(?!{_LETTER}) )
    | (?P<logsumexp> log\s*Σ\s*exp(?!{_LETTER}) )
    | (?P<kept> d?p\[\s*(?:"{_NAME}"|'{_NAME}')\s*\] )   # p["W_f"]
    | (?P<library> (?:np|numpy|math)\s*\.\s*(?={_NAME}) )
    | (?P<index> (?:\[|_\{{)\s*t\s*(?:[-+−–]\s*1\s*)?[\]}}] )
    | (?P<part> \]_\w+ )
    | (?P<number> (?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)? )
    | (?P<power> ⁻?[{_SUPERSCRIPTS}]+ )
    | (?P<turned> \.\s*T\b | ᵀ | \^T\b | \^⊤ | ⊤ | \.transpose\(\s*\) )
    | (?P<method> \.\s*(?={_NAME}) )
    | (?P<name> {_NAME} )
    | (?P<sign> \*\*|\+=|<=|>=|==|[-+*/@^()\[\],=|<>−–⊙∘⊗·×÷√𝟏:] )"""
#: Characters that mean the same.
_SAME = {"−": "-", "–": "-", "∘": "⊙", "÷": "/", "^": "**", "⊤": "ᵀ"}


@dataclass(frozen=True)
class Token:
    """A piece of the text from `start` to `end`; text: as its kind has it."""

    kind: str
    text: str
    start: int
    end: int


def scanned(text: str) -> Iterator[Token]:
    """The tokens of a text, without blanks and comments; ends of lines are among them, and what is no part of any."""
    place, pattern = 0, _pattern()
    while place < len(text):
        found = pattern.match(text, place)
        kind, end = (found.lastgroup or "", found.end()) if found else ("strange", place + 1)
        if kind != "blank":
            yield Token(kind, _plain(kind, text[place:end]), place, end)
        place = end


@cache
def _pattern() -> re.Pattern[str]:
    # Compiled for who needs it: that takes a tenth of `import numpy`, and most submissions have no formulas.
    return re.compile(_TOKEN, re.VERBOSE)


def refuse(token: Token) -> None:
    """Raises Unreadable for a token that no formula has."""
    if token.kind == "strange":
        raise Unreadable(f"{quoted(token.text)} is no part of a formula", token.start, token.end)
    digits, _, exponent = token.text.lower().partition("e") if token.kind in ("number", "power") else ("", "", "")
    if sum(c.isdigit() for c in digits) > MOST_DIGITS or len(exponent.lstrip("+-")) > 2:
        raise Unreadable("this number is too long", token.start, token.end, f"{MOST_DIGITS} digits are enough.")


def _plain(kind: str, text: str) -> str:
    if kind == "power":
        return text.replace("⁻", "-").translate({ord(c): str(n) for n, c in enumerate(_SUPERSCRIPTS)})
    if kind == "kept":
        return ("d" if text.startswith("d") else "") + re.split("[\"']", text)[1]
    if kind == "index":
        return "-1" if re.search("[-−–]", text) else "1" if "+" in text else "0"
    if kind == "part":
        return text[2:]
    return _SAME.get(text, text) if kind == "sign" else text
