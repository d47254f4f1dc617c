"""The model of `assignment.toml`, version 1: what students write, what it scores, how much they are told."""

from __future__ import annotations

import graphlib
import json
import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import AssignmentError, Problem, nearest
from .fields import Document, Table, text_of

FILE = "assignment.toml"
VERSION = 1
FEEDBACK = ("none", "score", "what", "where", "why", "formula")
FOLLOW_ON = ("credit", "skip")
#: What students may compute in; results of a coarser kind are refused.
PRECISIONS = ("float64", "float32")
LEAST_MEMORY = 64  # MiB; with less not even NumPy's own arrays fit
KINDS = ("code", "formula", "trace", "mend")
GRADED = ("code", "formula")

_KEYS = ("version", "title", "cell", "convention", "file", "grading", "task")
_GRADING_KEYS = ("feedback", "follow_on", "deadline_seconds", "memory_mib", "precision", "told")
_TASK_KEYS = ("name", "kind", "points", "after", "hints", "quantity")


@dataclass(frozen=True)
class Grading:
    """How submissions are graded: how much is told, whether what follows a mistake is credited, limits, precision.

    feedback: the last rung of the ladder that students can reach; told: the rung that they are told at once, as far as
    feedback unless it is named; the steps between are hints.
    """

    feedback: str = "formula"
    follow_on: str = "credit"
    deadline_seconds: float = 10
    memory_mib: int = 512
    precision: str = "float64"
    told: str = ""

    @property
    def at_once(self) -> str:
        """The rung that is told without asking."""
        return self.told or self.feedback


@dataclass(frozen=True)
class Task:
    """One function to write, or the formula of one quantity; points are split evenly over what a function returns."""

    name: str
    points: float
    after: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    kind: str = "code"
    quantity: str = ""


@dataclass(frozen=True)
class Assignment:
    """One assignment; cell is a file's name in the folder or a name in the library."""

    folder: Path
    title: str
    cell: str
    convention: str
    file: str
    grading: Grading
    tasks: tuple[Task, ...]

    @property
    def slug(self) -> str:
        """The title as an identifier for reports and file names, as in "lstm-by-hand"."""
        folded = unicodedata.normalize("NFKD", self.title).encode("ascii", "ignore").decode()
        return "-".join(re.findall(r"[a-z0-9]+", folded.lower()))[:60].strip("-") or "assignment"

    @property
    def hinted(self) -> bool:
        """Whether students can take hints: what they are not told at once, or what the course wrote."""
        return self.grading.at_once != self.grading.feedback or any(task.hints for task in self.tasks)

    @property
    def points(self) -> float:
        """The points of all tasks."""
        return sum(task.points for task in self.tasks)


def find(start: Path) -> Path:
    """The nearest folder that has an assignment.toml: `start` or one above it.  Raises: AssignmentError."""
    here = start.absolute()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    advice = "Go to the assignment's folder, or name it with --assignment DIR."
    raise AssignmentError(Problem(f"there is no {FILE} in {here} or above it", None, advice))


def read(folder: Path) -> Assignment:
    """The assignment in a folder.

    Raises: AssignmentError, with every problem that the file has.
    """
    path = folder if folder.name == FILE and not folder.is_dir() else folder / FILE
    document = Document(str(path), text_of(path))
    assignment = _assignment(document, path.parent)
    document.done()
    return assignment


def _assignment(document: Document, folder: Path) -> Assignment:
    version = document.data.get("version", VERSION)
    if version != VERSION or isinstance(version, bool):
        # What else differs in another version is not a mistake of the file.
        advice = f"This gatecheck reads version {VERSION}; a later one may read more."
        document.add("this version of the format is not known", document.places.value(("version",)), advice)
        document.done()
    table = Table(document, (), document.data, FILE, _KEYS)
    if "version" not in document.data:
        table.missing("version", f"version = {VERSION} today")
    return Assignment(
        folder=folder,
        title=table.text("title"),
        cell=_plain_name(table, "cell"),
        convention=table.text("convention"),
        file=_plain_name(table, "file", (".py", ".ipynb")),
        grading=_grading(document),
        tasks=_tasks(table),
    )


def _plain_name(table: Table, key: str, endings: tuple[str, ...] = ("",)) -> str:
    """A file's name that cannot leave the folder on any system: a kit may come from anywhere."""
    name = table.text(key)
    if name and not re.fullmatch(r'[^.~/\\:*?"<>|\s-]([^/\\:*?"<>|]*[^/\\:*?"<>|.\s])?', name):
        table.problem(key, f"'{key}' must be a plain name without a path", f"The file lies beside {FILE}.")
    elif name and not name.endswith(endings):
        table.problem(key, f"'{key}' must end with {' or '.join(endings)}")
    return name


def _grading(document: Document) -> Grading:
    table = Table(document, ("grading",), document.data.get("grading"), "[grading]", _GRADING_KEYS)
    default = Grading()
    feedback = table.choice("feedback", FEEDBACK, default.feedback)
    told = table.choice("told", FEEDBACK, feedback) if "told" in table.data else ""
    if told and told not in tellable(feedback):
        advice = f"With feedback = {_quoted(feedback)} it is one of {', '.join(tellable(feedback))}."
        table.problem("told", f"'told' cannot be {_quoted(told)}", advice)
    return Grading(
        feedback=feedback,
        follow_on=table.choice("follow_on", FOLLOW_ON, default.follow_on),
        deadline_seconds=table.number("deadline_seconds", 3600, default.deadline_seconds),
        memory_mib=int(table.number("memory_mib", 2**20, default.memory_mib, least=LEAST_MEMORY, whole=True)),
        precision=table.choice("precision", PRECISIONS, default.precision),
        told=told,
    )


def tellable(feedback: str) -> tuple[str, ...]:
    """The rungs that may be told at once: not none, where there are hints on what is wrong."""
    last = FEEDBACK.index(feedback)
    return FEEDBACK[min(1, last) : last + 1]


def _tasks(top: Table) -> tuple[Task, ...]:
    data = top.data.get("task")
    if not isinstance(data, list) or not data or not all(isinstance(item, dict) for item in data):
        if data is None:
            top.missing("task", "at least one [[task]] with a name and points")
        else:
            top.problem_with_key("task", "each task is a table of its own", "It begins with [[task]].")
        return ()
    tables = [Table(top.document, ("task", n), item, "[[task]]", _TASK_KEYS) for n, item in enumerate(data)]
    tasks = tuple(map(_task, tables))
    _check_names(tables, tasks)
    return tasks


def _check_names(tables: list[Table], tasks: tuple[Task, ...]) -> None:
    """Names must be unique, and `after` may name every other task as long as none waits for itself."""
    names = [task.name for task in tasks]
    known = {name for name in names if name}
    for n, (table, task) in enumerate(zip(tables, tasks, strict=True)):
        if task.name in known.intersection(names[:n]):
            table.problem("name", f"there are two tasks '{task.name}'")
        for name in dict.fromkeys(task.after):
            if name not in known:
                table.problem("after", f"'{name}' is not a task", nearest(name, known), part=name)
    for cycle in _cycles({task.name: known.intersection(task.after) for task in tasks if task.name}):
        tables[names.index(cycle[0])].problem("after", f"tasks wait for each other: {' → '.join(cycle)}")


def _task(table: Table) -> Task:
    kind = table.choice("kind", KINDS, "code")
    if kind not in GRADED:
        table.problem("kind", f"'{kind}' tasks cannot be graded by this version, only 'code' and 'formula' tasks can")
    elif kind == "code" and "quantity" in table.data:
        table.problem_with_key("quantity", "'quantity' belongs to tasks of another kind than 'code'")
    quantity = table.text("quantity") if kind == "formula" else ""
    name = table.text("name")
    if name and not all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split(".")):
        table.problem("name", f"'{name}' is not the name of a Python function")
    return Task(name, table.number("points", 1e6), table.texts("after"), table.texts("hints"), kind, quantity)


def _cycles(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """Every cycle that remains when those before it are taken away, from its first task in the file."""
    while True:
        try:
            graphlib.TopologicalSorter(graph).prepare()
            return
        except graphlib.CycleError as error:
            # The sorter names each task after the one that waits for it, and begins anywhere.
            cycle: list[str] = error.args[1][:0:-1]
            turn = min(range(len(cycle)), key=lambda n: list(graph).index(cycle[n]))
            yield [*cycle[turn:], *cycle[: turn + 1]]
            graph = {name: after.difference(cycle) for name, after in graph.items() if name not in cycle}


def write(assignment: Assignment) -> str:
    """The text of an assignment.toml that reads back as the same assignment; the same text every time."""
    grading = assignment.grading
    beside = "beside this file" if assignment.cell.endswith(".cell") else "a cell of gatecheck's library"
    lines = [
        f"version = {VERSION}",
        f"title = {_quoted(assignment.title)}",
        _commented(f"cell = {_quoted(assignment.cell)}", beside),
        f"convention = {_quoted(assignment.convention)}",
        _commented(f"file = {_quoted(assignment.file)}", "what the student writes"),
        "",
        "[grading]",
        _commented(f"feedback = {_quoted(grading.feedback)}", f"{' | '.join(FEEDBACK)}: how much is told"),
        _commented(f"follow_on = {_quoted(grading.follow_on)}", f"{' | '.join(FOLLOW_ON)}: {_FOLLOW_ON}"),
        f"deadline_seconds = {_number(grading.deadline_seconds)}",
        f"memory_mib = {_number(grading.memory_mib)}",
    ]
    if grading.at_once != grading.feedback:
        lines.append(_commented(f"told = {_quoted(grading.told)}", "the rest of it by gatecheck hint"))
    if grading.precision != Grading.precision:
        lines.append(_commented(f"precision = {_quoted(grading.precision)}", "what students may compute in"))
    for task in assignment.tasks:
        lines += ["", "[[task]]", *_task_lines(task)]
    return "\n".join(lines) + "\n"


_FOLLOW_ON = "what is right given the student's own upstream values"


def _task_lines(task: Task) -> Iterator[str]:
    yield f"name = {_quoted(task.name)}"
    if task.kind != "code":
        yield f"kind = {_quoted(task.kind)}"
    if task.quantity:
        yield f"quantity = {_quoted(task.quantity)}"
    yield f"points = {_number(task.points)}"
    if task.after:
        yield f"after = [{', '.join(map(_quoted, task.after))}]"
    if len(task.hints) == 1:
        yield f"hints = [{_quoted(task.hints[0])}]"
    elif task.hints:
        yield "\n    ".join(["hints = [", *(f"{_quoted(hint)}," for hint in task.hints)]) + "\n]"


def _commented(line: str, comment: str) -> str:
    return f"{line:<35} # {comment}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for characters beyond \uFFFF and DEL; what is not printable is escaped.
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
