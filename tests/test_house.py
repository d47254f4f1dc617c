"""The house rules: which room may import which, who may name a cell, what a command costs, what is documented.

The imports are read from the syntax trees (inside functions and under TYPE_CHECKING too), so nothing hides by
being imported late. The readers take a package's folder; below they are tried on toy packages that break each rule.
"""

import ast
import io
import os
import re
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from gatecheck.cells import library

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gatecheck"
ROOMS = (
    "errors", "data",
    "cells", "calculus", "conventions", "writing", "assignment", "grading", "teaching", "reporting", "keeping",
    "cli",
)  # fmt: skip
#: The package itself, `python -m` and notebooks are ways in, like the command line.
FRONT = ("cli", "notebook", "__main__", "")
#: Cells whose names are words of the field: in Python only load("…") and "….cell" can mean the cell.
WORDS = {"gate"}
#: The one module that may name a cell, as the default of what it shows.
DEMO = "gatecheck/cli/demo.py"
#: Functions whose arguments are modules' names.
LATE = ("import_module", "__import__")


class Import(NamedTuple):
    """Module `source` asks for `target` (dotted, absolute) on that line."""

    source: str
    line: int
    target: str


# ---------------------------------------------------------------------------------------------- reading a package


def python_files(package: Path) -> list[Path]:
    return sorted(p for p in package.rglob("*.py") if "_data" not in p.relative_to(package).parts)


def dotted(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path, package: Path, nodes: Iterator[ast.AST] | None = None) -> Iterator[Import]:
    """Every import of a file, as the modules of the package or the foreign names that it asks for."""
    known = {dotted(p, package) for p in python_files(package)}
    source = dotted(path, package)
    for node in ast.walk(tree(path)) if nodes is None else nodes:
        for target in _targets(node, source, path.name == "__init__.py"):
            while target.split(".")[0] == package.name and target not in known:
                target = target.rpartition(".")[0]
            yield Import(source, node.lineno, target)


def _targets(node: ast.AST, source: str, is_package: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = source.split(".")
            parts = parts[: len(parts) - node.level + is_package]
            base = ".".join([*parts, *filter(None, [base])])
        # The version is a constant, bound before anything else; asking for it asks for no module.
        yield from (f"{base}.{a.name}" for a in node.names if a.name != "__version__")
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        # The names that lazy commands are listed by, as "package.module:function".
        name = node.value.partition(":")[0]
        if re.fullmatch(r"[a-z]\w*(\.\w+)+", name) and name.split(".")[0] == source.split(".")[0]:
            yield name


def inside(package: Path) -> Iterator[Import]:
    """The imports of one module of the package by another."""
    for path in python_files(package):
        yield from (i for i in imports(path, package) if i.target.split(".")[0] == package.name != i.target)
        yield from (i for i in imports(path, package) if i.target == package.name != i.source)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def rank(module: str) -> int:
    return len(ROOMS) if room(module) in FRONT else ROOMS.index(room(module))


def upward(package: Path) -> list[str]:
    """Imports that go to a room below the importing one."""
    return [f"{i.source}:{i.line} imports {i.target}" for i in inside(package) if rank(i.target) > rank(i.source)]


def circle(package: Path) -> list[str]:
    """The modules of one import circle, deferred imports included, with the lines that close it; or nothing."""
    found = [i for i in inside(package) if i.source != i.target]
    graph: dict[str, set[str]] = {}
    for i in found:
        graph.setdefault(i.source, set()).add(i.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        first = {(i.source, i.target): i for i in reversed(found)}
        # graphlib tells a circle from the imported to the importing.
        steps = [first[source, target] for target, source in pairwise(error.args[1])]
        return [f"{i.source}:{i.line} imports {i.target}" for i in reversed(steps)]
    return []


def hidden(package: Path) -> list[str]:
    """Imports that no reader of the source can follow, outside the front doors."""
    return [
        f"{dotted(path, package)}:{node.lineno} calls {name}"
        for path in python_files(package)
        if room(dotted(path, package)) not in FRONT
        for node in ast.walk(tree(path))
        for name in [getattr(node, "id", None) or getattr(node, "attr", None)]
        if name in LATE
    ]


def at_once(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes that run when a module is imported: no function bodies, nothing under TYPE_CHECKING."""
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from at_once(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            for name in ("body", "orelse", "finalbody"):
                yield from at_once(getattr(node, name, []))
            for handler in getattr(node, "handlers", []):
                yield from at_once(handler.body)


def heavy(path: Path, package: Path, light: set[str]) -> list[str]:
    """What a file imports as soon as it is imported itself, beyond the standard library and what is light."""
    return [
        f"{i.source}:{i.line} imports {i.target}"
        for i in imports(path, package, at_once(tree(path).body))
        if i.target.split(".")[0] not in sys.stdlib_module_names and not _within(i.target, light)
    ]


def _within(target: str, allowed: set[str]) -> bool:
    return any(target == name or target.startswith(f"{name}.") for name in allowed)


# ------------------------------------------------------------------------------------------------------- the rooms


def test_every_module_lives_in_a_room_of_the_house():
    known = {*ROOMS, *FRONT}
    assert [m for p in python_files(PACKAGE) if room(m := dotted(p, PACKAGE)) not in known] == []


def test_a_room_imports_only_rooms_above_it():
    assert upward(PACKAGE) == []


def test_no_modules_import_each_other_in_a_circle():
    assert circle(PACKAGE) == []


def test_outside_the_front_doors_every_import_can_be_read_in_the_source():
    assert hidden(PACKAGE) == []


def test_errors_and_data_import_the_standard_library_only():
    for name in ("errors.py", "data.py"):
        assert heavy(PACKAGE / name, PACKAGE, {"gatecheck.errors"}) == []


def test_the_program_beside_student_code_imports_only_numpy_and_its_own_few_files():
    theirs = {"worker", "wire", "portable", "values"}
    folder = PACKAGE / "grading"
    seen, waiting = set(), ["worker", "wire"]
    while waiting:
        seen.add(name := waiting.pop())
        for node in ast.walk(tree(folder / f"{name}.py")):
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.level == 1, f"{name}.py:{node.lineno} leaves the folder"
                asked = [node.module] if node.module else [alias.name for alias in node.names]
                waiting += [a.split(".")[0] for a in asked if a.split(".")[0] not in seen]
        found = [i for i in imports(folder / f"{name}.py", PACKAGE)]
        foreign = {i.target.split(".")[0] for i in found} - {"gatecheck"} - sys.stdlib_module_names
        assert foreign <= {"numpy"}, f"{name}.py imports {foreign}"
        absolute = re.compile(r"^\s*(from|import)\s+gatecheck\b", re.MULTILINE)
        assert not absolute.search((folder / f"{name}.py").read_text(encoding="utf-8")), f"{name}.py"
        assert seen <= theirs, f"the worker has come to import {seen - theirs}"


# ------------------------------------------------------------------------------------- the readers, on toy packages


@pytest.fixture
def toy(tmp_path):
    """A function that writes a package called toy: {path: source}."""

    def write(**files: str) -> Path:
        package = tmp_path / "toy"
        for name, source in {"__init__": "", **files}.items():
            path = package / f"{name.replace('__', '/') if name != '__init__' else name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.parent != package:
                (path.parent / "__init__.py").touch()
            path.write_text(source, encoding="utf-8")
        return package

    return write


@pytest.mark.parametrize(
    "source",
    [
        "import toy.grading.judge",
        "import toy.grading.judge as j",
        "from toy.grading import judge",
        "from toy.grading.judge import grade",
        "from toy import grading",
        "from ..grading import judge",
        "from ..grading.judge import grade as g",
        "from .. import grading",
        "def late():\n    from ..grading import judge",
        "class A:\n    async def late(self):\n        import toy.grading.judge",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..grading import judge",
        "try:\n    import numpy\nexcept ImportError:\n    from ..grading import judge",
        "NAME = 'toy.grading.judge:grade'",
    ],
)
def test_an_import_of_a_lower_room_is_seen_however_it_is_written(toy, source):
    package = toy(cells__reading=source, grading__judge="def grade(): ...")
    (told,) = set(upward(package))
    assert told.startswith("toy.cells.reading:") and " imports toy.grading" in told


@pytest.mark.parametrize(
    "source",
    [
        "from ..errors import Fault",
        "from .tree import Read",
        "from . import tree",
        "import toy.errors, numpy",
        "from toy import __version__",
        "text = 'toy is not.a module'",
    ],
)
def test_an_import_of_an_upper_room_or_the_own_one_is_allowed(toy, source):
    package = toy(cells__reading=source, cells__tree="", errors="", grading__judge="")
    assert upward(package) == [] and circle(package) == []


def test_a_room_may_not_ask_the_package_itself_for_what_it_offers(toy):
    package = toy(cells__reading="from toy import check")
    assert upward(package) == ["toy.cells.reading:1 imports toy"]


def test_a_circle_closed_inside_a_function_is_seen_with_its_lines(toy):
    package = toy(
        cells__a="from .b import x", cells__b="from . import c", cells__c="def f():\n    from toy.cells.a import y"
    )
    assert sorted(circle(package)) == [
        "toy.cells.a:1 imports toy.cells.b",
        "toy.cells.b:1 imports toy.cells.c",
        "toy.cells.c:2 imports toy.cells.a",
    ]


def test_an_import_by_a_computed_name_is_seen(toy):
    package = toy(cells__a="import importlib\nimportlib.import_module('toy.' + 'grading')", cli__b="__import__")
    assert hidden(package) == ["toy.cells.a:2 calls import_module"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import sympy", ["toy.cli.show:1 imports sympy"]),
        ("if True:\n    from numpy import array", ["toy.cli.show:2 imports numpy.array"]),
        ("class A:\n    import rich.console", ["toy.cli.show:2 imports rich.console"]),
        ("try:\n    import rich\nfinally:\n    import jinja2",
         ["toy.cli.show:2 imports rich", "toy.cli.show:4 imports jinja2"]),
        ("from toy.cells import library", ["toy.cli.show:1 imports toy.cells"]),
        ("import click, json\nfrom toy.errors import Fault\ndef f():\n    import sympy", []),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sympy", []),
    ],
)  # fmt: skip
def test_what_a_module_imports_at_once_is_told_from_what_it_imports_when_called(toy, source, expected):
    package = toy(cli__show=source, cells__a="", errors="")
    assert heavy(package / "cli" / "show.py", package, {"click", "toy.errors"}) == expected


# ----------------------------------------------------------------------------------------------- no cell has a name


def words(text: str) -> str:
    """A text as _lower_case_words_ between underscores: LSTMCell and lstm_cell both hold _lstm_."""
    return f"_{'_'.join(re.findall('[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+', text)).lower()}_"


def named(text: str, names: list[str]) -> str | None:
    """The first of the cells that a text names."""
    return next((n for n in names if words(n) in words(text)), None)


def naming(path: Path, names: list[str]) -> list[str]:
    """Where code names a cell: identifiers and strings. Documentation (docstrings, comments, a command's help) may.

    A name that is also a word of the field counts only as a cell that is asked for: load("gate"), "gate.cell".
    """
    module = tree(path)
    prose = {id(n) for n in _prose(module)}
    plain = [n for n in names if n not in WORDS]
    found = []
    for node in ast.walk(module):
        for text in _written(node):
            cell = named(text, plain)
            if isinstance(node, ast.Constant):
                cell = None if id(node) in prose else cell or next((w for w in WORDS if text == f"{w}.cell"), None)
            if cell:
                found.append(f"{path.name}:{node.lineno} names {cell}: {text[:60]!r}")
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "load":
            asked = [a for a in node.args if isinstance(a, ast.Constant) and a.value in WORDS]
            found += [f"{path.name}:{a.lineno} loads {a.value}" for a in asked]
    return found


def _written(node: ast.AST) -> Iterator[str]:
    """The identifiers and the text that a node itself contains."""
    for field, value in ast.iter_fields(node):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, bytes):
                yield item.decode("latin-1")
            elif isinstance(item, str) and field != "type_comment":
                yield item


def _prose(module: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, and what a command says of itself."""
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value
        elif isinstance(node, ast.keyword) and node.arg in ("help", "short_help", "epilog"):
            yield from ast.walk(node.value)


def test_no_python_outside_the_library_names_a_cell():
    names = library()
    assert set(names) >= WORDS, "an exemption for a cell that is gone"
    found = {
        str(where): told
        for path in python_files(PACKAGE)
        for where in [path.relative_to(ROOT)]
        if where.as_posix() != DEMO
        for told in [naming(path, names)]
        if told
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("cell = 'lstm'", 1),
        ("text = f'the {x} of an LSTM'", 1),
        ("lstm_step = 1", 1),
        ("def step_lstm(): ...", 1),
        ("class LSTMCell: ...", 1),
        ("class BiLstm: ...", 1),
        ("def f(gru=1): ...", 1),
        ("f(gru=1)", 1),
        ("x.gru", 1),
        ("import lstm as a", 1),
        ("from x import y as lstm", 1),
        ("def f():\n    global lstm", 1),
        ("b = b'gru'", 1),
        ("match x:\n    case 'gru_writes': ...", 1),
        ("cell = load('gate')", 1),
        ("cell = cells.load('gate')", 1),
        ("name = 'gate.cell'", 1),
        ("gate = 'gate'", 0),
        ("congruent = 'congruent, gruesome'", 0),
        ("# an LSTM\nx = 1", 0),
        ('"""An LSTM."""\ndef f():\n    """Of an LSTM."""', 0),
        ("command(help='gatecheck show lstm', epilog='$ gatecheck show ' 'lstm')", 0),
    ],
)
def test_a_named_cell_is_seen_in_code_and_let_pass_in_documentation(tmp_path, source, count):
    path = tmp_path / "a.py"
    path.write_text(source, encoding="utf-8")
    assert len(naming(path, ["gate", "gru", "gru_writes", "lstm", "lstm_concat"])) == count


# ----------------------------------------------------------------------------------------------- what a command costs


def run(*arguments: str, cwd: Path, importtime: bool = False) -> subprocess.CompletedProcess[str]:
    options = ["-X", "importtime"] if importtime else []
    command = [sys.executable, *options, "-m", "gatecheck", *arguments]
    environment = {**os.environ, "HOME": str(cwd), "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8")


def imported(*arguments: str, cwd: Path) -> set[str]:
    """The top-level modules that a command imports, read from Python's own account; the command must succeed."""
    done = run(*arguments, cwd=cwd, importtime=True)
    assert done.returncode == 0, f"gatecheck {' '.join(arguments)}\n{done.stdout}{done.stderr[-2000:]}"
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().split(".")[0] for line in lines}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """The shipped assignment, copied, and a file that solves it."""
    folder = tmp_path_factory.mktemp("solved")
    shutil.copytree(ROOT / "assignments" / "lstm", folder / "lstm")
    made = run("generate", "lstm", "-o", "made", cwd=folder)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder, folder / "made-solution" / "lstm.py"


def test_help_imports_neither_sympy_nor_anything_else_that_is_heavy(tmp_path):
    found = imported("--help", cwd=tmp_path)
    assert "click" in found
    assert found.isdisjoint({"sympy", "numpy", "jinja2", "rich", "pytest", "sqlite3"})


def test_check_and_submit_never_import_sympy(solved):
    folder, solution = solved
    for arguments in (["check", str(solution)], ["submit", str(solution), "--to", str(folder / "in")]):
        found = imported(*arguments, "--assignment", str(folder / "lstm"), cwd=folder)
        assert "numpy" in found
        assert "sympy" not in found, f"gatecheck {arguments[0]}"


def test_what_derives_is_seen_to_import_sympy(tmp_path):
    assert "sympy" in imported("derive", "lstm", cwd=tmp_path)


def test_the_front_doors_import_click_and_little_else_before_a_command_runs():
    light = {"click", "gatecheck.cli", "gatecheck.errors", "gatecheck.data"}
    paths = [*(PACKAGE / "cli").rglob("*.py"), PACKAGE / "__init__.py", PACKAGE / "__main__.py"]
    assert [told for path in paths for told in heavy(path, PACKAGE, light)] == []


# ---------------------------------------------------------------------------------------------- names, sizes, leavings

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
LEFT_OPEN = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b|pragma: no cover")
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 60


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_module_has_a_name_that_says_nothing():
    parts = [(p, part) for p in python_files(PACKAGE) for part in p.relative_to(PACKAGE).with_suffix("").parts]
    assert [str(p) for p, part in parts if SAYS_NOTHING & set(part.split("_"))] == []


def test_nothing_is_left_open():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in python_files(PACKAGE)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if LEFT_OPEN.search(line)
    ]
    assert found == []


def test_modules_and_functions_stay_small():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files(PACKAGE)
        for lines in [len(path.read_text(encoding="utf-8").splitlines())]
        if lines > MOST_LINES
    }
    for path in python_files(PACKAGE):
        for node in functions(path):
            if (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION:
                long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert long == {}


# ------------------------------------------------------------------------------------------------------ documentation


def undocumented(path: Path) -> list[str]:
    """The public functions, classes and methods of public classes that have no docstring."""
    module = tree(path)
    told = [] if ast.get_docstring(module) or not module.body else [f"{path.name}:1 the module"]
    waiting: list[ast.stmt] = list(module.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.If):
            waiting = [*node.body, *node.orelse, *waiting]
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name[0] == "_":
            continue
        if not ast.get_docstring(node):
            told.append(f"{path.name}:{node.lineno} {node.name}")
        if isinstance(node, ast.ClassDef):
            waiting += node.body
    return told


def test_everything_public_has_a_docstring():
    found = {str(p.relative_to(ROOT)): told for p in python_files(PACKAGE) if (told := undocumented(p))}
    assert found == {}


def test_a_missing_docstring_is_seen(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("def f(): ...\nclass A:\n    'Yes.'\n    def g(self): ...\n    def _h(self): ...\ndef _i(): ...\n")
    assert undocumented(path) == ["a.py:1 the module", "a.py:1 f", "a.py:4 g"]


def commands() -> list[tuple[str, str]]:
    """(how a command is called, its help) for every command, however deep."""
    from gatecheck.cli import main

    found = []
    waiting: list[tuple[list[str], click.Command]] = [([], main)]
    while waiting:
        words, command = waiting.pop()
        context = click.Context(command, info_name=" ".join(["gatecheck", *words]))
        found.append((context.info_name, command.get_help(context)))
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                sub = command.get_command(context, name)
                assert sub is not None, f"gatecheck lists {name} and does not have it"
                if not sub.hidden:
                    waiting.append(([*words, name], sub))
    return sorted(found)


def test_every_command_says_what_it_does_and_gives_an_example_of_itself():
    poor = []
    for call, text in commands():
        usage, _, rest = text.partition("\n")
        if not re.search(rf"{re.escape(call)}\b", rest):
            poor.append(f"{call}: no example")
        if not rest.strip() or rest.strip().startswith("Options:"):
            poor.append(f"{call}: no sentence")
    assert poor == []


def test_every_command_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [call for call, _ in commands() if not re.search(rf"{re.escape(call)}(?![\w-])", readme)] == []
