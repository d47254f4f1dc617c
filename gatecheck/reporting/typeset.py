"""Formulas as a report holds them, printed in Unicode, typeset in MathML: `δc[t+1] ⊙ tanh²(c)`.

Only characters are looked at, so a formula may be cut anywhere: what is not known stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape

from ..errors import printable
from ..writing.mathml import infix, mi, prefix, row

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ"
_LETTER = rf"[^\W\d_{_RAISED}]"
_TOKEN = re.compile(
    rf"""(?P<delta>δ)?(?P<name>{_LETTER}(?:{_LETTER}|[0-9])*(?:_(?:{_LETTER}|[0-9])+)*)(?:\[t(?P<step>[+−]\d+)\])?
    |(?P<number>\d+(?:\.\d+)?(?:e[+−-]?\d+)?)
    |(?P<raised>[{_RAISED}]+)
    |(?P<space>\s+)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_LOWERED = str.maketrans(_RAISED, "0123456789−⊤")
#: Signs between two operands, and those before which a line may break; before the others where it is long.
_INFIX, _BREAKS = "=+−-⊙·×/<>→", "=+−-"
_LONG = 12
_OPENING, _CLOSING = "([{|", ")]}|"
_SUM, _COMMA = "Σ", '<mo rspace="0">,</mo>'


def typeset(formula: str, timed: Collection[str] = (), follows: bool = False) -> list[str]:
    """The formula as pieces of MathML, each for a <math> of its own; a line may break between them.

    timed: the names that have a value at each step: their index t is written, as in pages of formulas.
    follows: whether something stands before it, so that a sign at its start has two operands.
    """
    pieces: list[list[str]] = [[]]
    after = follows  # whether an operand stands before
    depth, gap = 0, False
    for token in _TOKEN.finditer(formula):
        if token["space"]:
            gap = True
            continue
        sign = token["sign"] or ""
        if token["raised"] and pieces[-1]:
            pieces[-1][-1] = _raised(pieces[-1][-1], _exponent(token["raised"]))
            continue
        binary = bool(sign) and sign in _INFIX and after
        if binary and depth <= 0 and pieces[-1] and (sign in _BREAKS or len(pieces[-1]) >= _LONG):
            pieces.append([])
        elif gap and after and pieces[-1] and not sign:
            pieces[-1].append('<mspace width="0.17em"></mspace>')
        pieces[-1].append(infix(escape(sign)) if binary else "".join(_written(token, timed)))
        depth += (sign in "([{") - (sign in ")]}") if sign else 0
        after = not sign or sign in _CLOSING
        gap = False
    return ["".join(piece) for piece in pieces if piece]


def _written(token: re.Match[str], timed: Collection[str]) -> Iterator[str]:
    if token["number"]:
        yield f"<mn>{token['number'].replace('-', '−')}</mn>"
    elif token["raised"]:
        yield f"<mn>{token['raised'].translate(_LOWERED)}</mn>"
    elif sign := token["sign"]:
        shown = escape(printable(sign))
        if sign in _OPENING + _CLOSING:
            yield f'<mo stretchy="false" form="{"prefix" if sign in _OPENING[:3] else "postfix"}">{shown}</mo>'
        else:
            yield mi(sign) if sign == "∂" else prefix(shown) if sign in "−-√" else f"<mo>{shown}</mo>"
    else:
        yield mi("δ") if token["delta"] else ""
        called = re.match(rf"[{_RAISED}]*\(", token.string[token.end() :]) is not None
        yield _name(token["name"], token["step"], called, timed)


def _name(name: str, step: str | None, called: bool, timed: Collection[str]) -> str:
    """called: whether it is a function's, which is upright."""
    stem, *parts = name.split("_")
    if stem == _SUM:
        return f"<munder><mo>∑</mo>{row(*map(mi, parts))}</munder>" if parts else "<mo>∑</mo>"
    below = [f"<mn>{part}</mn>" if part.isdigit() else mi(part) for part in parts]
    if step:
        below.append(f"<mrow>{mi('t')}<mo>{step[0]}</mo><mn>{step[1:]}</mn></mrow>")
    elif name in timed:
        below.append(mi("t"))
    letter = f"<mi>{stem}</mi>" if called else mi(stem)
    return f"<msub>{letter}{row(_COMMA.join(below))}</msub>" if below else letter


def _raised(base: str, exponent: str) -> str:
    """An exponent stands above the index where there is one; δ keeps out of both."""
    delta, base = (mi("δ"), base.removeprefix(mi("δ"))) if base.startswith(mi("δ")) else ("", base)
    if found := re.fullmatch(r"<msub>(.*)</msub>", base):
        return f"{delta}<msubsup>{found[1]}{exponent}</msubsup>"
    return f"{delta}<msup>{row(base)}{exponent}</msup>"


def _exponent(raised: str) -> str:
    digits = raised.translate(_LOWERED)
    return mi(digits) if digits == "⊤" else f"<mn>{digits}</mn>"


def ends_in_operand(formula: str) -> bool:
    """Whether a sign that follows stands between two operands."""
    last = formula.rstrip()[-1:]
    return bool(last) and last not in _INFIX + "([{"
