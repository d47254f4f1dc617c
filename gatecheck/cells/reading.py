"""Text -> syntax: a cell file is valid Python syntax, read with `ast` and never executed."""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import CellError, Place, Problem, nearest, printable
from .tree import (
    ELEMENTWISE,
    FUNCTIONS,
    REDUCTIONS,
    Apply,
    Binary,
    Concat,
    Negate,
    Node,
    Number,
    Power,
    Product,
    Read,
    Reduce,
    Softmax,
)

#: Far above any cell that a person reads, far below what could hurt.
LARGEST_FILE = 256 * 1024
DEEPEST = 60
LARGEST_EXPONENT = 64
LONGEST_NUMBER = 24
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*\Z")


@dataclass(frozen=True)
class Declaration:
    """`name: SIZE` or `name: (ROWS, COLUMNS)`."""

    name: str
    sizes: tuple[str, ...]
    comment: str
    place: Place


@dataclass(frozen=True)
class Assignment:
    """`name[t] = expression`."""

    name: str
    expression: Node
    source: str
    comment: str
    place: Place


@dataclass(frozen=True)
class Text:
    """A cell file's text, and how places in it are named."""

    file: str
    lines: tuple[str, ...]

    def place(self, node: ast.AST) -> Place:
        line = getattr(node, "lineno", 1)
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        # ast counts columns in UTF-8 bytes; people count characters.
        start = len(text.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        same = getattr(node, "end_lineno", line) == line
        end = len(text.encode()[: getattr(node, "end_col_offset", 0)].decode(errors="ignore")) if same else len(text)
        return Place(self.file, line, start + 1, text, max(1, end - start))

    def at(self, line: int, column: int, width: int = 1) -> Place:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Place(self.file, line, column, text, width)


def decode(data: bytes, file: str) -> Text:
    """The bytes of a cell file as text.

    Raises CellError where they are empty, too many, binary, or not UTF-8.
    """
    start = Place(file, 1, 1)
    if len(data) > LARGEST_FILE:
        raise CellError(Problem(f"the file has {len(data):,} bytes; a cell file has at most {LARGEST_FILE:,}", start))
    if b"\0" in data:
        raise CellError(Problem("the file is binary: it holds a NUL byte", start, "A cell file is plain UTF-8 text."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"byte {data[error.start]:#04x} is not UTF-8"
        raise CellError(Problem(message, Place(file, line, 1), "Save the file as UTF-8.")) from None
    if not text.strip():
        raise CellError(Problem("the file is empty", start, "A cell needs at least one equation, as h[t] = …"))
    # Only these end a line for Python's parser; str.splitlines knows more.
    return Text(file, tuple(re.split(r"\r\n|\r|\n", text)))


def parse(text: Text) -> tuple[str, list[Declaration | Assignment]]:
    """The docstring, and every declaration and equation in the order of the file.

    Raises CellError at the first thing that is not of the language.
    """
    tree, comments = _syntax(text), _comments(text)
    body = list(tree.body)
    docstring = ""
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        value = body.pop(0)
        assert isinstance(value, ast.Expr) and isinstance(value.value, ast.Constant)
        if not isinstance(value.value.value, str):
            raise CellError(Problem("a number stands alone here", text.place(value), _FORMS))
        docstring = value.value.value
    return docstring, [_statement(text, node, comments.get(node.end_lineno or 0, "")) for node in body]


_FORMS = "A line is `name: SIZE`, or `name[t] = …`."


def _syntax(text: Text) -> ast.Module:
    source = "\n".join(text.lines)
    _fence_depth(text)
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CellError(_explain(text, error)) from None
    except (RecursionError, MemoryError, ValueError):
        raise CellError(Problem("the file is nested too deeply to read", text.at(1, 1))) from None
    return tree


def _fence_depth(text: Text) -> None:
    """Refuse deep brackets before the parser sees them: its own limits end in a MemoryError."""
    depth = 0
    for number, line in enumerate(text.lines, 1):
        for column, character in enumerate(line.split("#")[0], 1):
            depth += (character in "([{") - (character in ")]}")
            if depth > DEEPEST:
                raise CellError(Problem(f"brackets are nested more than {DEEPEST} deep", text.at(number, column)))


def _explain(text: Text, error: SyntaxError) -> Problem:
    line, column = error.lineno or 1, error.offset or 1
    if line > len(text.lines) or not text.lines[line - 1].strip():
        line = max((n for n, content in enumerate(text.lines, 1) if content.strip() and n <= line), default=1)
        column = len(text.lines[line - 1])
    place = text.at(line, column, max(1, (error.end_offset or 0) - column) if error.end_lineno == line else 1)
    for match in re.finditer(r"[A-Za-z_]\w*", text.lines[line - 1].split("#")[0]):
        if keyword.iskeyword(match[0]):
            there = text.at(line, match.start() + 1, len(match[0]))
            return Problem(f"{match[0]} is a Python keyword and cannot be a name", there, f"Use {match[0]}_gate, or another name.")
    return Problem(f"this is not an equation: {printable(error.msg)}", place, _FORMS)


def _comments(text: Text) -> dict[int, str]:
    """Line number -> the comment at its end."""
    found = {}
    reader = io.StringIO("\n".join(text.lines) + "\n").readline
    try:
        for token in tokenize.generate_tokens(reader):
            if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
                found[token.start[0]] = token.string.lstrip("#").strip()
    except (tokenize.TokenError, SyntaxError):  # ast read the file: at worst a comment is lost
        pass
    return found


def _statement(text: Text, node: ast.stmt, comment: str) -> Declaration | Assignment:
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=None):
            _fence_name(text, name, node.target)
            return Declaration(name, _declared_sizes(text, annotation), comment, text.place(node))
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name)) as target], value=value):
            _fence_name(text, name, target.value)
            if _lag(text, target) != 0:
                raise CellError(Problem(f"an equation gives {name} at [t], not at [t-1]", text.place(target), f"Write {name}[t] = …"))
            return Assignment(name, _expression(text, value, 0), ast.unparse(node).replace("[t - 1]", "[t-1]"), comment, text.place(node))
        case ast.Assign(targets=[ast.Name(id=name)]):
            raise CellError(Problem(f"{name} is assigned without an index", text.place(node.targets[0]), f"Write {name}[t] = …"))
        case ast.AugAssign() | ast.AnnAssign() | ast.Assign():
            raise CellError(Problem("this form of assignment is not of the language", text.place(node), _FORMS))
    raise CellError(Problem("this line is neither a declaration nor an equation", text.place(node), _FORMS))


def _declared_sizes(text: Text, node: ast.expr) -> tuple[str, ...]:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    if not 1 <= len(parts) <= 2:
        raise CellError(Problem("a shape has one size, or two: (ROWS, COLUMNS)", text.place(node)))
    return tuple(_declared_size(text, part) for part in parts)


def _declared_size(text: Text, node: ast.expr) -> str:
    match node:
        case ast.Constant(value=1):
            return "1"
        case ast.Name(id=name) if name in ("B", "T"):
            meaning = "batch" if name == "B" else "number of time steps"
            raise CellError(Problem(f"{name} is the {meaning}, not a size of the cell", text.place(node), "Use another letter."))
        case ast.Name(id=name) if NAME.match(name) and name[0].isupper():
            return name
        case ast.Name(id=name):
            raise CellError(Problem(f"{printable(name)} is not a size: a size is a capital letter", text.place(node), "For example x: D, h: H, or k: 1."))
    raise CellError(Problem("a size is a name such as H, or 1 for a scalar", text.place(node)))


def _fence_name(text: Text, name: str, node: ast.AST) -> None:
    if not NAME.match(name):
        message = f"{printable(name)} cannot be a name here"
        raise CellError(Problem(message, text.place(node), "Names are ASCII letters and digits, with single underscores between."))
    if len(name) > 32:
        raise CellError(Problem(f"a name has at most 32 letters; this has {len(name)}", text.place(node)))


def _lag(text: Text, node: ast.Subscript) -> int:
    match node.slice:
        case ast.Name(id="t"):
            return 0
        case ast.BinOp(left=ast.Name(id="t"), op=ast.Sub(), right=ast.Constant(value=1)):
            return 1
    raise CellError(Problem("an index is [t] or [t-1]", text.place(node.slice), "For more delay, carry a state: g[t] = h[t-1], then read g[t-1]."))


_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def _expression(text: Text, node: ast.expr, depth: int) -> Node:
    if depth > DEEPEST:
        raise CellError(Problem(f"an expression is nested more than {DEEPEST} deep", text.place(node), "Give its parts names of their own."))
    place = text.place(node)

    def inner(child: ast.expr) -> Node:
        return _expression(text, child, depth + 1)

    match node:
        case ast.Constant(value=value) if isinstance(value, (int, float)) and not isinstance(value, bool):
            return Number(place, _number(text, node))
        case ast.Name(id=name):
            _fence_name(text, name, node)
            return Read(place, name, None)
        case ast.Subscript(value=ast.Name(id=name)):
            _fence_name(text, name, node.value)
            return Read(place, name, _lag(text, node))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negate(place, inner(operand))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return inner(operand)
        case ast.BinOp(op=ast.MatMult()):
            return _product(text, node, inner)
        case ast.BinOp(op=ast.Pow()):
            return _power(text, node, inner)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return Binary(place, _OPERATORS[type(operator)], inner(left), inner(right))
        case ast.Call(func=ast.Name(id=function)):
            return _call(text, node, function, inner)
        case ast.Attribute(attr="T"):
            raise CellError(Problem("a transpose stands only left of @", place, "For example V.T @ h[t-1]."))
    raise CellError(Problem("this is not of the language of cell files", place, "Allowed: + - * / @ **, numbers, names, " + ", ".join(FUNCTIONS) + "."))


def _number(text: Text, node: ast.expr) -> str:
    place = text.place(node)
    literal = place.text[place.column - 1 : place.column - 1 + place.width].replace("_", "")
    if len(literal) > LONGEST_NUMBER:
        raise CellError(Problem(f"a number has at most {LONGEST_NUMBER} characters", place))
    if not re.fullmatch(r"(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", literal):
        raise CellError(Problem("a number is written in decimal, as 2, 0.5 or 1e-5", place))
    return literal


def _product(text: Text, node: ast.BinOp, inner: Callable[[ast.expr], Node]) -> Node:
    left, transposed = node.left, False
    if isinstance(left, ast.Attribute) and left.attr == "T":
        left, transposed = left.value, True
    if not isinstance(left, ast.Name):
        advice = "@ binds like *: write 2 * (W @ x[t]), W @ (V @ x[t]), -(W @ x[t])."
        raise CellError(Problem("left of @ stands a parameter or its .T", text.place(node.left), advice))
    _fence_name(text, left.id, left)
    return Product(text.place(node), Read(text.place(left), left.id, None), transposed, inner(node.right))


def _power(text: Text, node: ast.BinOp, inner: Callable[[ast.expr], Node]) -> Node:
    exponent, sign = node.right, ""
    if isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub):
        exponent, sign = exponent.operand, "-"
    if not (isinstance(exponent, ast.Constant) and isinstance(exponent.value, (int, float))):
        raise CellError(Problem("an exponent is a number, as in x[t]**2", text.place(node.right)))
    literal = _number(text, exponent)
    if float(literal) > LARGEST_EXPONENT:
        raise CellError(Problem(f"an exponent is at most {LARGEST_EXPONENT}", text.place(exponent)))
    base = inner(node.left)
    if not any(isinstance(n, Read) for n in base.walk()):
        raise CellError(Problem("a power of a number: write the number itself", text.place(node)))
    if isinstance(base, Power):
        raise CellError(Problem("a power of a power: multiply the exponents", text.place(node)))
    return Power(text.place(node), base, sign + literal)


def _call(text: Text, node: ast.Call, function: str, inner: Callable[[ast.expr], Node]) -> Node:
    place = text.place(node)
    if function not in FUNCTIONS:
        raise CellError(Problem(f"unknown function {printable(function)}", text.place(node.func), nearest(function, FUNCTIONS)))
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        raise CellError(Problem(f"{function} takes plain arguments only", place))
    arguments = tuple(inner(a) for a in node.args)
    expected = ELEMENTWISE.get(function, 1)
    if function == "concat":
        if len(arguments) < 2:
            raise CellError(Problem("concat joins two vectors or more", place))
        return Concat(place, arguments)
    if len(arguments) != expected:
        raise CellError(Problem(f"{function} takes {expected} argument{'s' * (expected > 1)}, not {len(arguments)}", place))
    if function in REDUCTIONS:
        return Reduce(place, function, arguments[0])
    if function == "softmax":
        return Softmax(place, arguments[0])
    return Apply(place, function, arguments)
