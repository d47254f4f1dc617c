"""Formulas as tasks of an assignment, and the lines that solve them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..assignment.model import Assignment, Task
from ..assignment.program import Program
from ..assignment.typed.asked import quantities
from ..calculus.backward import derive
from ..cells import Cell
from ..conventions import BACKWARD, Layout
from ..errors import BadInput, Problem, nearest, printable
from ..grading.answers import NAME
from ..writing.equations import Formula, parameter, quantity
from ..writing.formats import Text

#: What each formula is worth where nobody says otherwise.
POINTS = 1.0
_WIDTH = 100


def with_formulas(assignment: Assignment, made: Layout, program: Program, asked: tuple[str, ...]) -> Assignment:
    """The assignment with a task for each formula, before the first function that is written with their help.

    asked: quantities, as dc, dc_prev, dW_f. Raises BadInput where the cell has none of that name.
    """
    cell = made.cell
    known = quantities(cell, program)
    unknown = [q for q in asked if q not in known]
    if unknown:
        said = f"{cell.name} has no gradient"
        raise BadInput(*(Problem(f"{said} {printable(q)}", None, nearest(q, known)) for q in unknown))
    tasks = tuple(Task(f"{q}_formula", POINTS, kind="formula", quantity=q) for q in dict.fromkeys(asked))
    backward = [s.name for s in made.signatures if s.role in BACKWARD.values()]
    first = next((k for k, t in enumerate(assignment.tasks) if t.name in backward), len(assignment.tasks))
    return replace(assignment, tasks=(*assignment.tasks[:first], *tasks, *assignment.tasks[first:]))


def described(cell: Cell, asked: str) -> str:
    """A quantity in the words of a hand-out."""
    found = asked.removesuffix("_prev")[1:]
    if asked != f"d{found}" and found in cell.lagged:
        return f"what a step sends back to {found}[t−1]"
    own = asked[1:]
    if own in cell.parameters:
        return f"what one step adds to the gradient of {own}"
    return f"the gradient of {own}" if own in cell.shapes else f"the gradient of {own}, the pre-activation of {own[2:]}"


def sent_back(cell: Cell, program: Program) -> str:
    """A state that its own step reads too, as an example of what step t+1 sends back; empty where there is none."""
    return next((n for n in cell.states if {lag for lag, _ in program.gradients[n]} == {0, 1}), "")


def solved(cell: Cell, asked: tuple[str, ...]) -> str:
    """The string that solves these formulas, as the end of a module; nothing where there are none."""
    if not asked:
        return ""
    lines = "\n".join(line for q in dict.fromkeys(asked) for line in _lines(q, _formula(cell, q)))
    return f'\n\n{NAME} = """\n{lines}\n"""\n'


def _formula(cell: Cell, asked: str) -> Formula:
    """The derived formula, in the language of cell files."""
    backward = derive(cell)
    writer = Text(backward.system)
    found = asked.removesuffix("_prev")
    if asked != found and found[1:] in cell.lagged:
        later = backward.gradient(found[1:]).later
        return Formula(asked, tuple(a for t in later for a in writer.addends(t.expression, t.positions)))
    gradient = backward.gradient(asked[1:])
    return parameter(writer, gradient) if gradient in backward.parameters else quantity(writer, gradient)


def _lines(name: str, formula: Formula) -> Iterator[str]:
    """`name = formula`, with a line for each term where one is too short."""
    whole = f"{name} = {formula.right}"
    if len(whole) <= _WIDTH:
        yield whole
        return
    first, *others = formula.terms
    yield f"{name} = {first}"
    yield from (f"    {term}" for term in others)
