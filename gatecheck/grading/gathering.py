"""A live function -> source text: the function and everything that it names, to run in a process of its own.

A notebook's functions see the notebook's globals. What they need is collected by name: functions and classes as
source, modules as imports, plain constants as literals. Anything else (an array that lies around in the notebook, say)
is refused: it is what makes a notebook's results depend on which cells were run.
"""

from __future__ import annotations

import ast
import inspect
import math
import symtable
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..errors import Problem, SubmissionError

#: What student code may import where it runs, beside the standard library.
_THERE = ("numpy", "numpy.linalg", "numpy.random")
_WRITTEN = (bool, int, float, complex, str, bytes, type(None), tuple, list, dict, set, frozenset)
_INDENTED = "if True:\n"
_ELSEWHERE = "Give it to the function as an argument, or compute it inside."


def gather(function: Callable[..., Any], also: Iterable[str] = ()) -> str:
    """Source text that defines the function, and of the names in `also` those that stand beside it.

    Raises SubmissionError where the function, or something that it names, cannot be written down.
    """
    plain = inspect.unwrap(function)
    if not isinstance(plain, types.FunctionType):
        raise _refused(
            f"{function!r} is not a function written in Python", "Give the function that you wrote with def."
        )
    found = _Found()
    found.add(plain.__name__, function)
    for name in also:
        if name in plain.__globals__:
            found.add(name, plain.__globals__[name])
    return _in_order(found.texts, plain)


def _in_order(texts: dict[str, str], function: types.FunctionType) -> str:
    """The texts one after the other, the function in the lines where the student sees it, if that can be.

    So an error names a line that means something. What the function's definition needs at once (a decorator, a
    default) has to stand before it.
    """
    own = texts[function.__name__]
    line = function.__code__.co_firstlineno - own.startswith(_INDENTED)
    # Annotations are not evaluated: what they name is not needed.
    opening = "from __future__ import annotations\n" if any(map(_annotated, texts.values())) else ""
    if line > len(opening.splitlines()) and not _names(own, at_once=True):
        blank = "\n" * (line - 1 - len(opening.splitlines()))
        return "\n\n".join([opening + blank + own, *(t for n, t in texts.items() if n != function.__name__)])
    return opening + "\n\n".join(texts.values())


class _Found:
    """What was gathered so far, by name: the values, and their texts in an order in which they can be run."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.texts: dict[str, str] = {}

    def add(self, name: str, value: Any, by: str = "") -> None:
        """Write a name down, after everything that it needs; by: the function that names it."""
        if name in self.values:
            known = self.values[name]
            if known is not value and not (_literal(value) and _literal(value) == _literal(known)):
                raise _refused(f"two different things are called {name}", "Rename one of them.")
            return
        self.values[name] = value
        text, needs = _written(name, value, by)
        for needed, what in needs:
            self.add(needed, what, name)
        self.texts[name] = text


def _written(name: str, value: Any, by: str) -> tuple[str, list[tuple[str, Any]]]:
    """The text that gives a name its value, and the names with values that this text needs."""
    plain = inspect.unwrap(value) if callable(value) else value
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}", []
    if line := _import(name, value):
        return line, []
    if isinstance(plain, types.FunctionType | type):
        text, own = _source(name, plain)
        if own != name:
            return f"{name} = {own}", [(own, value)]
        scope = plain.__globals__ if isinstance(plain, types.FunctionType) else vars(sys.modules[plain.__module__])
        return text, [(n, scope[n]) for n in _names(text) if n in scope]
    if text := _literal(value):
        return f"{name} = {text}", []
    reads = f"{by} reads {name}, " if by else f"{name} is "
    raise _refused(f"{reads}{_article(type(value).__name__)} that lies outside of it", _ELSEWHERE)


def _import(name: str, value: Any) -> str:
    """How to import something of the standard library or NumPy; empty for anything else."""
    own, home = getattr(value, "__name__", None), getattr(value, "__module__", None)
    if not isinstance(own, str):
        return ""
    for module in (home if isinstance(home, str) else "", *_THERE, "math"):
        known = module.split(".")[0] in (*sys.stdlib_module_names, "numpy")
        if known and module in sys.modules and getattr(sys.modules[module], own, None) is value:
            return f"from {module} import {own} as {name}"
    return ""


def _literal(value: Any) -> str:
    """A constant as Python writes it; empty for what is none."""
    if isinstance(value, float):
        value = float(value)  # NumPy's own floats are floats too
        if not math.isfinite(value):
            return f'float("{value}")'
    if type(value) not in _WRITTEN:
        return ""
    text = repr(value)
    try:
        return text if ast.literal_eval(text) == value else ""
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ""


def _source(name: str, value: Any) -> tuple[str, str]:
    """The source of a function or class, and the name that it defines."""
    try:
        text = inspect.getsource(value)
        inside = text[:1].isspace()
        text = _INDENTED + text if inside else text
        found: Any = ast.parse(text).body[-1]
    except (OSError, TypeError, SyntaxError):
        advice = "Define it in a file or in a notebook's cell, and run that first."
        raise _refused(f"the source of {name} is not known", advice) from None
    if getattr(value, "__closure__", None):
        raise _refused(f"{name} is defined inside another function, and uses its variables", "Define it outside.")
    match found.body[-1] if inside else found:
        case ast.Assign(targets=[ast.Name(id=own)], value=ast.Lambda()):
            return text, own
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return text, value.__name__
    raise _refused(f"{name} is a function without a name of its own", "Write it with def.")


def _names(text: str, at_once: bool = False) -> list[str]:
    """The global names that a definition reads, sorted: in its body too, or only where it is executed at once."""
    tree = _Bare().visit(ast.parse(text))
    top = symtable.symtable(ast.unparse(tree), "gathered", "exec")
    found = {s.get_name() for s in top.get_symbols() if s.is_referenced() and not s.is_assigned()}
    if not at_once:
        found |= {s.get_name() for t in _inside(top) for s in t.get_symbols() if s.is_referenced() and s.is_global()}
    return sorted(found)


def _annotated(text: str) -> bool:
    nodes = ast.walk(ast.parse(text))
    return any(getattr(n, "annotation", None) or getattr(n, "returns", None) for n in nodes)


def _inside(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inside(child)


class _Bare(ast.NodeTransformer):
    """Takes annotations away."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        value = node.value or ast.Constant(None)
        return self.generic_visit(ast.copy_location(ast.Assign([node.target], value), node))


def _article(noun: str) -> str:
    noun = {"ndarray": "array"}.get(noun, noun)
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _refused(message: str, advice: str) -> SubmissionError:
    return SubmissionError(Problem(message, None, advice))
