"""Tokens -> the tokens of each formula: a line, and what goes on in the next ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .scanning import Token

_SIGNS = ("+", "-", "*", "⊙", "×", "⊗", "@", "/", "**", "·", "=")
_OPENED, _CLOSED = ("(", "["), (")", "]")
_OPTIONS = ("axis", "keepdims")
#: How far the next line is looked for.
_AHEAD = 20


def statements(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The tokens of each formula: a line, with those that brackets or a sign at the break add to it."""
    found: list[Token] = []
    depth = 0
    for k, token in enumerate(tokens):
        if token.kind == "end" and not (token.text == ";" and depth):
            later = [t for t in tokens[k + 1 : k + _AHEAD] if t.kind != "end"][:3]
            goes_on = depth or (token.text == "\n" and later and _goes_on(later[0]))
            if found and (_begins(later) or not (goes_on or _open(found[-1]))):
                yield found
                found, depth = [], 0
            continue
        depth = max(0, depth + (token.text in _OPENED) - (token.text in _CLOSED or token.kind == "part"))
        found.append(token)
    if found:
        yield found


def _begins(tokens: Sequence[Token]) -> bool:
    """Whether a formula begins here, whatever is left open before."""
    kinds = [t.kind for t in tokens]
    after = tokens[kinds.index("name") + 1 :] if kinds[:1] == ["name"] or kinds[:2] == ["whole", "name"] else []
    return bool(after) and after[0].text in ("=", "+=") and tokens[0].text not in _OPTIONS


def _open(last: Token) -> bool:
    return last.kind == "sign" and last.text not in (*_CLOSED, "|", "𝟏")


def _goes_on(first: Token) -> bool:
    return first.kind == "sign" and first.text in (*_SIGNS, *_CLOSED)
