"""One random edit of a program, as a slip of the hand or of the mind makes it.  Nothing here knows what it computes.

A rule looks at a node of Python's syntax tree and yields what could stand there instead. A mutant is drawn in two
throws: a rule that has an answer anywhere in the program, so that rare slips are as likely as frequent ones, and one of
its answers.
"""

import ast
import builtins
import random
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, takewhile
from operator import eq
from textwrap import dedent

#: Functions that are taken for one another; those that a program defines with one argument join the first family.
FAMILIES = (
    ("np.tanh", "np.exp"),
    ("np.dot", "np.multiply", "np.outer", "np.matmul"),
    ("np.zeros", "np.ones"),
    ("np.zeros_like", "np.ones_like"),
    ("np.hstack", "np.vstack"),
    ("np.stack", "np.concatenate"),
    ("np.maximum", "np.minimum"),
)
REDUCTIONS = {"sum": ("mean", "max"), "mean": ("sum",), "max": ("min",), "min": ("max",)}
OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div, ast.MatMult),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
#: Letters of a long line that are shown before and after an edit.
CONTEXT = 40
Function = ast.FunctionDef | ast.Lambda
Loop = ast.For | ast.While
Value = ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.BinOp


@dataclass(frozen=True)
class Mutant:
    """A program after one edit: its rule, the line in the original, what stood there and what stands there now."""

    rule: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        """The line, and where the edit is in a long one."""
        head = max(0, _alike(self.before, self.after) - CONTEXT)
        tail = max(0, _alike(self.before[head:][::-1], self.after[head:][::-1]) - CONTEXT)
        before, after = (text[head : len(text) - tail] for text in (self.before, self.after))
        dots = "…" * bool(head), "…" * bool(tail)
        return f"{self.line}: {before.join(dots)}  →  {after.join(dots)}"


@dataclass(frozen=True)
class Place:
    """A node, what it hangs on and by which field, and the names of values that can be used there."""

    node: ast.AST
    parent: ast.AST
    field: str
    names: frozenset[str]
    program: "Program"

    @property
    def value(self) -> bool:
        """Whether it is a value that is computed with: no target, callee, module, index or condition."""
        arithmetic = ast.BinOp | ast.UnaryOp | ast.Call | ast.Assign | ast.AugAssign | ast.Return | ast.Tuple | ast.List
        loaded = isinstance(getattr(self.node, "ctx", ast.Load()), ast.Load)
        named = not isinstance(self.node, ast.Name) or self.node.id in self.names
        plain = isinstance(self.node, Value) and isinstance(self.parent, arithmetic)
        return plain and loaded and named and self.field not in ("func", "slice", "target", "targets")


class Program:
    """A program, and whatever a single edit can make of it."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.plain = ast.unparse(self.tree)
        nodes = list(ast.walk(self.tree))
        defined = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        imported = [alias for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for alias in n.names]
        called = [n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        self.callables = {d.name for d in defined} | {a.asname or a.name for a in imported} | {*called, *dir(builtins)}
        self.keys = sorted({n.slice.value for n in nodes if isinstance(n, ast.Subscript) and _text(n.slice)})
        held = [n for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
        self.attributes = sorted({(n.value.id, n.attr) for n in held if n.attr != "T"})
        unary = [d.name for d in defined if isinstance(d, ast.FunctionDef) and len(d.args.args) == 1]
        self.families = ((*FAMILIES[0], *(name for name in unary if name in called)), *FAMILIES[1:])

    def mutant(self, seed: int | str) -> Mutant:
        """The mutant that a seed makes; its code, normalised by ast.unparse, always differs from the program's."""
        draw = random.Random(f"{seed}")
        while True:
            rule = draw.choice(list(self.edits))
            place, new = draw.choice(self.edits[rule])
            _exchange(place.parent, place.node, new)
            changed = ast.unparse(ast.fix_missing_locations(self.tree))
            _exchange(place.parent, new, place.node)
            if changed != self.plain and _compiles(changed):
                return self._described(rule, changed)

    @cached_property
    def edits(self) -> dict[str, list[tuple[Place, ast.AST]]]:
        """What each rule can put where, for the rules that have an answer."""
        places = list(self.places())
        found = {rule: [(place, new) for place in places for new in rule(place)] for rule in RULES}
        return {rule.__name__.replace("_", " "): answers for rule, answers in found.items() if answers}

    def _described(self, rule: str, changed: str) -> Mutant:
        """The lines from the first to the last that differ."""
        old, new = self.plain.splitlines(), changed.splitlines()
        first = _alike(old, new)
        last = _alike(old[first:][::-1], new[first:][::-1])
        edges = [text[first : len(text) - last] for text in (old, new)]
        shown = dedent("\n".join(edges[0] + edges[1])).splitlines()
        before, after = " ⏎ ".join(shown[: len(edges[0])]), " ⏎ ".join(shown[len(edges[0]) :])
        line = max((line for line in self.lines if line <= first + 1), default=1)
        return Mutant(rule, self.lines.get(line, 1), before, after, changed)

    @cached_property
    def lines(self) -> dict[int, int]:
        """Where the lines of the normalised text are in the original."""
        pairs = zip(ast.walk(ast.parse(self.plain)), ast.walk(self.tree), strict=True)
        return {plain.lineno: own.lineno for plain, own in pairs if isinstance(plain, ast.stmt)}

    def places(self) -> Iterator[Place]:
        """Every node but docstrings, annotations, imports and what runs only as a script, in the order of the text."""
        for statement in self.tree.body:
            if not isinstance(statement, ast.If):
                yield from self._below(statement, self.tree, "body", frozenset())

    def _below(self, node: ast.AST, parent: ast.AST, field: str, names: frozenset[str]) -> Iterator[Place]:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Assert) or _docstring(node):
            return
        if isinstance(node, Function):
            names = names | self._names(node)
        yield Place(node, parent, field, names, self)
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns", "args" if isinstance(node, Function) else "", "decorator_list"):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        # What stands in an index is an index, in however many dimensions.
                        inside = isinstance(node, ast.Tuple) and field == "slice"
                        yield from self._below(child, node, "slice" if inside else name, names)

    def _names(self, function: Function) -> frozenset[str]:
        used = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
        taken = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
        return frozenset((used | taken) - self.callables)


def _docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and _text(node.value)


def _text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _but(node: ast.AST, **fields: object) -> ast.AST:
    """A copy with some fields changed."""
    new = copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _expression(text: str, **parts: ast.AST) -> ast.AST:
    """An expression in which some names stand for nodes."""

    class Filled(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return parts.get(node.id, node)

    return Filled().visit(ast.parse(text, mode="eval")).body


def _exchanged(items: list, i: int, j: int) -> list:
    new = list(items)
    new[i], new[j] = new[j], new[i]
    return new


# ------------------------------------------------------------------------------------------------ expressions


def another_operator(place: Place) -> Iterator[ast.AST]:
    """a * b becomes a + b, x += a becomes x -= a."""
    if isinstance(place.node, ast.BinOp | ast.AugAssign):
        for operator in OPERATORS.get(type(place.node.op), ()):
            yield _but(place.node, op=operator())


def operand_dropped(place: Place) -> Iterator[ast.AST]:
    """a * b becomes a, or b; -a becomes a."""
    if isinstance(place.node, ast.BinOp):
        yield place.node.left
        yield place.node.right
    elif isinstance(place.node, ast.UnaryOp):
        yield place.node.operand


def sign_changed(place: Place) -> Iterator[ast.AST]:
    """a becomes -a."""
    if place.value:
        yield _expression("-a", a=place.node)


def factor_changed(place: Place) -> Iterator[ast.AST]:
    """In a product a becomes 1 - a, a ** 2, 2 * a or 0.5 * a."""
    product = isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, ast.Mult | ast.Div)
    if product and place.value and not isinstance(place.node, ast.BinOp):
        for text in ("1 - a", "a ** 2", "2 * a", "0.5 * a"):
            yield _expression(text, a=place.node)


def another_name(place: Place) -> Iterator[ast.AST]:
    """A value becomes another one of the same function, of whatever shape."""
    node = place.node
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in place.names:
        for name in sorted(place.names - {node.id}):
            yield _but(node, id=name)


def another_key(place: Place) -> Iterator[ast.AST]:
    """d["a"] becomes d["b"], o.a becomes o.b."""
    node = place.node
    if isinstance(node, ast.Subscript) and _text(node.slice):
        for key in place.program.keys:
            if key != node.slice.value:
                yield _but(node, slice=ast.Constant(key))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in place.names:
        for of, name in place.program.attributes:
            if of == node.value.id and name != node.attr and place.field != "func" and node.attr != "T":
                yield _but(node, attr=name)


def another_index(place: Place) -> Iterator[ast.AST]:
    """x[t] becomes x[t - 1] or x[t + 1]."""
    if place.field == "slice" and isinstance(place.node, ast.Name | ast.BinOp):
        yield _expression("a - 1", a=place.node)
        yield _expression("a + 1", a=place.node)


def another_bound(place: Place) -> Iterator[ast.AST]:
    """x[a:b] becomes x[a:], x[:b], x[a + 1:b] and so on; x[::-1] becomes x[::]."""
    if isinstance(place.node, ast.Slice):
        for field in ("lower", "upper", "step"):
            if bound := getattr(place.node, field):
                yield _but(place.node, **{field: None})
                if field != "step":
                    yield _but(place.node, **{field: _expression("a - 1", a=bound)})
                    yield _but(place.node, **{field: _expression("a + 1", a=bound)})


def another_number(place: Place) -> Iterator[ast.AST]:
    """A whole number becomes its neighbour; another one its double, its half, or what is left to 1."""
    if _number(place.node):
        n = place.node.value
        for other in (n - 1, n + 1) if isinstance(n, int) else (2 * n, n / 2, 1 - n):
            if other != n:
                yield ast.parse(repr(other), mode="eval").body


def transpose_added_or_dropped(place: Place) -> Iterator[ast.AST]:
    """x.T becomes x; a value that is multiplied or handed on becomes its transpose."""
    if isinstance(place.node, ast.Attribute) and place.node.attr == "T":
        yield place.node.value
    elif place.value and not isinstance(place.node, ast.BinOp):
        matrix = isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, ast.MatMult)
        if matrix or isinstance(place.parent, ast.Call | ast.Assign | ast.AugAssign):
            yield _expression("a.T", a=place.node)


def arguments_exchanged(place: Place) -> Iterator[ast.AST]:
    """f(a, b) becomes f(b, a)."""
    if isinstance(place.node, ast.Call):
        for i, j in combinations(range(len(place.node.args)), 2):
            yield _but(place.node, args=_exchanged(place.node.args, i, j))


def call_dropped(place: Place) -> Iterator[ast.AST]:
    """f(a) becomes a, and a.f() becomes a."""
    if isinstance(place.node, ast.Call):
        if place.node.args and not isinstance(place.node.args[0], ast.Starred):
            yield place.node.args[0]
        function = place.node.func
        if isinstance(function, ast.Attribute) and ast.unparse(function.value) not in place.program.callables:
            yield function.value


def another_function(place: Place) -> Iterator[ast.AST]:
    """A call of a function becomes one of its sibling."""
    if isinstance(place.node, ast.Call):
        called = ast.unparse(place.node.func)
        for family in place.program.families:
            if called in family:
                for other in family:
                    if other != called:
                        yield _but(place.node, func=ast.parse(other, mode="eval").body)
        if isinstance(place.node.func, ast.Attribute):
            for other in REDUCTIONS.get(place.node.func.attr, ()):
                yield _but(place.node, func=_but(place.node.func, attr=other))


def keyword_dropped(place: Place) -> Iterator[ast.AST]:
    """f(a, axis=0) becomes f(a)."""
    if isinstance(place.node, ast.Call):
        for keyword in place.node.keywords:
            if keyword.arg:
                yield _but(place.node, keywords=[k for k in place.node.keywords if k is not keyword])


def another_range(place: Place) -> Iterator[ast.AST]:
    """range(n) becomes range(n - 1), range(1, n) or range(n)[::-1]."""
    if isinstance(place.node, ast.Call) and ast.unparse(place.node.func) == "range":
        if len(place.node.args) == 1:
            yield _expression("range(n - 1)", n=place.node.args[0])
            yield _expression("range(1, n)", n=place.node.args[0])
        yield _expression("r[::-1]", r=place.node)


def another_subscript(place: Place) -> Iterator[ast.AST]:
    """In "ij,jk->ik" one letter becomes another, or the operands change places."""
    if _text(place.node) and "->" in place.node.value:
        text = place.node.value
        for at, letter in enumerate(text):
            for other in sorted(set(filter(str.isalpha, text)) - {letter}) if letter.isalpha() else ():
                yield ast.Constant(text[:at] + other + text[at + 1 :])


def elements_exchanged(place: Place) -> Iterator[ast.AST]:
    """In what is unpacked, returned, joined or listed two elements change places."""
    if isinstance(place.node, ast.Tuple | ast.List) and place.field != "slice":
        for i, j in combinations(range(len(place.node.elts)), 2):
            yield _but(place.node, elts=_exchanged(place.node.elts, i, j))
    elif isinstance(place.node, ast.Dict):
        for i, j in combinations(range(len(place.node.values)), 2):
            yield _but(place.node, values=_exchanged(place.node.values, i, j))


def condition_changed(place: Place) -> Iterator[ast.AST]:
    """a < b becomes a <= b; b if a else c becomes b, or c."""
    node = place.node
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield _but(node, ops=[COMPARISONS[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse


# ------------------------------------------------------------------------------------------------ statements


def _blocks(place: Place) -> Iterator[tuple[str, list[ast.stmt], int]]:
    """The lists of statements of a node, and where each begins after its docstring."""
    for field in ("body", "orelse"):
        block = getattr(place.node, field, None)
        if isinstance(block, list) and block:
            yield field, block, int(_docstring(block[0]))


def statement_dropped(place: Place) -> Iterator[ast.AST]:
    """A statement is gone."""
    for field, block, first in _blocks(place):
        for k in range(first, len(block)):
            if not isinstance(block[k], ast.FunctionDef | ast.ClassDef):
                yield _but(place.node, **{field: [*block[:k], *block[k + 1 :]] or [ast.Pass()]})


def statements_exchanged(place: Place) -> Iterator[ast.AST]:
    """A statement stands before the one that it followed."""
    for field, block, first in _blocks(place):
        for k in range(first, len(block) - 1):
            yield _but(place.node, **{field: _exchanged(block, k, k + 1)})


def moved_over_the_edge_of_a_loop(place: Place) -> Iterator[ast.AST]:
    """A statement of a loop follows it instead, or one before a loop stands first in it."""
    for field, block, first in _blocks(place):
        for k in range(first, len(block)):
            loop = block[k]
            if not isinstance(loop, Loop):
                continue
            for j, inner in enumerate(loop.body if len(loop.body) > 1 else ()):
                shorter = _but(loop, body=[*loop.body[:j], *loop.body[j + 1 :]])
                yield _but(place.node, **{field: [*block[:k], shorter, inner, *block[k + 1 :]]})
            if k > first:
                longer = _but(loop, body=[block[k - 1], *loop.body])
                yield _but(place.node, **{field: [*block[: k - 1], longer, *block[k + 1 :]]})


def added_or_assigned(place: Place) -> Iterator[ast.AST]:
    """x += a becomes x = a, and the other way."""
    if isinstance(place.node, ast.AugAssign):
        yield ast.Assign([place.node.target], place.node.value, lineno=place.node.lineno)
    elif isinstance(place.node, ast.Assign) and isinstance(place.node.targets[0], ast.Name | ast.Subscript):
        yield ast.AugAssign(place.node.targets[0], ast.Add(), place.node.value)


RULES: tuple[Callable[[Place], Iterator[ast.AST]], ...] = (
    another_operator,
    operand_dropped,
    sign_changed,
    factor_changed,
    another_name,
    another_key,
    another_index,
    another_bound,
    another_number,
    transpose_added_or_dropped,
    arguments_exchanged,
    call_dropped,
    another_function,
    keyword_dropped,
    another_range,
    another_subscript,
    elements_exchanged,
    condition_changed,
    statement_dropped,
    statements_exchanged,
    moved_over_the_edge_of_a_loop,
    added_or_assigned,
)


def _exchange(parent: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Hang a node where another one hung."""
    for name, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, name, new)
        elif isinstance(value, list):
            value[:] = [new if item is old else item for item in value]


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """How many lines, or letters, are the same until one differs."""
    return sum(1 for _ in takewhile(bool, map(eq, some, others)))


def _compiles(source: str) -> bool:
    """Whether Python takes it: a tree may say `-a = b`."""
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
