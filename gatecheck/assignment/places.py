"""Where each key of a TOML text stands: tomllib says what a file holds, but not on which line.

The text is cut into statements (a header, or a key with its value) by a scanner that knows strings,
comments and brackets and nothing else; it never fails, so that it may look at a text before tomllib.
Keys inside inline tables have no entry of their own: a question about one finds its enclosing key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import Place

Path = tuple[str | int, ...]

# Every alternative matches what it began, closed or not: on no text is anything scanned twice.
_TOKEN = re.compile(
    r"""  (?P<comment> \#[^\n]* )
        | (?P<string> \"{3} (?: \\.? | [^\\] )*? (?: \"{3,5} | \Z ) | '{3} .*? (?: '{3,5} | \Z )
                    | " (?: \\[^\n] | [^"\\\n] )* "? | '[^'\n]*'? )
        | (?P<open> [\[{] ) | (?P<close> [\]}] ) | (?P<end> \n ) | (?P<other> [^\#"'\[\]{}\n]+ )""",
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'[^']*'|[\w-]+)\s*""")


@dataclass(frozen=True)
class Statement:
    """A stretch of the text without comments around it; dots are those of its longest key (or of a number)."""

    start: int
    text: str
    dots: int


def statements(text: str) -> Iterator[Statement]:
    """The statements of a TOML text, in order."""
    start: int | None = None
    end = depth = dots = run = 0
    for token in _TOKEN.finditer(text):
        kind, piece = token.lastgroup, token[0]
        depth += (kind == "open") - (kind == "close" and depth > 0)
        if kind == "end" and depth == 0:
            if start is not None:
                yield Statement(start, text[start:end], dots)
            start, dots, run = None, 0, 0
        elif kind not in ("comment", "end") and piece.strip():
            if start is None:
                start = token.start() + len(piece) - len(piece.lstrip())
            end = token.start() + len(piece.rstrip())
            if kind == "other":
                first, *rest = (part.count(".") for part in re.split("[=,]", piece))
                dots = max(dots, run + first, *rest)
                run = rest[-1] if rest else run + first
    if start is not None:
        yield Statement(start, text[start:end], dots)


def long_number(text: str, most: int) -> tuple[int, int] | None:
    """Where the first number of more than so many digits begins, and how many it has."""
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "other":
            for run in re.finditer(r"[\d_]+", token[0]):
                if (count := len(run[0].replace("_", ""))) > most:
                    return token.start() + run.start(), count
    return None


class Places:
    """An index from the paths of a valid TOML document, as ("task", 0, "name"), to places in its text."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._spans: dict[Path, tuple[int, int, int]] = {}
        self._counts: dict[Path, int] = {}
        table: Path = ()
        for statement in statements(text):
            if statement.text.startswith("["):
                table = self._header(statement)
            else:
                self._assignment(table, statement)

    def key(self, path: Path) -> Place:
        """The key at the path, or what encloses it; the first line when nothing does."""
        start, end, _ = self._enclosing(path)
        # A caret below the first statement would accuse it of what the file lacks.
        return self._place(start, end) if end else Place(self._file, 1)

    def value(self, path: Path, part: str = "") -> Place:
        """The value at the path, or the string `part` within it, or what encloses it."""
        key_start, key_end, end = self._enclosing(path)
        value = self._text[key_end:end].lstrip(" \t=")
        if not value:
            return self._place(key_start, key_end)
        found = re.search(rf"""["']{re.escape(part)}["']""", value) if part else None
        start, end = (end - len(value) + at for at in (found.span() if found else (0, len(value))))
        return self._place(start, end)

    def _enclosing(self, path: Path) -> tuple[int, int, int]:
        while path and path not in self._spans:
            path = path[:-1]
        return self._spans.get(path, (0, 0, 0))

    def _place(self, start: int, end: int) -> Place:
        line = self._text.count("\n", 0, start) + 1
        first = self._text.rfind("\n", 0, start) + 1
        last = self._text.find("\n", start)
        shown = self._text[first : last if last >= 0 else None].rstrip()
        return Place(self._file, line, start - first + 1, shown, min(end, first + len(shown)) - start)

    def _header(self, statement: Statement) -> Path:
        bracket = 2 if statement.text.startswith("[[") else 1
        parts, _ = _dotted(statement.text[bracket:])
        path = self._resolve(parts[:-1]) + parts[-1:]
        if bracket == 2:
            self._counts[path] = self._counts.get(path, -1) + 1
        path = self._resolve(parts)
        end = statement.start + len(statement.text)
        self._spans[path] = (statement.start, end, end)
        return path

    def _assignment(self, table: Path, statement: Statement) -> None:
        parts, length = _dotted(statement.text)
        for n in range(1, len(parts) + 1):
            span = (statement.start, statement.start + length, statement.start + len(statement.text))
            self._spans.setdefault(table + parts[:n], span)

    def _resolve(self, parts: tuple[str, ...]) -> Path:
        """A header's path with the index of the last element after every array of tables."""
        path: Path = ()
        for part in parts:
            path += (part,)
            if path in self._counts:
                path += (self._counts[path],)
        return path


def _dotted(text: str) -> tuple[tuple[str, ...], int]:
    """The parts of the dotted key that a text begins with, and its length."""
    parts: list[str] = []
    position = end = 0
    while match := _PART.match(text, position):
        part = match[1]
        parts.append(tomllib.loads(f"k = {part}")["k"] if part[0] in "\"'" else part)
        end = match.end(1)
        if text[match.end() : match.end() + 1] != ".":
            break
        position = match.end() + 1
    return tuple(parts), end
