"""A place among the tokens of one formula, and how deep it is in brackets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ...errors import quoted
from .faults import Unreadable
from .scanning import Token

#: Brackets, functions and powers within each other.
DEEPEST = 40


class Cursor:
    """The tokens, of which one is the next; the last is the end, and stays."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        last = tokens[-1].end
        self.tokens = [*tokens, Token("end", "", last, last)]
        self.at = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        """The token that comes."""
        return self.tokens[self.at]

    def is_next(self, *texts: str) -> bool:
        """Whether one of these signs comes."""
        return self.next.kind == "sign" and self.next.text in texts

    def take(self) -> Token:
        """The token that comes, behind which the cursor then stands."""
        token = self.next
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def expect(self, text: str, opened: Token) -> Token:
        """The bracket that closes another one. Raises Unreadable."""
        if not self.is_next(text):
            raise self.wrong(f"{quoted(opened.text)} is not closed: {quoted(text)} is expected here")
        return self.take()

    def wrong(self, message: str, advice: str = "") -> Unreadable:
        """What is wrong with the token that comes."""
        return Unreadable(message, self.next.start, self.next.end, advice)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level further down. Raises Unreadable where it is one too many."""
        self._depth += 1
        if self._depth > 2 * DEEPEST:  # a bracket is a sum in a power
            raise self.wrong("this formula is nested too deeply")
        yield
        self._depth -= 1
