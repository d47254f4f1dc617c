"""Everything gatecheck raises on purpose.

    GatecheckError
    ├── BadInput             what was given cannot be used; holds one or more Problems    exit code 2
    │   ├── CellError            a cell file, or a cell's name
    │   ├── AssignmentError      an assignment folder: assignment.toml or the key beside it
    │   ├── ConventionError      a convention's name, or a cell that it cannot lay out
    │   ├── SubmissionError      a student's file
    │   └── Unsafe               grading would not be isolated                             exit code 3
    └── Fault                our own machinery failed; never the student's mistake          exit code 2

A Problem says what is wrong, where (file, line, column, caret) and what to do about it.
Nothing here imports more than the standard library: every command can afford to raise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A stretch of one line of a text file; line and column count from 1."""

    file: str
    line: int
    column: int = 1
    text: str = ""
    width: int = 1

    def caret(self) -> str:
        """The line itself with carets below the stretch; empty when the text is not known."""
        text = printable(self.text.rstrip("\n"))
        if not text.strip():
            return ""
        # Characters made visible are wider than they were: count in what is shown.
        start = len(printable(self.text.rstrip("\n")[: max(self.column, 1) - 1]))
        # A window keeps a very long line readable; 76 columns fit a terminal with a margin.
        left = max(0, start - 50)
        shown = text[left : left + 76]
        width = max(1, min(self.width, left + 76 - start))
        return f"    {shown}\n    {' ' * (start - left)}{'^' * width}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a sentence, where it is, and what to do."""

    message: str
    place: Place | None = None
    advice: str = ""

    def __str__(self) -> str:
        # Names that users typed stand in messages: none may steer the terminal.
        lines = [_printable_lines(self.message)]
        if self.place is not None:
            p = self.place
            lines[0] = f"{printable(p.file)}:{p.line}:{p.column}: {lines[0]}"
            if caret := p.caret():
                lines.append(caret)
        if self.advice:
            lines.append(f"  {_printable_lines(self.advice)}")
        return "\n".join(lines)


class GatecheckError(Exception):
    """The root of the tree; exit_code is what a command ends with."""

    exit_code = 2


class BadInput(GatecheckError):
    """What the user gave cannot be used; every problem found is listed."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(map(str, self.problems)))


class CellError(BadInput):
    """A cell file, or a cell's name, cannot be used."""


class AssignmentError(BadInput):
    """An assignment folder cannot be used."""


class ConventionError(BadInput):
    """A convention is unknown, or cannot lay out a cell."""


class SubmissionError(BadInput):
    """A student's file cannot be read."""


class Unsafe(BadInput):
    """Submissions would not be isolated from this machine and from each other: official grading is refused."""

    exit_code = 3


class Fault(GatecheckError):
    """gatecheck's own machinery failed; it never costs a student a point."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Advice that names the closest known word, or lists them all when none is close."""
    import difflib  # only who errs pays for it

    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known: {', '.join(words)}." if words else ""


def _printable_lines(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))


def printable(text: str) -> str:
    """The text with control and bidirectional characters made visible, safe to print anywhere."""
    return "".join(c if c.isprintable() else ("    " if c == "\t" else f"\\x{ord(c):02x}") for c in text)


def quoted(text: str, most: int = 200) -> str:
    """Somebody else's words as such: printable, on one line, cut where they go on, between marks that they lack.

    What stands there says nothing in gatecheck's name, to people or to a language model that reads the report.
    """
    line = printable(" ".join(text.split())).translate({ord("“"): '"', ord("”"): '"'})
    return f"“{line[:most]}{'…' if len(line) > most else ''}”"
