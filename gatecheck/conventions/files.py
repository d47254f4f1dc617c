"""The files of the conventions, as they are written.

A file says which way the axes of vectors go and how the functions are called, and it lays out parameters in one of
three ways: not at all (they keep their names and shapes); by the part that each plays (`parameters`), for every cell
that has one of each part per gate; or by name, for the cells that it lists (`cells`), and for every other cell with
the same equations. An array by name is a grid of blocks: blank between rows, | between columns, a block being W_z,
-W_z or b_f-1.

Where a course grades methods, attributes or globals, an adapter has a Python function for each role that has to be
called in another way; it runs beside the student's code, which it knows as `student`. A shell is the course's own form
of a reference, around plain functions. In both, <cell> is what the convention calls the cell, <arrays> lists its arrays
(<darrays> their gradients, <array=array> the same as keywords), <step.takes> what the plain function of that role takes
besides them; a line with <array> stands once for each.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import ConventionError, Problem, nearest, printable

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Described:
    """What a convention says of one cell of the library.

    word: what it calls the cell; names: what it calls inputs and states; arrays: a grid as text and its axes (empty for
    the convention's usual ones), by name; zero: parameters that it has not got, and takes for zero; constant: arrays
    whose gradient nobody asks for; vectors: the axes of these; functions, adapter, shell: the convention's, or its own;
    notes: sentences for a hand-out.
    """

    equations: str
    word: str
    names: Mapping[str, str]
    arrays: Mapping[str, tuple[str, str]]
    zero: tuple[str, ...]
    constant: tuple[str, ...]
    vectors: Mapping[str, tuple[str, ...]]
    functions: Mapping[str, Any]
    adapter: str
    shell: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Convention:
    """A convention as its file has it.

    vectors: their axes, by kind: input, output, initial; matrices, biases: the usual axes of arrays by name; modules:
    what the course hands out to import, by name; definitions: whether of a file only those are executed; also: what the
    names of arrays may look like in files of weights, besides; precision: of the course's numbers.
    """

    name: str
    title: str
    vectors: Mapping[str, tuple[str, ...]]
    batch: str
    gates: tuple[str, ...]
    stacked: tuple[tuple[str, str], ...]
    functions: Mapping[str, Any]
    matrices: str
    biases: str
    cells: tuple[Described, ...]
    modules: Mapping[str, str]
    definitions: bool
    also: tuple[str, ...]
    precision: str

    @property
    def native(self) -> bool:
        """Whether parameters keep their own names and shapes."""
        return not self.stacked and not self.cells


def conventions() -> list[str]:
    """The names of the conventions, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def convention(name: str) -> Convention:
    """The convention of that name. Raises ConventionError where there is none."""
    if name not in conventions():
        raise ConventionError(Problem(f"no convention is called {printable(name)}", None, nearest(name, conventions())))
    data = _data(name)
    parameters = data.get("parameters", {})
    return Convention(
        name,
        data["title"],
        _axes(data["vectors"]),
        data.get("batch", "B"),
        tuple(parameters.get("gates", ())),
        tuple((stack, kind) for stack, kind in parameters.get("stacks", ())),
        data.get("functions", {}),
        data.get("matrices", "out in"),
        data.get("biases", "out"),
        tuple(_described(entry, data) for entry in data.get("cells", ())),
        data.get("modules", {}),
        data.get("definitions", False),
        tuple(data.get("also", ())),
        data.get("precision", "float64"),
    )


def _data(name: str) -> dict[str, Any]:
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    called = data.get("functions", {})
    return {**data, "functions": _data(called)["functions"]} if isinstance(called, str) else data


def _axes(vectors: str | dict[str, str]) -> dict[str, tuple[str, ...]]:
    given = vectors if isinstance(vectors, dict) else dict.fromkeys(("input", "output"), vectors)
    initial = given.get("initial") or " ".join(a for a in given["input"].split() if a != "T")
    return {kind: tuple(text.split()) for kind, text in {**given, "initial": initial}.items()}


def _described(entry: dict[str, Any], data: dict[str, Any]) -> Described:
    arrays = {name: (v, "") if isinstance(v, str) else (v["blocks"], v["axes"]) for name, v in entry["arrays"].items()}
    return Described(
        entry["equations"],
        entry.get("word", entry["equations"]),
        entry.get("names", {}),
        arrays,
        tuple(entry.get("zero", ())),
        tuple(entry.get("constant", ())),
        _axes(entry.get("vectors", data["vectors"])),
        {**data.get("functions", {}), **entry.get("functions", {})},
        entry.get("adapter", data.get("adapter", "")),
        entry.get("shell", data.get("shell", "")),
        tuple(entry.get("notes", data.get("notes", ()))),
    )
