"""Text -> Cell: reading cell files, and the one door through which every cell comes."""

from __future__ import annotations

import keyword
import os
import re
import stat
from functools import lru_cache
from pathlib import Path

from ..errors import CellError, nearest, printable
from . import names
from .cell import SCALAR, Cell, Equation, Shape, Size
from .pieces import FRONTS, LOSSES, spelled, text_with
from .reading import parse
from .shapes import Shapes
from .text import LARGEST_FILE, decode, fault

__all__ = ["FRONTS", "LOSSES", "SCALAR", "Cell", "Equation", "Shape", "Size", "library", "load", "read", "spelled"]

LIBRARY = Path(__file__).parent / "library"


def library() -> list[str]:
    """The names of the cells that come with gatecheck, sorted."""
    return sorted(path.stem for path in LIBRARY.glob("*.cell"))


def load(cell: str | os.PathLike[str]) -> Cell:
    """The cell of that name in the library, or of that file.

    Raises CellError where there is none, or where the file is not a cell.
    """
    if isinstance(cell, str) and cell in library():
        return read((LIBRARY / f"{cell}.cell").read_bytes(), file=f"{cell}.cell")
    shown = printable(os.fspath(cell))
    try:
        path = Path(cell)
        # Asked before it is opened: opening a pipe would wait for its writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise fault(f"{shown or repr(shown)} is not a file", None, "A cell is one text file.")
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(os.fspath(cell), path) from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "it can be no file's name"
        raise fault(f"cannot read {shown[:80]}: {reason}", None) from None
    return read(data, file=str(path))


def joined(cell: Cell, loss: str | None = None, front: str | None = None) -> Cell:
    """The cell with a loss after it and a front before it, as one cell: lstm and cross-entropy, lstm_cross_entropy.

    Raises CellError where there is no such piece, or where its names clash with the cell's.
    """
    if loss is None and front is None:
        return cell
    loss, front = loss and spelled(loss, LOSSES), front and spelled(front, FRONTS)
    words = [word for word in (front, cell.name, loss) if word]
    return read(text_with(cell, loss, front), file="_".join(words) + ".cell")


def _missing(cell: str, path: Path) -> CellError:
    """Where a name was meant, the names there are; where a file, those beside it."""
    shown = printable(cell)
    if path.name == cell and path.suffix != ".cell":
        advice = f"{nearest(cell.lower(), library())} Or give the path of a .cell file."
        return fault(f"no cell is called {shown}", None, advice)
    if path.name == cell and path.stem in library():
        return fault(f"there is no file {shown}", None, f"The library's cell is called {path.stem}.")
    advice = nearest(path.name, (p.name for p in path.parent.glob("*.cell")))
    return fault(f"there is no file {shown}", None, advice if advice.startswith("Did") else "")


@lru_cache(maxsize=256)
def read(data: bytes | str, file: str = "a.cell") -> Cell:
    """The cell that a file's content describes.

    Raises CellError, with file, line, column and caret, where it describes none.
    """
    # A string may hold half a surrogate pair; as bytes it is refused like any other.
    text = decode(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data, file)
    docstring, declarations, equations = parse(text)
    names.check(declarations, equations)
    # What is said where a name is declared describes it better than what is said of its equation.
    comments = {e.name: e.comment for e in equations if e.comment}
    comments.update((d.name, d.comment) for d in declarations if d.comment)
    return Cell(
        name=_name(file),
        docstring=docstring,
        equations=tuple(Equation(e.name, e.expression, e.source, e.comment, e.place) for e in equations),
        shapes=Shapes(declarations, equations).infer(),
        declared=tuple(d.name for d in declarations),
        comments=comments,
        source=text.source,
    )


def _name(file: str) -> str:
    """A file's name as an identifier; it becomes part of functions' and files' names."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", Path(file).stem).strip("_").lower()[:40].rstrip("_")
    usable = name[:1].isalpha() and not keyword.iskeyword(name) and name not in names.TAKEN
    return name if usable else f"cell_{name}".rstrip("_")
