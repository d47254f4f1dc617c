"""A few more equations around a cell: a loss after it, an embedding before it.

A piece is a cell file of its own. Joining it to a cell makes one text, read like any other, so that whatever holds for
a cell holds for a cell with its loss: an author may write the same lines by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import nearest
from .cell import Cell
from .text import fault

FOLDER = Path(__file__).parent / "pieces"
#: What the cell's last equation may be handed to, and what its input may come from.
LOSSES = ("cross-entropy", "squared-error")
FRONTS = ("embedding",)


def spelled(piece: str, known: tuple[str, ...]) -> str:
    """A piece as it is called here, whatever its case and its hyphens; what is not known stays as it is.

    >>> spelled("CrossEntropy", LOSSES)
    'cross-entropy'
    """
    return {_letters(name): name for name in known}.get(_letters(piece), piece)


def _letters(piece: str) -> str:
    return re.sub(r"[-_ ]", "", piece).lower()


def text_with(cell: Cell, loss: str | None = None, front: str | None = None) -> str:
    """The text of a cell with a loss that reads its output, and with its input computed by a front.

    Raises CellError where there is no such piece, or where the cell has no place for it.
    """
    text = cell.source.rstrip("\n")
    if front is not None:
        lines = text.split("\n")
        first = cell.equations[0].place.line - 1
        lines[first:first] = [*_before(cell, front), ""]
        text = "\n".join(lines)
    if loss is not None:
        text = "\n".join([text, "", *_after(cell, loss)])
    return text + "\n"


def _after(cell: Cell, loss: str) -> list[str]:
    """A loss, reading the cell's output in the place of its own input s."""
    if cell.objective:
        raise fault(f"{cell.name} has a loss already: {cell.objective}", None)
    if "L" in cell.shapes:
        raise fault(f"{cell.name} has an L of its own, and the loss is called L", None, "Give it another name.")
    return _renamed(cell, _lines("loss", loss, LOSSES), "s", cell.output, "_out")


def _before(cell: Cell, front: str) -> list[str]:
    """A front, computing the cell's input in the place of its own output e."""
    if len(cell.inputs) != 1:
        raise fault(f"{front} takes the place of one input, and {cell.name} has {len(cell.inputs)}", None)
    return _renamed(cell, _lines("input", front, FRONTS), "e", cell.inputs[0], "_in")


def _lines(kind: str, piece: str, known: tuple[str, ...]) -> list[str]:
    """A piece's text without its docstring, whose first line becomes a comment."""
    piece = spelled(piece, known)
    if piece not in known:
        raise fault(f"no {kind} is called {piece or repr(piece)}", None, nearest(piece, known))
    _, said, body = (FOLDER / f"{piece.replace('-', '_')}.cell").read_text(encoding="utf-8").split('"""', 2)
    return [f"# {said.splitlines()[0]}", *(line for line in body.strip().split("\n") if line)]


def _renamed(cell: Cell, lines: list[str], placeholder: str, name: str, ending: str) -> list[str]:
    """The lines with the cell's own name and size for the placeholder's; what the cell has already gets an ending."""
    own = {placeholder: name, "S": str(cell.size(name))}
    taken = {*cell.shapes, *cell.sizes}

    def word(found: re.Match[str]) -> str:
        return own.get(found[0]) or (found[0] + ending if found[0] in taken else found[0])

    code = (line.partition("#") for line in lines if not line.startswith(f"{placeholder}: "))
    return [re.sub(r"[A-Za-z]\w*", word, equation) + mark + said for equation, mark, said in code]
