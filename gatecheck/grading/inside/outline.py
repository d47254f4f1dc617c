"""An outline of a source: what its functions assign, read, call and return, and in which lines; nothing is executed.

It is made beside the student's code, before that runs, because a parser has been crashed before; and it imports nothing
of gatecheck but the files beside it. Each function is (name, first line, last line, what it takes, statements); each
statement (first line, last line, kind, first line of the loop around it or 0, whether it may be left out, targets,
reads, calls). What is assigned piece by piece (a tuple to a tuple, a dict, arrays side by side) is a statement for each
piece; a result is assigned to the name "return". Names are written as base[part]:

    dx   self.dWx   grads['dWf']   da[:, H:2 * H]   da[|1] (the second of the arrays side by side)   return[0]
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from .portable import clean
from .values import OUTLINED, STATEMENTS, WORD, WORDS, Value

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_BEGINNINGS = ("zeros", "zeros_like", "empty", "empty_like")
_COPIES = ("array", "asarray", "copy", "squeeze", "float64")
_JOINS = ("hstack", "concatenate", "column_stack", "vstack", "stack", "concat", "r_", "c_")
_GROWING = ("append", "extend", "insert", "appendleft", "update", "add", "setdefault")


def outlined(source: bytes, wanted: tuple[str, ...]) -> tuple[Value, ...]:
    """The outline of the wanted functions, methods as Class.name; none where the source cannot be parsed."""
    try:
        tree = ast.parse(source.decode("utf-8-sig"))
        found = _functions(tree)
        return tuple([_function(name, found) for name in wanted[:OUTLINED] if name in found])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _functions(tree: ast.Module) -> dict[str, Function]:
    """By name; what is defined twice is what it is at last."""
    found: dict[str, Function] = {}
    for node in tree.body:
        if isinstance(node, Function):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{method.name}": method for method in node.body if isinstance(method, Function)}
    return found


def _function(name: str, found: Mapping[str, Function]) -> Value:
    node, arguments = found[name], found[name].args
    takes = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    owner = takes[0] if "." in name and takes else ""
    statements = islice(_Reader(owner, frozenset(found)).block(node.body, _Around()), STATEMENTS)
    return (name, node.lineno, node.end_lineno or node.lineno, _words(takes), tuple(statements))


def _words(names: Iterable[str]) -> tuple[str, ...]:
    return tuple([clean(name, WORD) for name in islice(dict.fromkeys(names), WORDS)])


@dataclass(frozen=True)
class _Around:
    """What a statement lies in: the first line of the outermost loop, and whether there is a condition."""

    loop: int = 0
    branch: bool = False


@dataclass(frozen=True)
class _Reader:
    """Statements of one function.

    owner: the name of the object, in a method, whose attributes are names too; others: the functions of the file.
    """

    owner: str
    others: frozenset[str]

    def block(self, nodes: Iterable[ast.stmt], around: _Around) -> Iterator[Value]:
        """The statements of a block, those in the blocks inside it among them."""
        for node in nodes:
            yield from self.statement(node, around)

    def statement(self, node: ast.stmt, around: _Around) -> Iterator[Value]:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from self.assigned(target, value, around)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from self.assigned(target, value, around)
            case ast.AugAssign(target=target, value=value):
                yield self.told(node, "add", [target], value, around)
            case ast.Return(value=ast.expr() as value):
                yield from self.assigned(_RETURN, value, around)
            case ast.Expr(value=value):
                yield from self.bare(value, around)
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                inside = replace(around, loop=around.loop or node.lineno)
                yield self.told(value, "each", [target], value, inside)
                yield from self.block([*node.body, *node.orelse], inside)
            case ast.While(body=body, orelse=other):
                yield from self.block([*body, *other], replace(around, loop=around.loop or node.lineno))
            case ast.If(body=body, orelse=other):
                yield from self.block([*body, *other], replace(around, branch=True))
            case ast.With(body=body):
                yield from self.block(body, around)
            case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=last):
                caught = [statement for handler in handlers for statement in handler.body]
                yield from self.block([*body, *caught, *other, *last], replace(around, branch=True))

    def bare(self, value: ast.expr, around: _Around) -> Iterator[Value]:
        """An expression for what it does: a call that fills an array or makes a list grow."""
        for part in value.elts if isinstance(value, ast.Tuple) else [value]:
            if isinstance(part, ast.Call):
                out = [k.value for k in part.keywords if k.arg == "out"]
                grown = isinstance(part.func, ast.Attribute) and part.func.attr in _GROWING
                target = [part.func.value] if grown and isinstance(part.func, ast.Attribute) else out
                yield self.told(part, "add", target, part, around)

    def assigned(self, target: ast.expr, value: ast.expr, around: _Around) -> Iterator[Value]:
        """A value assigned to a target, piece by piece where both fall into pieces."""
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                for one, piece in zip(target.elts, value.elts, strict=True):
                    yield from self.assigned(one, piece, around)
            else:
                yield self.told(value, "set", target.elts, value, around)
            return
        pieces = list(islice(_pieces(value), STATEMENTS)) if isinstance(target, (ast.Name, ast.Attribute)) else []
        if not pieces:
            kind = "start" if _beginning(value) else "alias" if target is _RETURN and _alone(value) else "set"
            yield self.told(value, "add" if _grown(target, value) else kind, [target], value, around)
        for part, piece in pieces:
            if _keyed(piece):  # its keys tell its parts, wherever it stands
                yield from self.assigned(target, piece, around)
            else:
                kind = "alias" if _alone(piece) and "|" not in part else "set"
                yield self.told(piece, kind, [target], piece, around, part)

    def told(
        self, node: ast.expr | ast.stmt, kind: str, targets: list[ast.expr], value: ast.expr, around: _Around,
        part: str = "",
    ) -> Value:  # fmt: skip
        """A statement as it is sent."""
        names = [name for target in targets for name in self.targets(target)]
        nodes = list(ast.walk(value))
        functions = [n.func for n in nodes if isinstance(n, ast.Call)]
        called = [f.attr if isinstance(f, ast.Attribute) else f.id for f in functions if isinstance(f, _NAMED)]
        written = _words(f"{name}[{part}]" if part else name for name in names)
        places = node.lineno, node.end_lineno or node.lineno
        kind = "call" if kind == "set" and self.handed(value) else kind
        return (*places, kind, around.loop, around.branch, written, _words(self.reads(value)), _words(called))

    def handed(self, value: ast.expr) -> bool:
        """Whether a value is whatever another function of the file makes of several things."""
        match value:
            case ast.Call(func=ast.Name(id=name), args=given, keywords=named):
                return name in self.others and len(given) + len(named) > 1
        return False

    def targets(self, node: ast.expr) -> Iterator[str]:
        """The names that are assigned to."""
        match node:
            case ast.Tuple(elts=nodes) | ast.List(elts=nodes):
                for inner in nodes:
                    yield from self.targets(inner)
            case ast.Starred(value=value):
                yield from self.targets(value)
            case _:
                if name := self.name(node):
                    yield name

    def reads(self, node: ast.AST) -> Iterator[str]:
        """The names that a value is made of; what an index is made of does not count."""
        name = self.name(node) if isinstance(node, ast.expr) else ""
        if name:
            yield name
            return
        children = [node.value] if isinstance(node, ast.Subscript) else ast.iter_child_nodes(node)
        for child in children:
            yield from self.reads(child)

    def name(self, node: ast.expr) -> str:
        """A variable, an attribute of the object, or a part of one of these; empty for anything else."""
        inner, part = node, ""
        while isinstance(inner, ast.Subscript):
            part = f"[{_part(inner.slice)}]"
            inner = inner.value
        match inner:
            case ast.Name(id=name):
                return name + part
            case ast.Attribute(value=ast.Name(id=self.owner), attr=name) if self.owner:
                return f"{self.owner}.{name}{part}"
        return ""


_NAMED = (ast.Attribute, ast.Name)
_RETURN = ast.Name("return")


def _part(node: ast.expr) -> str:
    """An index as text; what takes more than a few words is dots."""
    short = node.end_lineno == node.lineno and (node.end_col_offset or 0) - node.col_offset < WORD // 2
    if not short:
        return "..."
    return ", ".join(map(ast.unparse, node.elts)) if isinstance(node, ast.Tuple) else ast.unparse(node)


def _pieces(value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The pieces of a tuple, of a dict, or of arrays that are put side by side, each with its part's name."""
    match value:
        case ast.Tuple(elts=nodes) | ast.List(elts=[_, *_] as nodes):
            unpacked = [k for k, node in enumerate(nodes) if isinstance(node, ast.Starred)]
            known = min(unpacked, default=len(nodes))
            yield from ((str(k) if k < known else "...", node) for k, node in enumerate(nodes))
        case ast.Dict(keys=keys, values=values):
            named = (repr(key.value) if isinstance(key, ast.Constant) else "..." for key in keys)
            yield from zip(named, values, strict=True)
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=words):
            yield from ((repr(word.arg) if word.arg else "...", word.value) for word in words)
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Tuple(elts=nodes) | ast.List(elts=nodes), *_]):
            if name in _JOINS:
                yield from ((f"|{k}", node) for k, node in enumerate(nodes))


def _keyed(value: ast.expr) -> bool:
    """Whether a value is a dict of named pieces."""
    match value:
        case ast.Dict(keys=[_, *_]) | ast.Call(func=ast.Name(id="dict"), args=[], keywords=[_, *_]):
            return True
    return False


def _beginning(value: ast.expr) -> bool:
    """Whether a value is a place to put results into, or nothing yet."""
    match value:
        case ast.Constant() | ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in _BEGINNINGS
        case ast.ListComp(elt=inner) | ast.DictComp(value=inner):
            return _beginning(inner)
        case ast.BinOp(left=inner, op=ast.Mult()):  # a list that is repeated
            return isinstance(inner, ast.List) and all(map(_beginning, inner.elts))
    return False


def _grown(target: ast.expr, value: ast.expr) -> bool:
    """Whether a value is the target's own with something added."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
        return _grown(target, value.left) or (isinstance(value.op, ast.Add) and _grown(target, value.right))
    return isinstance(value, (ast.Name, ast.Subscript)) and ast.unparse(value) == ast.unparse(target)


def _alone(value: ast.expr) -> bool:
    """Whether a value is another name of what it reads, or a plain copy of that."""
    match value:
        case ast.Name() | ast.Starred(value=ast.Name()):
            return True
        case ast.Subscript(value=inner, slice=ast.Constant()):
            return _alone(inner)
        case ast.Attribute(value=ast.Name()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr=name), args=[inner, *_]) if name in _COPIES:
            return _alone(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _COPIES:
            return _alone(inner)
    return False
