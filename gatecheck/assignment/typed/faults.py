"""Why a formula cannot be read, or cannot mean anything."""

from __future__ import annotations


class Misfit(Exception):
    """Why something cannot stand where it does, and what to do."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


class Unreadable(Misfit):
    """The same of a typed formula, from `start` to `end` of the text."""

    def __init__(self, message: str, start: int, end: int, advice: str = "") -> None:
        super().__init__(message, advice)
        self.start, self.end = start, max(end, start + 1)
        self.left = ""  # the name whose formula it is, where that much could be read


class Unwritten(Unreadable):
    """There is nothing to be read yet."""
