"""Cell + convention -> an assignment folder for students and a second one with the solution.

The solution is graded before anything is put in its place: an assignment that its own reference fails is never written.
"""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..assignment import key as keys
from ..assignment.key import Key
from ..assignment.kit import Kit, open_kit, standard
from ..assignment.model import FILE, Assignment, Grading, tellable, write
from ..assignment.training import FORMULAS
from ..calculus.backward import derive
from ..cells import Cell
from ..conventions import BACKWARD, TRAINING, Layout, Signature, layout
from ..errors import BadInput, Fault, Problem, nearest, printable
from ..files import refuse_existing, unwritable
from ..grading.intake import submission_from
from ..grading.judge import grade
from ..grading.report import Report
from ..writing import terminal
from ..writing.derivation import derive as derivation
from ..writing.derivation import whole_equations
from ..writing.escaping import plain
from ..writing.formulas import Formulas
from ..writing.numpy_code import program
from ..writing.reference import HELPERS, code, docstring, environment, helper, parameter_shapes, plain_name
from .arrangement import arrays, batch, unwritten
from .detecting import Score, score
from .formulas import described, sent_back, solved, with_formulas


@dataclass(frozen=True)
class Generated:
    """What was written: the students' folder, the solution's, the report of the solution, the mutation score."""

    folder: Path
    solution: Path
    files: tuple[str, ...]
    report: Report
    score: Score


def generate(
    cell: Cell,
    folder: Path,
    convention: str = "gatecheck",
    tasks: tuple[str, ...] = (),
    title: str = "",
    gradients: bool = False,
    feedback: str = "formula",
    told: str = "",
    formulas: tuple[str, ...] = (),
) -> Generated:
    """Write an assignment into a new folder, and its solution into `folder-solution`.

    tasks: the functions to assign (all of the cell's own, unless named); gradients: whether the hand-out gives the
    derived gradients away; feedback, told: how much students are told, and how much of it at once (all, unless named);
    formulas: the quantities whose formulas are asked for, as dc. Raises BadInput where a folder exists already or
    cannot be written, told is more than feedback, the cell has no such task or quantity, or its tests would show a
    mistake by luck only; ConventionError where the convention does not fit the cell; Fault where the solution does not
    score full marks.
    """
    if not folder.name:
        raise BadInput(
            Problem(f"{printable(str(folder))} cannot be a new folder", None, "Name one that is not there yet.")
        )
    solution = folder.with_name(folder.name + "-solution")
    for place in (folder, solution):
        refuse_existing(place, "Choose another folder, or move it away: gatecheck overwrites nobody's work.")
    if told and told not in tellable(feedback):
        message = f"with feedback {feedback} students cannot be told {told} at once"
        raise BadInput(Problem(message, None, f"Known: {', '.join(tellable(feedback))}."))
    made = layout(cell, convention)
    key = keys.build(made)
    grading = Grading(feedback=feedback, told=told, precision=made.convention.precision)
    assignment = with_formulas(_assignment(cell, made, tasks, title, grading), made, key.program, formulas)
    trained = any(signature.role in TRAINING for signature in _asked(made, assignment))
    reference = code(cell, convention, training=trained)
    files = _files(made, assignment, key, reference, gradients)
    reference += solved(cell, formulas)
    with _beside(folder) as draft, _beside(solution) as second:
        for name, text in files.items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
        kit = open_kit(draft)
        report = _graded(kit, reference)
        told_apart = score(kit)
        (second / assignment.file).write_text(reference, encoding="utf-8", newline="\n")
        os.replace(second, solution)
        try:
            os.replace(draft, folder)
        except BaseException:  # neither without the other
            shutil.rmtree(solution, ignore_errors=True)
            raise
    return Generated(folder, solution, tuple(sorted(p.name for p in folder.iterdir())), report, told_apart)


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder beside the wanted one, gone again unless it was renamed."""
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        draft.chmod(0o755)
    except OSError as error:
        raise unwritable(folder, error) from None
    try:
        yield draft
    except OSError as error:
        raise unwritable(folder, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _assignment(cell: Cell, made: Layout, tasks: tuple[str, ...], title: str, grading: Grading) -> Assignment:
    whole = standard(cell, made, training=bool(tasks))
    known = [t.name for t in whole.tasks]
    # A task may be named by what it is in every convention: step, step_backward, clip_by_norm.
    roles = {signature.role: signature.name for signature in made.functions}
    tasks = tuple(name if name in known else roles.get(name, name) for name in tasks)
    for name in tasks:
        if name not in known:
            message = f"the convention {made.convention.name} has no task {printable(name)}"
            raise BadInput(Problem(message, None, nearest(name, known)))
    asked = {t.name: t for t in whole.tasks if not tasks or t.name in tasks}
    waits = {t.name: t.after for t in whole.tasks}

    def after(name: str) -> Iterator[str]:
        # What waits for a task that nobody writes waits for what that one waits for.
        for other in waits[name]:
            yield from (other,) if other in asked else after(other)

    chosen = tuple(replace(t, after=tuple(dict.fromkeys(after(t.name)))) for t in asked.values())
    return replace(whole, tasks=chosen, title=plain(title) or whole.title, grading=grading)


def _zeros(made: Layout) -> list[str]:
    """The states that a convention's sequence functions start at zero."""
    if len(made.signatures) < 4:
        return []
    started = {slot.of for slot in made.signature("forward").takes if slot.plain == "initial"}
    return [name for name in made.cell.lagged if name not in started]


def _graded(kit: Kit, reference: str) -> Report:
    """The report of the solution, which must be right in everything."""
    report = grade(submission_from(kit.assignment.file, reference.encode()), kit)
    if not report.full_marks:
        wrong = [f"{c.task}: {c.quantity} {c.message}" for c in report.checks if c.status != "passed"]
        raise Fault(
            f"the solution of {kit.cell.name} does not score full marks: {report.message or '; '.join(wrong[:3])}"
        )
    return report


def _files(made: Layout, assignment: Assignment, key: Key, reference: str, gradients: bool) -> dict[str, str]:
    """Every file of the students' folder, by name."""
    cell = made.cell
    given = _given(made, assignment)
    asked = _asked(made, assignment)
    own = [s for s in asked if s.role not in TRAINING]
    names = [t.name for t in assignment.tasks]
    ready = {s.name for s in given}
    shell, shell_end = unwritten(made.shell.strip(), [s.name for s in made.signatures if s.name not in ready])
    helpers = program(cell).helpers if own and not made.convention.modules else ()
    context = {
        "cell": cell,
        "assignment": assignment,
        "layout": made,
        "functions": list(zip(asked, (t for t in assignment.tasks if t.kind == "code"), strict=True)),
        "formulas": [t for t in assignment.tasks if t.kind == "formula"],
        "sent_back": sent_back(cell, key.program),
        "described": lambda quantity: described(cell, quantity),
        "backward": [s.role for s in asked if "backward" in s.role],
        "training": [(s.name, s.role, FORMULAS[s.role][1]) for s in asked if s.role in TRAINING],
        "given": given,
        "given_source": [*_handed_out(made), *_source(reference, list(map(plain_name, given)), set(names))],
        "shell": shell,
        "shell_end": shell_end,
        "batch": batch(made),
        "arrays": arrays(made),
        "docstring": lambda signature: docstring(made, signature, True),
        "helpers": [helper(name, made.vectors["output"][0] == "n") for name in helpers],
        "own": own,
        "zeros": _zeros(made) if own else [],
        "forward": made.signatures[2].name if len(made.signatures) == 4 else "",
        "shapes": parameter_shapes(cell),
        **_formulas(cell, gradients),
    }
    render = {
        n: environment().get_template(f"{n}.jinja").render(context) for n in ("starter.py", "handout.md", "tests.py")
    }
    return {
        FILE: write(assignment),
        "handout.md": render["handout.md"],
        assignment.file: render["starter.py"],
        f"test_{assignment.file}": render["tests.py"],
        assignment.cell: cell.source,
        keys.FILE: key.to_text(),
    }


def _asked(made: Layout, assignment: Assignment) -> list[Signature]:
    """The functions that students write."""
    names = {task.name for task in assignment.tasks}
    return [signature for signature in made.functions if signature.name in names]


def _given(made: Layout, assignment: Assignment) -> list[Signature]:
    """Forward functions that nobody is asked to write, and whose backward functions somebody is.

    Grading calls them for what they keep, so students get them ready-made.
    """
    roles = {signature.role for signature in _asked(made, assignment)}
    known = {signature.role for signature in made.signatures}
    return [made.signature(f) for f, back in BACKWARD.items() if back in roles and f in known - roles]


def _handed_out(made: Layout) -> list[str]:
    """The functions of the modules that a course hands out, so that a file runs without them."""
    return [
        str(ast.get_source_segment(source, node))
        for source in made.convention.modules.values()
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def _source(reference: str, names: list[str], asked: set[str]) -> list[str]:
    """The functions of a reference that have these names, and what they stand on, but for what students write."""
    functions = {n.name: n for n in ast.parse(reference).body if isinstance(n, ast.FunctionDef)}
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in functions and name not in wanted | asked | set(HELPERS):
            wanted.add(name)
            waiting += [n.id for n in ast.walk(functions[name]) if isinstance(n, ast.Name)]
    return [str(ast.get_source_segment(reference, f)) for name, f in functions.items() if name in wanted]


def _formulas(cell: Cell, gradients: bool) -> dict[str, object]:
    backward = derive(cell)
    writer = Formulas(backward.system)
    equations = [(str(f), plain(e.comment)) for f, e in zip(whole_equations(writer), cell.equations, strict=True)]
    return {"equations": equations, "gradients": terminal.unicode(derivation(writer, backward)) if gradients else ""}
