"""What a student's functions do line by line, as a worker tells it, and how values flow through them.

The worker is not believed: every type and every bound is checked, and a line outside of the file is dropped. What a lie
could reach is a line number in the liar's own report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

from .inside.frames import WireError
from .inside.values import NAME, OUTLINED, STATEMENTS, WORD, WORDS

#: start: nothing yet, or zeros to be filled; add: what was there counts too; alias: another name of the same;
#: each: what a loop takes in turn; call: what another function of the file makes of several things.
Kind = Literal["set", "add", "start", "alias", "each", "call"]
_KNOWN = re.compile(r"'[^']*'|\"[^\"]*\"|\|?\d+")
_NAME = re.compile(r"([^\[\]]*)(?:\[(.*)\])?", re.DOTALL)
_BEGINS = re.compile(r"'([^']*)' \+|f'([^'{]*)\{")
RESULT = "return"


@dataclass(frozen=True)
class Name:
    """A variable, or a part of it: a key or a number in it, or (where it is none of these) some part."""

    base: str
    part: str = ""

    @classmethod
    def read(cls, text: str) -> Name:
        """The name that is written dx, grads['dWf'], da[:, :H] or da[|1]."""
        found = _NAME.fullmatch(text)
        return cls(found[1], found[2] or "") if found else cls(text)

    @property
    def known(self) -> bool:
        """Whether it is one part, and no other."""
        return _KNOWN.fullmatch(self.part) is not None

    def meets(self, other: Name) -> bool:
        """Whether what is written to one may be read from the other."""
        if self.base != other.base or (self.known and other.known):
            return self == other
        return self._begins(other) and other._begins(self)

    def _begins(self, other: Name) -> bool:
        """Whether a part that begins with known letters, as 'dW' + name does, may be another's."""
        begins = _BEGINS.match(self.part)
        return begins is None or not other.known or other.part[1:].startswith(begins[1] or begins[2] or "")


@dataclass(frozen=True)
class Statement:
    """One statement, or a piece of one; loop: the first line of the loop around it, 0 where there is none."""

    line: int
    last: int
    kind: Kind
    loop: int
    branch: bool
    targets: tuple[Name, ...]
    reads: tuple[Name, ...]
    calls: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """A function's statements in their order, and what flows from where to where in it."""

    name: str
    first: int
    last: int
    takes: tuple[str, ...]
    statements: tuple[Statement, ...]

    @property
    def size(self) -> int:
        """How many names that are read have to be looked for among how many that are assigned."""
        return sum(len(s.reads) for s in self.statements) * sum(len(s.targets) for s in self.statements)

    def writing(self, name: Name, end: int | None = None) -> list[int]:
        """The statements (by number) that give a variable the value it has before statement `end`, or at the end.

        The last one that replaces it, and those that change it after that; in a loop also those that come later in it.
        """
        reader = self.statements[end] if end is not None and end < len(self.statements) else None
        stop = len(self.statements) if end is None else end
        found = []
        for k in reversed(range(stop)):
            s = self.statements[k]
            if any(name.meets(t) for t in s.targets):
                found.append(k)
                whole = any(t.base == name.base and t.part in ("", name.part) for t in s.targets)
                if s.kind != "add" and whole and not s.branch:
                    if reader is None or not reader.loop or s.loop == reader.loop:
                        return found
                    break
        if reader and reader.loop:
            later = range(stop, len(self.statements))
            found += [k for k in later if self.statements[k].loop == reader.loop and self._writes(k, name)]
        return found

    def _writes(self, k: int, name: Name) -> bool:
        return any(name.meets(t) for t in self.statements[k].targets)

    @cached_property
    def before(self) -> tuple[tuple[int, ...], ...]:
        """For each statement those that what it reads comes from."""
        return tuple(
            tuple(dict.fromkeys(w for name in s.reads for w in self.writing(name, k)))
            for k, s in enumerate(self.statements)
        )

    def readers(self, k: int) -> list[int]:
        """The statements that read what a statement makes."""
        return [reader for reader, before in enumerate(self.before) if k in before]

    def behind(self, starts: list[int]) -> set[int]:
        """All statements that flow into some, and these."""
        seen, waiting = set(starts), list(starts)
        while waiting:
            fresh = [k for k in self.before[waiting.pop()] if k not in seen]
            seen.update(fresh)
            waiting += fresh
        return seen

    def result(self, part: str, key: str = "") -> list[int]:
        """The statements that make a result, which is known by its place or its key among those that are returned.

        key: of one part of it. What only names a variable is followed to what makes that.
        """
        apart = any(Name(RESULT, key) in s.targets for s in self.statements) if key else False
        return self._traced(Name(RESULT, key), "", None, 4) if apart else self._traced(Name(RESULT, part), key, None, 4)

    def _traced(self, name: Name, key: str, end: int | None, depth: int) -> list[int]:
        found: list[int] = []
        writing = self.writing(name, end)
        exact = [k for k in writing if name in self.statements[k].targets] if name.part else []
        for k in exact or writing:
            s = self.statements[k]
            if s.kind == "alias" and depth and len(s.reads) == 1:
                (read,), same = s.reads, name in s.targets
                part, rest = (key, "") if same else (name.part, key)
                found += self._traced(Name(read.base, read.part or part), "" if read.part else rest, k, depth - 1)
            elif name.base != RESULT or name in s.targets:
                found.append(k)
        return list(dict.fromkeys(found))


Outline: TypeAlias = Mapping[str, Function]


def heard(message: tuple[Any, ...], lines: int) -> Outline:
    """The outline of a source of so many lines. Raises: WireError where it is none."""
    if len(message) > OUTLINED:
        raise WireError("an outline of too many functions")
    functions = [_function(body, lines) for body in message]
    return {f.name: f for f in functions if 1 <= f.first <= f.last <= lines}


def _function(body: Any, lines: int) -> Function:
    if type(body) is not tuple or tuple(map(type, body)) != (str, int, int, tuple, tuple):
        raise WireError("a function of an outline is malformed")
    name, first, last, takes, statements = body
    if len(name) > NAME or len(statements) > STATEMENTS:
        raise WireError("a function of an outline is too large")
    told = tuple(_statement(s) for s in statements)
    inside = [s for s in told if max(first, 1) <= s.line <= s.last <= min(last, lines)]
    return Function(name, first, last, _words(takes), tuple(inside))


def _statement(body: Any) -> Statement:
    kinds = (int, int, str, int, bool, tuple, tuple, tuple)
    if type(body) is not tuple or tuple(map(type, body)) != kinds or body[2] not in get_args(Kind):
        raise WireError("a statement of an outline is malformed")
    line, last, kind, loop, branch, targets, reads, calls = body
    written, read = (tuple(map(Name.read, _words(found))) for found in (targets, reads))
    return Statement(line, last, kind, loop, branch, written, read, _words(calls))


def _words(found: tuple[Any, ...]) -> tuple[str, ...]:
    if len(found) > WORDS or not all(type(word) is str and len(word) <= WORD for word in found):
        raise WireError("the names of an outline are malformed")
    return found
