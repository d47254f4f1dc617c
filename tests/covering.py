"""Few cells that between them have all that the library has: what the default run takes where each cell is dear.

The others run with -m slow. A cell is taken for what it has and none before it, never for its name.
"""

from functools import cache
from pathlib import Path

import pytest

from gatecheck.cells import library, load
from gatecheck.cells import tree as t
from gatecheck.conventions import convention, conventions, layout
from gatecheck.conventions.parameters import parts
from gatecheck.errors import ConventionError

#: So many states, or parameters in one array, and more are alike.
MANY = 4


def features(cell):
    """What a cell asks of whatever reads it: kinds of nodes, functions, parameters and sizes, numbers of states."""
    nodes = [n for e in cell.equations for n in e.expression.walk()]
    found = {type(n).__name__ for n in nodes}
    found |= {n.function for n in nodes if isinstance(n, (t.Apply, t.Reduce))}
    found |= {n.operator for n in nodes if isinstance(n, t.Binary)}
    found |= {f"a {part.kind}" for part in parts(cell)}
    found |= {f"root {type(e.expression).__name__}" for e in cell.equations}
    found |= {
        f"{min(len(n), MANY)} {w}" for n, w in ((cell.states, "states"), (cell.inputs, "inputs"), (cell.sizes, "sizes"))
    }
    if any(n in cell.inputs for n in cell.lagged):
        found.add("an input of the step before")
    if cell.output not in cell.states:
        found.add("an output that is no state")
    return found | set(laid_out(cell))


def laid_out(cell):
    """Each general convention that fits a cell, with how many parameters it puts into an array."""
    for name in general():
        try:
            yield f"{name} of {min(max(map(len, layout(cell, name).arrays), default=0), MANY)}"
        except ConventionError:
            continue


@cache
def covering():
    """The names of these cells: always the one that has most that is new for its number of equations."""
    left = {name: features(cell) for name, cell in cells().items()}
    taken = []
    while any(left.values()):
        worth = {name: len(new) / len(cells()[name].equations) ** 0.5 for name, new in left.items()}
        taken.append(max(sorted(left), key=lambda n: (worth[n], n in library())))
        known = left[taken[-1]]
        left = {name: new - known for name, new in left.items()}
    return tuple(taken)


@cache
def cells():
    """Every cell file there is: of the library, and odd ones."""
    odd = (Path(__file__).parent / "odd").glob("*.cell")
    return {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in sorted(odd)}}


def dear(name):
    """The marks of a test that is dear for each cell: slow, unless the cell is one of the few."""
    return () if name in covering() else pytest.mark.slow


def general():
    """The conventions that lay out whatever cell has a place in them, and have a training step."""
    return [name for name in conventions() if not convention(name).cells]


def fitting():
    """Every cell of the library in every general convention that fits it."""
    for name in library():
        for fits in general():
            try:
                layout(load(name), fits)
            except ConventionError:
                continue
            yield name, fits


def described():
    """Every cell that a convention lists, with that convention."""
    return [(entry.equations, name) for name in conventions() for entry in convention(name).cells]
