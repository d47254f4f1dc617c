"""Where two formulas differ: what they share before and after, and what each has in between."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A name keeps its step, so that c and c[t−1] differ as a whole.
_TOKEN = re.compile(r"\w+(?:\[[^\[\]]*\])?|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Difference:
    """Two formulas, `before + wrong + after` and `before + right + after`."""

    before: str
    wrong: str
    right: str
    after: str

    @property
    def missing(self) -> bool:
        """Whether the right formula is the wrong one and something more."""
        return not self.wrong.strip() and bool(self.right.strip())

    @property
    def extra(self) -> bool:
        """Whether the wrong formula is the right one and something more."""
        return not self.right.strip() and bool(self.wrong.strip())


def difference(wrong: str, right: str) -> Difference:
    """Where the two formulas differ, in whole names and signs."""
    ours, theirs = _TOKEN.findall(right), _TOKEN.findall(wrong)
    most = min(len(ours), len(theirs))
    head = next((n for n in range(most) if ours[n] != theirs[n]), most)
    rest = most - head
    tail = next((n for n in range(rest) if ours[-1 - n] != theirs[-1 - n]), rest)
    if most == head + tail:
        head, tail = _slid(ours if len(ours) > len(theirs) else theirs, head, tail)
    middle_right, middle_wrong = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    after = ours[len(ours) - tail :]
    return Difference(*map("".join, (ours[:head], middle_wrong, middle_right, after)))


def _slid(tokens: list[str], head: int, tail: int) -> tuple[int, int]:
    """An insertion moved left while the text stays the same: a + c lacks "+ b" before "+ c", not "b +"."""
    size = len(tokens) - head - tail
    while head > 0 and size > 0 and tokens[head - 1] == tokens[head + size - 1]:
        head, tail = head - 1, tail + 1
    return head, tail
