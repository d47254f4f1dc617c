"""The library as a table: a line of facts for each cell, and below it what its author says in one line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from ..cells import Cell
from ..cells.counting import entries
from ..cells.tree import Apply
from . import escaping

#: Where columns begin after that of names: the states, what is computed besides, the parameters; and where lines end.
STATES, COMPUTED, PARAMETERS, WIDTH = 21, 32, 49, 80


def as_text(cells: Iterable[Cell], unicode: bool) -> str:
    """The table, 80 columns wide; in ASCII where unicode is false."""
    lines = [_row("cell", "state", "also computes", "parameters: numbers in them")]
    for cell in cells:
        number = f"{len(cell.parameters)}: {entries(cell, '²' if unicode else '^2')}"
        lines.append(_row(cell.name, " ".join(cell.states) or "none", _computed(cell), number))
        lines += _title(escaping.plain(cell.title) if unicode else escaping.ascii_only(cell.title))
    return "\n".join(lines)


def _title(title: str) -> list[str]:
    """A title in lines; a citation is not broken where it fits in one."""
    whole = re.sub(r"\([^()]*\)", lambda found: found[0].replace(" ", "\0"), title)
    wrapped = textwrap.wrap(whole, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return [line.replace("\0", " ") for line in wrapped]


def _row(name: str, states: str, computed: str, parameters: str) -> str:
    line = name
    for column, text in ((STATES, states), (COMPUTED, computed), (PARAMETERS, parameters)):
        line = f"{line:<{column - 2}}  {text}"
    return line


def _computed(cell: Cell) -> str:
    """What a step computes besides its states, gates and candidates first, as far as the column holds them."""
    names = sorted((n for n in cell.assigned if n not in cell.states), key=lambda n: not _squashed(cell, n))
    for left_out in range(len(names)):
        text = " ".join([*names[: len(names) - left_out], *([f"+{left_out}"] if left_out else [])])
        if len(text) <= PARAMETERS - COMPUTED - 2:
            return text
    return f"{len(names)} quantities" if names else "-"


def _squashed(cell: Cell, name: str) -> bool:
    root = cell.equation(name).expression
    return isinstance(root, Apply) and root.function in ("sigmoid", "tanh")


def as_data(cell: Cell) -> dict[str, Any]:
    """A cell's entry: its names and shapes, and the citations of its title."""
    title = escaping.plain(cell.title)
    cited = re.findall(r"\(([^()]*\b\d{4}\b[^()]*)\)", title)
    return {
        "name": cell.name,
        "title": title,
        "source": [citation for words in cited for citation in words.split("; ")],
        "inputs": list(cell.inputs),
        "states": list(cell.states),
        "computed": list(cell.assigned),
        "output": cell.output,
        "sizes": list(cell.sizes),
        "parameters": {p: [str(s) for s in cell.shapes[p]] for p in cell.parameters},
        "entries": entries(cell),
    }
