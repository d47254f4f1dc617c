"""Source text that is not what it looks like: plain scanning, nothing is parsed.

Right-to-left overrides show code in another order than Python reads it (CVE-2021-42574); a Cyrillic а in a Latin name
makes another name that looks the same. Greek letters among Latin ones are formulas (δh, dα): only those that cannot be
told from Latin ones count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

MOST = 5  # of a kind: more warnings say nothing more
NAME = 60

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_WORD = re.compile(r"\w+")
# Letters of which no font shows the difference, each above its Latin twin.
_FOREIGN = "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅԌԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
_LATIN = "aeopcyxijshdqwABEKMHOPCTYXIJSGQWABEZHIKMNOPTYXo"
_TWINS = str.maketrans(_FOREIGN, _LATIN)


def disguised(source: str, place: Callable[[int], str]) -> Iterator[str]:
    """What a reader of the source would not see, a sentence each; place says where a line is in the student's file."""
    if source.isascii():
        return
    lines = source.split("\n")
    turned = [number for number, line in enumerate(lines, 1) if _TURNING.search(line)]
    for number in turned[:MOST]:
        yield f"In {place(number)} characters turn the order round in which text is shown: Python reads another one."
    posing: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        for word in () if line.isascii() else _WORD.findall(line):
            if _posing(word):
                posing.setdefault(word, number)
    for word, number in [*posing.items()][:MOST]:
        yield f"In {place(number)} the name {word[:NAME]} {_said(word)}."


def look_alike(name: str, others: Iterable[str]) -> str:
    """Of other names the one that looks like `name` and is not, and why, as "X holds ..."; empty where none does."""
    for other in others:
        if other != name and other.translate(_TWINS) == name:
            return f"{other} {_said(other)}"
    return ""


def _posing(word: str) -> bool:
    """Whether a word holds Latin letters, and of others only such that look like them."""
    if word.isascii() or not word.translate(_TWINS).isascii():
        return False
    return any(letter.isascii() and letter.isalpha() for letter in word)


def _said(name: str) -> str:
    foreign = dict.fromkeys(c for c in name if not c.isascii())
    told = ", ".join(f"{unicodedata.name(c)} where {c.translate(_TWINS)} is meant" for c in foreign)
    return f"holds {told}"
