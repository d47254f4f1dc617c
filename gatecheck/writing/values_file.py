"""Picked values -> a file of values in TOML, with comments: to be changed, and read again by `teaching.values`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from ..calculus.numbers import Array
from ..calculus.symbols import symbol
from ..calculus.worked import Worked
from ..errors import printable
from .rounding import rounded

#: So many lines show how printed numbers are written.
_SHOWN = 2


def values_file(found: Worked) -> str:
    """The text of a file from which the same numbers are worked again."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Worked) -> Iterator[str]:
    cell, given = found.backward.cell, found.given
    yield f"# Small values for {printable(cell.name)}: change them, and read them with gatecheck trace --values FILE."
    yield "# A part of them is enough for what it determines. A number alone fills a vector or a matrix."
    yield f"cell = {_quoted(cell.name)}    # may be left out; refused where another cell is traced"
    if given.sizes:
        yield from ("", "[sizes]    # may be left out: they follow from the values")
        yield from (f"{_key(letter)} = {number}" for letter, number in given.sizes.items())
    yield from ("", "[values]    # of several steps an input is a list of rows")
    yield from _named(given.inputs, cell.comments, over_time=True)
    yield from _named(given.initial, cell.comments, "_prev", "before the first step")
    yield from _named(given.parameters, cell.comments)
    if found.backward.loss:
        yield from ("", "[loss]    # its gradient at each step; where it is left out, these numbers are picked")
        for name in found.backward.loss:
            rows = [_row(values[symbol("loss", name, 0)].tolist()) for values in found.at]
            yield f"{_key(f'd{name}')} = {_steps(rows)}"
    yield from ("", "[printed]    # what --check compares, with the digits that it was printed with, such as")
    for line in found.backward.system.lines[:_SHOWN]:
        rows = [f"[{', '.join(rounded(n, 4) for n in values[line.symbol].tolist())}]" for values in found.at]
        yield f"# {_key(line.name)} = {_steps(rows)}"


def _named(
    arrays: Mapping[str, Array], comments: Mapping[str, str], after: str = "", when: str = "", over_time: bool = False
) -> Iterator[str]:
    """Every array under its name; a matrix takes a line for each row."""
    for name, numbers in arrays.items():
        key = _key(name + after)
        said = ", ".join(filter(None, (printable(comments.get(name, "")), when)))
        remark = f"    # {said}" if said else ""
        rows = [_row(row) for row in numbers.tolist()] if numbers.ndim == 2 else [_row(numbers.tolist())]
        if over_time:
            yield f"{key} = {_steps(rows)}{remark}"
        elif numbers.ndim == 1:
            yield f"{key} = {rows[0]}{remark}"
        else:
            below = ",\n" + " " * len(f"{key} = [")
            yield f"{key} = [{below.join(rows)}]{remark}"


def _steps(rows: list[str]) -> str:
    """The rows of all steps; of one step the row alone."""
    return rows[0] if len(rows) == 1 else f"[{', '.join(rows)}]"


def _row(numbers: list[float]) -> str:
    return f"[{', '.join(repr(n).removesuffix('.0') for n in numbers)}]"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
