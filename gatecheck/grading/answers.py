"""Where a submission holds its formulas: in the same file, in a string of several lines named FORMULAS.

One file is what students hand in, in every course and through every platform. The string is found in the text, line by
line, and neither run nor parsed as Python: formulas can be read where the code beside them cannot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = "FORMULAS"
_OPENED = re.compile(rf'^{NAME}[ \t]*(?::[^=\n]*)?=[ \t]*[rR]?("""|\'\'\')', re.MULTILINE)


@dataclass(frozen=True)
class Answers:
    """The text of the formulas, and where it begins in the source, line and column from 1."""

    text: str
    line: int
    column: int

    def place(self, at: int) -> tuple[int, int]:
        """The line and the column in the source of a character of the text."""
        breaks, column = self.text.count("\n", 0, at), at - self.text.rfind("\n", 0, at)
        return self.line + breaks, column if breaks else column + self.column - 1


def answers(source: str) -> Answers | None:
    """The formulas in a source; the last string of that name counts, as in Python."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    blocks = list(_OPENED.finditer(source))
    if not blocks:
        return None
    found = blocks[-1]
    end = source.find(found[1], found.end())
    text = source[found.end() : end if end >= 0 else None]
    return Answers(text, source.count("\n", 0, found.end()) + 1, found.end() - found.start() + 1)
