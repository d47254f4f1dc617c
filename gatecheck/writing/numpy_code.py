"""Cell -> NumPy reference: statements for one step forward and back, in the order of the equations.

Each gradient is written once, under the earliest equation that reads its name: by then every reader has contributed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sympy import Expr, Symbol, preorder_traversal
from sympy.core.parameters import distribute

from ..calculus.backward import Backward, Term, differentiate
from ..calculus.edges import Diagonal
from ..calculus.normal import normal
from ..calculus.symbols import Times, TransposedTimes, label, value
from ..calculus.system import Line, System, preactivation, system
from ..cells import Cell, Equation, Size
from . import escaping
from .formulas import signed
from .kept import forward_values
from .numpy_printer import NumPy, finite

WIDTH = 96


@dataclass(frozen=True)
class Section:
    """The statements that belong to one equation, under the equation itself."""

    equation: str
    comment: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """A cell's step and step_backward as text, and what they need.

    kept: the names that the backward step reads; sizes: the letters each step needs as numbers, with a Python
    expression that gives each; helpers: the functions to define.
    """

    cell: Cell
    forward: tuple[Section, ...]
    backward: tuple[Section, ...]
    kept: tuple[str, ...]
    constant: tuple[tuple[str, str], ...]
    forward_sizes: Mapping[str, str]
    backward_sizes: Mapping[str, str]
    helpers: tuple[str, ...]


def program(cell: Cell) -> Program:
    """The statements of a cell's NumPy reference."""
    return _Generator(cell).program()


class _Generator:
    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        lines = normal(system(cell))
        self.backward: Backward = differentiate(lines, cell.outputs).without_data()
        with distribute(False):
            forward = tuple(replace(line, expression=finite(line.expression)) for line in lines.lines)
        self.compounds = _compounds(self.backward, forward)
        self.shortened: dict[Expr, Expr] = {}  # a line's positions are asked for by every term of it
        named = {label(s).name: lines.size(e) for e, s in self.compounds.items()}
        self.system = System(cell, forward, {**lines.sizes, **named})
        self.order = {line.name: k for k, line in enumerate(self.system.lines)}
        self.writer = NumPy(self.system)
        self.read: set[Symbol] = set()  # forward values that the backward step reads
        self.written: set[Symbol] = set()  # compounds that the forward step has named so far

    def program(self) -> Program:
        backward = tuple(self._backward(e) for e in reversed(self.cell.equations))
        backward_letters, self.writer.sized = self.writer.sized, {}
        self._keep_sizes(backward_letters)
        constant = tuple(self._constant())
        forward = tuple(self._forward(e) for e in self.cell.equations)
        kept = self._kept()
        gradients = {f"d{n}": self.cell.size(n) for n in self.cell.outputs}
        given = {self.writer.name(label(s)): self.system.size(s) for s in self._given()}
        return Program(
            self.cell,
            forward,
            backward,
            tuple(kept),
            constant,
            {letter: self._source(letter, given) for letter in self.writer.sized},
            {letter: self._source(letter, {**kept, **gradients}) for letter in backward_letters},
            tuple(self.writer.helpers),
        )

    # Forward.

    def _forward(self, equation: Equation) -> Section:
        statements: list[str] = []
        inlined: Line | None = None
        for line in self.system.lines_of(equation):
            if line.name == preactivation(equation.name) and line.symbol not in self.read:
                inlined = line  # written inside its function
            else:
                statements += self._statement(line, inlined)
        return Section(_comment(equation), escaping.plain(equation.comment), tuple(statements))

    def _statement(self, line: Line, inlined: Line | None) -> Iterator[str]:
        expression, positions = line.expression, line.positions
        if inlined:
            expression, positions = expression.xreplace({inlined.symbol: inlined.expression}), inlined.positions
        inside = set(preorder_traversal(expression))
        for compound, name in self.compounds.items():
            if compound in inside and name not in self.written:
                inner = compound.xreplace({c: n for c, n in self.compounds.items() if c != compound})
                yield f"{label(name).name} = {self.writer.write(inner, self._places(positions))}"
                self.written.add(name)
        yield _assignment(line.name, [("+", self.writer.write(self._short(expression), self._places(positions)))])

    # Backward.

    def _backward(self, equation: Equation) -> Section:
        lines = self.system.lines_of(equation)[::-1]
        gradients = [text for line in lines for text in self._gradients(line)]
        parameters = [text for line in lines for text in self._parameters(line)]
        return Section(_comment(equation), "", (*gradients, *parameters))

    def _gradients(self, line: Line) -> Iterator[str]:
        """The gradients that are complete once this line is differentiated."""
        found = (*reversed(self.backward.quantities), *self.backward.inputs)
        for g in found:
            if self._first(g.now, line):
                yield self._sum(f"d{g.name}", g.now, f"d{g.name}" if g.name in self.cell.outputs else "")
        for g in found:
            if self._first(g.later, line):
                yield self._sum(f"d{g.name}_prev", g.later, "")

    def _parameters(self, line: Line) -> Iterator[str]:
        for g in self.backward.parameters:
            if self._first(g.terms, line):
                yield _assignment(f"d{g.name}", [self._parameter(t) for t in g.terms])

    def _first(self, terms: tuple[Term, ...], line: Line) -> bool:
        return bool(terms) and min(self.order[t.line.name] for t in terms) == self.order[line.name]

    def _sum(self, target: str, terms: Iterable[Term], upstream: str) -> str:
        addends = [("+", upstream)] if upstream else []
        for term in terms:
            sign, expression = _signed(term)
            addends.append((sign, self._read(expression, term)))
        return _assignment(target, addends)

    def _parameter(self, term: Term) -> tuple[str, str]:
        sign, expression = _signed(term)
        text = self._read(expression, term)
        places, edge = self._places(term.line.positions), term.edge
        short = self._short(expression)
        if edge.operand is None:
            return sign, self.writer.over_batch(short, places)
        self._read(edge.operand, term)
        operand = self._short(edge.operand)
        text = self.writer.outer(*((operand, short) if edge.transposed else (short, operand)), places)
        return sign, text

    def _read(self, expression: Expr, term: Term) -> str:
        """The expression as code; what it reads of the forward step is kept."""
        short = self._short(expression)
        self.read |= {s for s in short.free_symbols if label(s).kind == "value" and label(s).lag is not None}
        return self.writer.write(short, self._places(term.line.positions))

    def _short(self, expression: Expr) -> Expr:
        if expression not in self.shortened:
            with distribute(False):
                self.shortened[expression] = finite(expression).xreplace(self.compounds)
        return self.shortened[expression]

    def _places(self, positions: Mapping[Expr, int]) -> dict[Expr, int]:
        return {**positions, **{self._short(e): k for e, k in positions.items()}}

    # What crosses from the forward step to the backward step.

    def _given(self) -> list[Symbol]:
        """What a step is called with."""
        return [*(value(n, 0) for n in self.cell.inputs), *(value(n, 1) for n in self.cell.lagged)]

    def _constant(self) -> Iterator[tuple[str, str]]:
        for g in self.backward.parameters:
            if not g.terms:
                yield f"d{g.name}", f'p["{g.name}"]'
        for s in self._given():
            name = label(s).name
            if name in self.cell.data:
                continue
            gradient = self.backward.gradient(name)
            if not (gradient.later if label(s).lag else gradient.now):
                self.read.add(s)
                yield f"d{self.writer.name(label(s))}", self.writer.name(label(s))

    def _kept(self) -> dict[str, Size]:
        """What the backward step reads, in the order of computation, with sizes."""
        order = self._given()
        for line in self.system.lines:
            inside = set(preorder_traversal(line.expression))
            order += [name for compound, name in self.compounds.items() if compound in inside]
            order.append(line.symbol)
        return {self.writer.name(label(s)): self.system.size(s) for s in order if s in self.read}

    def _keep_sizes(self, letters: Iterable[str]) -> None:
        """An input that nothing else reads backwards is kept where only it knows a size."""
        outputs = {f"d{n}": self.cell.size(n) for n in self.cell.outputs}
        for letter in letters:
            if not self._source(letter, outputs):
                self.read.add(next(s for s in self._given() if self.system.size(s) == Size.of(letter)))

    def _source(self, letter: str, arrays: Mapping[str, Size]) -> str:
        """A Python expression for a size: from an array at hand, else from a parameter; empty where neither has it."""
        for name, size in arrays.items():
            if size == Size.of(letter):
                return f"{name}.shape[1]"
        for name in self.cell.parameters:
            for axis, size in enumerate(self.cell.shapes[name]):
                if size == Size.of(letter):
                    return f'p["{name}"].shape[{axis}]'
        return ""


def _compounds(backward: Backward, lines: Iterable[Line]) -> dict[Expr, Symbol]:
    """Names for the larger values that both passes need, as tanh_c for tanh(c); the innermost first."""
    wanted: dict[Expr, None] = {}
    for gradient in (*backward.quantities, *backward.inputs, *backward.parameters):
        for term in gradient.terms:
            for factor in term.edge.factors:
                if isinstance(factor, Diagonal):
                    wanted.update(dict.fromkeys(v for v in forward_values(factor.value) if not v.is_Symbol))
    forward = {e for line in lines if not line.activation for e in preorder_traversal(line.expression)}
    shared = [e for e in wanted if e in forward]
    known = {*backward.cell.shapes, *backward.system.sizes}
    named: dict[Expr, Symbol] = {}
    for e in sorted(shared, key=lambda e: (e.count_ops(), str(e))):
        name = _compound_name(e, known)
        known.add(name)
        named[e] = value(name, 0)
    return named


_WORDS = {"Total": "sum", "absolute": "abs", "Join": "concat"}


def _compound_name(expression: Expr, known: set[str]) -> str:
    values = (label(s) for s in expression.free_symbols if label(s).kind == "value")
    leaves = sorted(values, key=lambda x: (x.name, x.lag or 0))
    parts = [x.name + ("_prev" if x.lag == 1 else "") for x in leaves if x.lag is not None]
    matrices = [x.name for x in leaves if x.lag is None]
    kind = type(expression).__name__
    head = [] if isinstance(expression, (Times, TransposedTimes)) else [_WORDS.get(kind, kind.lower())]
    words = [*head, *matrices, *parts]
    name = "_".join(words if len(words) <= 3 else [*words[:1], "of", parts[0] if parts else words[1]])
    return name if name not in known else next(f"{name}_{k}" for k in range(2, 1000) if f"{name}_{k}" not in known)


def _signed(term: Term) -> tuple[str, Expr]:
    negative, size = signed(term.expression)
    return ("-" if negative else "+"), size


def _comment(equation: Equation) -> str:
    return f"# {escaping.plain(equation.source)}"


def _assignment(target: str, addends: list[tuple[str, str]]) -> str:
    """`target = …` on one line, or with a term per line in brackets."""
    (sign, first), *rest = addends
    lead = first if sign == "+" else sign + first
    line = f"{target} = {lead}" + "".join(f" {s} {text}" for s, text in rest)
    if len(line) + 4 <= WIDTH or not rest:
        return line
    return "\n".join([f"{target} = (", f"    {lead}", *(f"    {s} {text}" for s, text in rest), ")"])
