"""Text -> Cell: reading cell files, and the one door through which every cell comes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import CellError, Place, Problem, nearest, printable
from .cell import SCALAR, Cell, Equation, Shape, Size
from .reading import Assignment, Declaration, Text, decode, parse
from .shapes import Shapes
from .tree import FUNCTIONS, Product, Read

__all__ = ["SCALAR", "Cell", "Equation", "Shape", "Size", "library", "load", "read"]

LIBRARY = Path(__file__).parent / "library"

#: Names that generated code uses for something else.
TAKEN = frozenset({"np", "p", "dp", "kept", "t", "T", "B", "step", "step_backward", "forward", "backward", "range",
                   "len", "reversed", "zip", *FUNCTIONS})  # fmt: skip


def library() -> list[str]:
    """The names of the cells that come with gatecheck, sorted."""
    return sorted(path.stem for path in LIBRARY.glob("*.cell"))


def load(cell: str | os.PathLike[str]) -> Cell:
    """The cell of that name in the library, or of that file.

    Raises CellError where there is none, or where the file is not a cell.
    """
    path = Path(cell)
    if isinstance(cell, str) and (LIBRARY / f"{cell}.cell").is_file() and path.name == cell:
        path = LIBRARY / f"{cell}.cell"
    elif not path.exists():
        if isinstance(cell, str) and path.suffix != ".cell" and path.name == cell:
            raise CellError(Problem(f"no cell is called {printable(cell)}", None, nearest(cell, library()) + " Or give a path to a .cell file."))
        near = nearest(path.name, (p.name for p in path.parent.glob("*.cell")))
        raise CellError(Problem(f"there is no file {printable(str(path))}", None, near))
    if not path.is_file():
        raise CellError(Problem(f"{printable(str(path))} is not a file", None, "A cell is one text file."))
    try:
        with path.open("rb") as stream:
            data = stream.read(1 << 20)
    except OSError as error:
        raise CellError(f"cannot read {printable(str(path))}: {error.strerror}") from None
    return read(data, file=str(path) if path.parent != LIBRARY else path.name)


def read(data: bytes | str, file: str = "a.cell") -> Cell:
    """The cell that a file's content describes.

    Raises CellError, with file, line, column and caret, where it describes none.
    """
    text = decode(data.encode() if isinstance(data, str) else data, file)
    docstring, statements = parse(text)
    declarations = _declared(statements)
    equations = [s for s in statements if isinstance(s, Assignment)]
    if not equations:
        raise CellError(Problem("the file has no equation", text.at(1, 1), "A cell needs at least one, as h[t] = …"))
    _Names(declarations, equations).check()
    declared = {name: tuple(map(Size.of, d.sizes)) for name, d in declarations.items()}
    source = "\n".join(text.lines)
    return Cell(
        name=_name(file),
        docstring=docstring,
        equations=tuple(Equation(e.name, e.expression, e.source, e.comment, e.place) for e in equations),
        shapes=Shapes(declared).infer(equations),
        declared=tuple(declared),
        comments={s.name: s.comment for s in statements if s.comment},
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
    )


def _name(file: str) -> str:
    """A file's name as an identifier; it becomes part of function names."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", Path(file).stem).strip("_").lower()
    return name if name[:1].isalpha() else f"cell_{name}".rstrip("_")


def _declared(statements: Sequence[Declaration | Assignment]) -> dict[str, Declaration]:
    found: dict[str, Declaration] = {}
    for s in statements:
        if isinstance(s, Declaration):
            if s.name in found:
                raise CellError(Problem(f"{s.name} is declared twice", s.place, f"First on line {found[s.name].place.line}."))
            found[s.name] = s
    return found


class _Names:
    """What each name is, and every way in which names can be wrong."""

    def __init__(self, declarations: dict[str, Declaration], equations: list[Assignment]) -> None:
        self.declarations = declarations
        self.equations = equations
        self.lines = {e.name: e.place.line for e in equations}
        self.reads = [r for e in equations for n in e.expression.walk() for r in [n] if isinstance(r, Read)]
        self.indexed = {r.name for r in self.reads if r.lag is not None} | set(self.lines)
        self.all = {*declarations, *self.lines, *(r.name for r in self.reads)}

    def check(self) -> None:
        """Raises CellError at the first name that is wrong."""
        for name, place in self._first_places():
            self._not_taken(name, place)
        self._assigned_once()
        self._defined_before_read()
        self._one_kind()
        self._declarations_used()

    def _first_places(self) -> Iterator[tuple[str, Place]]:
        seen: dict[str, Place] = {name: d.place for name, d in self.declarations.items()}
        for e in self.equations:
            seen.setdefault(e.name, e.place)
        for r in self.reads:
            seen.setdefault(r.name, r.place)
        return iter(seen.items())

    def _not_taken(self, name: str, place: Place) -> None:
        place = Place(place.file, place.line, place.column, place.text, len(name))
        sizes = {size for d in self.declarations.values() for size in d.sizes}
        if name in sizes:
            raise CellError(Problem(f"{name} is already the name of a size", place, "Give the parameter another name."))
        if name in TAKEN:
            raise CellError(Problem(f"{name} has another meaning in the code that gatecheck writes", place, "Choose another name."))
        for base, derived, meaning in self._derived(name):
            if base in self.all:
                raise CellError(Problem(f"{name} is the name that gatecheck gives to {meaning} {base}", place, f"Choose another name than {derived}."))

    @staticmethod
    def _derived(name: str) -> Iterator[tuple[str, str, str]]:
        """(name it would be derived from, itself, what it would mean)."""
        stems = [(name[1:], "the gradient of")] if name.startswith("d") else []
        stems += [(name[2:], "the pre-activation of")] if name.startswith("a_") else []
        stems += [(name[3:], "the gradient of the pre-activation of")] if name.startswith("da_") else []
        for ending, meaning in (("_prev", "the previous value of"), ("0", "the initial value of")):
            if name.endswith(ending):
                stems += [(name[: -len(ending)], meaning), (name[1 : -len(ending)], f"the gradient of {meaning}")]
        return ((stem, name, meaning) for stem, meaning in stems if stem)

    def _assigned_once(self) -> None:
        seen: set[str] = set()
        for e in self.equations:
            if e.name in seen:
                first = next(x for x in self.equations if x.name == e.name)
                raise CellError(Problem(f"{e.name}[t] is assigned twice", e.place, f"First on line {first.place.line}."))
            seen.add(e.name)

    def _defined_before_read(self) -> None:
        defined: set[str] = set()
        for e in self.equations:
            for r in (n for n in e.expression.walk() if isinstance(n, Read)):
                if r.lag == 0 and r.name in self.lines and r.name not in defined:
                    itself = r.name == e.name
                    message = f"{r} is read {'in its own equation' if itself else 'before it is assigned'}"
                    advice = f"Read {r.name}[t-1]" + ("." if itself else f", or move the equation of line {self.lines[r.name]} up.")
                    raise CellError(Problem(message, r.place, advice))
            defined.add(e.name)

    def _one_kind(self) -> None:
        matrices = {n.matrix.name for e in self.equations for n in e.expression.walk() if isinstance(n, Product)}
        for r in self.reads:
            if r.lag is None and r.name in self.indexed:
                what = "left of @ stands a parameter, without an index" if r.name in matrices else f"{r.name} has an index elsewhere"
                raise CellError(Problem(f"{r.name} is read without an index, but {what}", r.place, f"Write {r.name}[t] or {r.name}[t-1]."))
            if r.lag is not None and r.name not in self.lines and r.name not in self.declarations:
                near = nearest(r.name, self.all - {r.name})
                advice = f"Add a line {r.name}: D." + (f" {near}" if near.startswith("Did") else "")
                raise CellError(Problem(f"{r.name} is an input (no equation assigns it), and its size is not declared", r.place, advice))
            if r.lag is not None and r.name in self.declarations and len(self.declarations[r.name].sizes) == 2:
                raise CellError(Problem(f"{r.name} is declared as a matrix; matrix-valued states and inputs are not supported", r.place))

    def _declarations_used(self) -> None:
        used = {*self.lines, *(r.name for r in self.reads)}
        for name, d in self.declarations.items():
            if name not in used:
                near = nearest(name, used)
                raise CellError(Problem(f"{name} is declared and never used", d.place, near if near.startswith("Did") else "Remove the line."))
