"""Reading a package as a house: what each module imports, names and leaves out.

Everything is read from syntax trees (inside functions and under TYPE_CHECKING too), so that nothing hides by
being imported late. Each reader returns lines that say what is wrong and where; none is a clean house.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

#: From the top; a room imports only rooms above it.
ROOMS = (
    "version", "errors", "data", "files", "gradients",
    "cells", "calculus", "conventions", "writing",
    "assignment", "grading", "teaching", "reporting", "keeping",
)  # fmt: skip
#: The ways in, below every room: the command line, notebooks, `python -m` and the package itself.
FRONT = ("cli", "notebook", "__main__", "")
#: Cells whose names are words of the field: in code only load("…") and "….cell" can mean the cell.
WORDS = ("gate",)
#: What imports a module whose name no reader of the source may know.
LATE = ("import_module", "__import__")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Import(NamedTuple):
    """Module `source` asks for module `target` on that line."""

    source: str
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


@cache
def modules(package: Path) -> dict[str, Path]:
    """The package's files by their dotted names."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that is in a file's syntax tree."""
    return tuple(ast.walk(tree(path)))


def room(module: str) -> str:
    """The part of a dotted name that is the room; empty for the package itself."""
    return module.split(".")[1] if "." in module else ""


def rank(module: str) -> int:
    """How far below the top a module's room lies."""
    return len(ROOMS) if room(module) in FRONT else ROOMS.index(room(module))


# ------------------------------------------------------------------------------------------------ imports


def imports(package: Path, source: str, some: Iterable[ast.AST] | None = None) -> Iterator[Import]:
    """What a module imports: modules of the package by their names, foreign ones as they are written."""
    known = modules(package)
    for node in nodes(known[source]) if some is None else some:
        for target in _targets(node, source, known):
            while target not in known and target.split(".")[0] == package.name:
                target = target.rpartition(".")[0]
            if target != source:
                yield Import(source, node.lineno, target)


def _targets(node: ast.AST, source: str, known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        parts = source.split(".")
        above = parts[: len(parts) - node.level + (known[source].name == "__init__.py")] if node.level else []
        base = ".".join([*above, *filter(None, [node.module])])
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Constant) and (name := str(node.value).partition(":")[0]) in known:
        # The name of something to import later, as in "package.module:function".
        yield from [name] if "." in name else []


@cache
def inside(package: Path) -> list[Import]:
    """The imports of one module of the package by another."""
    found = (i for source in modules(package) for i in imports(package, source))
    return [i for i in found if i.target.split(".")[0] == package.name]


def upward(package: Path) -> list[str]:
    """Imports that go to a room below the importing one."""
    return [str(i) for i in inside(package) if rank(i.target) > rank(i.source)]


def circle(package: Path) -> list[str]:
    """The imports that close one circle, in their order; none where there is no circle."""
    found = {(i.source, i.target): i for i in reversed(inside(package))}
    graph: dict[str, set[str]] = {}
    for source, target in found:
        graph.setdefault(source, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib tells a circle from what is imported to what imports it.
        return [str(found[source, target]) for source, target in pairwise(reversed(error.args[1]))]
    return []


def hidden(package: Path) -> list[str]:
    """Imports by a computed name, in the rooms."""
    return [
        f"{name}:{node.lineno} calls {asked}"
        for name, path in modules(package).items()
        if room(name) not in FRONT
        for node in nodes(path)
        for asked in [getattr(node, "id", None) or getattr(node, "attr", None)]
        if asked in LATE
    ]


def heavy(package: Path, source: str, light: tuple[str, ...]) -> list[str]:
    """What a module imports as soon as it is imported, beyond the standard library and what is light."""
    found = imports(package, source, _at_once(tree(modules(package)[source]).body))
    return [str(i) for i in found if not _within(i.target, (*light, *sys.stdlib_module_names))]


def _within(target: str, names: tuple[str, ...]) -> bool:
    return any(target == name or target.startswith(f"{name}.") for name in names)


def _at_once(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The imports that run with the module: none in functions, none under TYPE_CHECKING."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _at_once(node.orelse)
        elif not isinstance(node, Function | ast.Lambda):
            yield from _at_once(ast.iter_child_nodes(node))


def beside(package: Path, source: str) -> list[str]:
    """Where a program and the files it loads leave their folder; it must do without the package's name."""
    told, seen, waiting = [], set(), [source]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        folder = name.rpartition(".")[0]
        for i in imports(package, name):
            if i.target.split(".")[0] == package.name:
                here = i.target.rpartition(".")[0] == folder and i.line in _relative(package, name)
                told += [] if here else [str(i)]
                waiting += [i.target] if here and i.target not in seen else []
            elif not _within(i.target, ("numpy", *sys.stdlib_module_names)):
                told.append(str(i))
    return told


def _relative(package: Path, source: str) -> set[int]:
    found = nodes(modules(package)[source])
    return {node.lineno for node in found if isinstance(node, ast.ImportFrom) and node.level == 1}


# ------------------------------------------------------------------------------------------------ names


def named(package: Path, source: str, cells: Iterable[str]) -> list[str]:
    """Where code names a cell, in identifiers and strings; docstrings, comments and command help may."""
    path = modules(package)[source]
    prose = set(_prose(path))
    found = {(node.lineno, cell) for node in nodes(path) if node not in prose for cell in _cells(node, tuple(cells))}
    return [f"{source}:{line} names {cell}" for line, cell in sorted(found)]


def _cells(node: ast.AST, cells: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "load":
        yield from (a.value for a in node.args if isinstance(a, ast.Constant) and a.value in WORDS)
    for text in _texts(node):
        yield from _meant(text, cells)


@cache
def _meant(text: str, cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells that a text names."""
    words = _words(text)
    return tuple(c for c in cells if text == f"{c}.cell" or (c not in WORDS and _words(c) in words))


def _texts(node: ast.AST) -> Iterator[str]:
    """The identifiers and the text that a node itself holds."""
    for _, value in ast.iter_fields(node):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str | bytes):
                yield item if isinstance(item, str) else item.decode("latin-1")


@cache
def _words(text: str) -> str:
    """A text as _lower_case_words_ between underscores, so that LSTMCell and lstm_cell both hold _lstm_."""
    return f"_{'_'.join(re.findall('[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+', text)).lower()}_"


def _prose(path: Path) -> Iterator[ast.AST]:
    """Docstrings, and what a command says of itself."""
    for node in nodes(path):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node) is not None:
            yield node.body[0].value
        elif isinstance(node, ast.keyword) and node.arg in ("help", "short_help", "epilog"):
            yield from ast.walk(node.value)


# ----------------------------------------------------------------------------------------------- sizes, words


def long(package: Path, source: str, lines: int, function_lines: int) -> list[str]:
    """A module or functions of more lines than that."""
    path = modules(package)[source]
    total = len(path.read_text(encoding="utf-8").splitlines())
    told = [f"{source} has {total} lines"] if total > lines else []
    for node in nodes(path):
        if isinstance(node, Function) and (own := node.end_lineno - node.lineno + 1) > function_lines:
            told.append(f"{source}:{node.lineno} {node.name} has {own} lines")
    return told


def undocumented(package: Path, source: str) -> list[str]:
    """A module, public classes and public functions without a docstring."""
    module = tree(modules(package)[source])
    told = [f"{source}:1 has no docstring"] if module.body and not ast.get_docstring(module) else []
    public = (n for n in module.body if isinstance(n, ast.ClassDef | Function) and n.name[0] != "_")
    bare = (n for n in public if not ast.get_docstring(n))
    return told + [f"{source}:{n.lineno} {n.name} has no docstring" for n in bare]
