"""Long lines of code, cut after commas inside brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Columns of a line in a function, which stands four further in.
WIDTH = 120 - 4
#: What a loop or an assignment binds, a function returns or a tuple gathers: in brackets where it takes several lines.
_BARE = re.compile(r"( *for |return )((?:(?! in ).)+)( in [\w.]+:)?")
_BOUND = re.compile(r"( *)([\w\[:\], ]+, [\w\[:\], ]+)( = .+)")
_GATHERED = re.compile(r"( *\w+ = )([\w, ]+)()")


def wrapped(line: str) -> Iterator[str]:
    """The line as lines of at most WIDTH columns, as far as there are commas in brackets; comments stay whole."""
    bare = next(filter(None, (form.fullmatch(line) for form in (_BARE, _BOUND, _GATHERED))), None)
    if len(line) > WIDTH and bare:
        line = f"{bare[1]}({bare[2]}){bare[3] or ''}"
    margin = " " * (len(line) - len(line.lstrip()) + 4)
    cuts = list(_cuts(line))
    start, indent = 0, ""
    while len(indent) + len(line) - start > WIDTH and not line.lstrip().startswith("#"):
        fits = [k for k in cuts if start < k <= start + WIDTH - len(indent) + 1]
        if not fits:
            break
        yield indent + line[start : fits[-1] - 1]
        start, indent = fits[-1], margin
    yield indent + line[start:]


def _cuts(line: str) -> Iterator[int]:
    """Where a line may go on: behind the commas in brackets, but for those of an index."""
    opened: list[bool] = []
    for k, c in enumerate(line):
        if c in "([{":
            opened.append(c == "[" and line[k - 1 : k].isidentifier())
        elif c in ")]}" and opened:
            opened.pop()
        elif opened and not opened[-1] and line[k : k + 2] == ", ":
            yield k + 2
