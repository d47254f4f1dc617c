"""A TOML file of values, or the name of an example that comes with gatecheck -> what a worked example starts from.

cell = "…"   of which cell they are; any other one is refused
[sizes]      H = 2                      usually told by the values
[values]     x = [0.7], h_prev = [2.9, 0.5], W_f = [[…], …], b_f = 0
[loss]       dh = [1, -0.5]             the gradient of the step's loss with respect to h[t]
[printed]    f = [0.7941, 0.1062]       numbers to be checked, with the digits that they were printed with
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

from ..assignment.fields import Document, text_of
from ..calculus.fitting import Keys
from ..calculus.given import Printed, given
from ..calculus.system import System
from ..calculus.worked import Given
from ..data import folder
from ..errors import AssignmentError, BadInput, Place, Problem, nearest, printable


def examples() -> list[str]:
    """The names of the files of values that come with gatecheck, sorted."""
    return sorted(path.stem for path in (folder("templates") / "examples").glob("*.toml"))


def read_values(source: str, system: System, steps: int | None = None) -> tuple[Given, tuple[Printed, ...]]:
    """What a file (or an example, by its name) gives, and the numbers that were printed.

    Raises BadInput with everything that is wrong, each with its line, column and caret.
    """
    path = path_of(source)
    try:
        document = Document(str(path), text_of(path), _number)
    except AssignmentError as error:
        raise BadInput(*error.problems) from None

    def place(keys: Keys, name: bool) -> Place:
        return document.places.key(keys) if name else document.places.value(keys)

    return given(system, document.data, place, steps)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what even Decimal holds
        return Decimal("Infinity")


def path_of(source: str) -> Path:
    """The file of that name, or of an example. Raises BadInput where there is none."""
    path, shown = Path(source), printable(source) or repr(source)
    if path.is_file():
        return path
    if source in examples():
        return folder("templates") / "examples" / f"{source}.toml"
    if path.exists():
        raise BadInput(Problem(f"{shown} is not a file", None, "Values are one text file, in TOML."))
    beside = [p.name for p in path.parent.glob("*.toml")] if path.parent.is_dir() else []
    advice = nearest(path.name, [*beside, *examples()])
    raise BadInput(Problem(f"there is no file {shown}", None, advice))
