"""Text -> statements: declarations and equations, read with `ast` and never executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import CellError, Place
from .cell import Shape, Size
from .expressions import expression, lag
from .scanning import FORMS, scan
from .text import Text, fault, invisible
from .tree import Node

#: A derivation costs milliseconds per equation; no cell that a person writes comes near.
MOST_EQUATIONS = 300


@dataclass(frozen=True)
class Declaration:
    """`name: SIZE` or `name: (ROWS, COLUMNS)`; a size is a letter, a sum of letters, or 1."""

    name: str
    sizes: Shape
    comment: str
    place: Place


@dataclass(frozen=True)
class Assignment:
    """`name[t] = expression`; place is the whole equation, target the name that it gives."""

    name: str
    expression: Node
    source: str
    comment: str
    place: Place
    target: Place


def parse(text: Text) -> tuple[str, list[Declaration], list[Assignment]]:
    """The docstring, and every declaration and equation in the order of the file.

    Raises CellError at the first thing that is not of the language.
    """
    comments = scan(text)
    body = _syntax(text).body
    docstring = ""
    match body:
        case [ast.Expr(value=ast.Constant(value=str(docstring))) as first, *body]:
            _check_docstring(text, first, docstring)
    statements = [_statement(text, node, _comment(node, comments)) for node in body]
    equations = [s for s in statements if isinstance(s, Assignment)]
    if not equations:
        raise fault("the file has no equation", text.at(1, 1), "A cell has at least one, as h[t] = …")
    if len(equations) > MOST_EQUATIONS:
        place = equations[MOST_EQUATIONS].place
        raise fault(f"a cell has at most {MOST_EQUATIONS} equations; this has {len(equations)}", place)
    return docstring, [s for s in statements if isinstance(s, Declaration)], equations


def _syntax(text: Text) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about backslashes in the docstring
            return ast.parse(text.source)
    except SyntaxError as error:
        raise _explain(text, error) from None
    except (RecursionError, MemoryError):
        raise fault("the file is nested too deeply to read", text.at(1, 1)) from None


def _explain(text: Text, error: SyntaxError) -> CellError:
    line = min(error.lineno or 1, len(text.lines))
    code = text.lines[line - 1].partition("#")[0].rstrip()
    column = error.offset or 1
    if error.msg.startswith("(unicode error)"):
        message = "the docstring holds a backslash that Python cannot read"
        return fault(message, text.at(line, 1), 'Write r"""…""".')
    if error.msg.startswith("cannot assign"):
        return fault("left of = stands one name with its index", text.at(line, 1, len(code)), FORMS)
    if error.msg != "invalid syntax":
        return fault("this line cannot be read", text.at(line, 1, len(code)), FORMS)
    token = re.match(r"\w+|\*\*|\S", code[column - 1 :])
    if token is None:
        return fault("the line ends too early", text.at(line, len(code) + 1), FORMS)
    return fault(f"{token[0]} is not expected here", text.at(line, column, len(token[0])), FORMS)


def _check_docstring(text: Text, node: ast.stmt, docstring: str) -> None:
    """Escapes can bring back what the text itself may not hold."""
    if hidden := invisible(docstring):
        message = f"the docstring has an invisible character in it: {hidden[0]}"
        raise fault(message, text.place(node), 'If a backslash is meant as one, write r"""…""".')


def _comment(node: ast.stmt, comments: dict[int, str]) -> str:
    """The comments on a statement's lines, joined."""
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return "; ".join(c for c in map(comments.get, lines) if c)


def _statement(text: Text, node: ast.stmt, comment: str) -> Declaration | Assignment:
    place = text.place(node)
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=None):
            return Declaration(name, _declared_sizes(text, annotation), comment, place)
        case ast.AnnAssign(target=ast.Subscript(value=ast.Name(id=name)) as target, value=None):
            raise fault("a declaration has no index", text.place(target), f"Write {name}: …")
        case ast.AnnAssign(value=ast.expr()):
            raise fault("a line either declares a size or gives an equation", place, FORMS)
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name)) as target], value=value):
            if lag(text, target) != 0:
                message = f"an equation gives {name} at [t], not at [t-1]"
                raise fault(message, text.place(target), f"Write {name}[t] = …")
            found = expression(text, value)
            source = ast.unparse(node).replace("[t - 1]", "[t-1]")
            return Assignment(name, found, source, comment, place, text.place(target))
        case ast.Assign(targets=[ast.Name(id=name) as whole]):
            raise fault(f"{name} is assigned without an index", text.place(whole), f"Write {name}[t] = …")
        case ast.Assign(targets=[left, *_]):
            raise fault("left of = stands one name with its index", text.place(left), FORMS)
    raise fault("this line is neither a declaration nor an equation", place, FORMS)


def _declared_sizes(text: Text, node: ast.expr) -> Shape:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    if not 1 <= len(parts) <= 2:
        raise fault("a shape has one size, or two: (ROWS, COLUMNS)", text.place(node))
    return tuple(Size.of(*_letters(text, part)) for part in parts)


def _letters(text: Text, node: ast.expr) -> Iterator[str]:
    """The letters of a declared size, H and D of H + D."""
    terms = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        terms.append(node.right)
        node = node.left
    return (_letter(text, term) for term in (node, *reversed(terms)))


def _letter(text: Text, node: ast.expr) -> str:
    place = text.place(node)
    match node:
        case ast.Constant(value=int(value)) if value == 1:
            return "1"
        case ast.Name(id="B" | "T" as name):
            meaning = "batch" if name == "B" else "number of time steps"
            raise fault(f"{name} is the {meaning}, not a size of the cell", place, "Use another letter.")
        case ast.Name(id=name) if name[0].isupper():
            return name
        case ast.Name(id=name):
            advice = "For example x: D, h: H, or k: 1 for a scalar."
            raise fault(f"{name} is not a size: a size begins with a capital letter", place, advice)
    raise fault("a size is a name such as H, a sum such as H + D, or 1 for a scalar", place)
