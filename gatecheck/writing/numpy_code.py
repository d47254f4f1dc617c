"""Cell -> NumPy reference: statements for one step forward and back, in the order of the equations.

Each gradient is written once, under the earliest equation that reads its name: by then every reader has contributed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Symbol, preorder_traversal
from sympy.core.parameters import distribute

from ..calculus.backward import Backward, Term, differentiate
from ..calculus.normal import normal
from ..calculus.symbols import gradient, label, value
from ..calculus.system import Line, System, preactivation, system
from ..cells import Cell, Equation, Size
from . import escaping
from .compounds import compounds
from .formulas import signed
from .numpy_printer import NumPy, finite
from .stacked import in_parts, joined, same

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

    kept: the names that the backward step reads; used: the parameters that it reads; sizes: the letters each step needs
    as numbers, with a Python expression that gives each; helpers: the functions to define.
    """

    cell: Cell
    forward: tuple[Section, ...]
    backward: tuple[Section, ...]
    kept: tuple[str, ...]
    used: tuple[str, ...]
    constant: tuple[tuple[str, str], ...]
    forward_sizes: Mapping[str, str]
    backward_sizes: Mapping[str, str]
    helpers: tuple[str, ...]


def program(cell: Cell) -> Program:
    """The statements of a cell's NumPy reference."""
    return programmed(normal(system(cell)), NumPy, cell.outputs)


def programmed(lines: System, writer: Callable[[System], NumPy], arriving: Sequence[str]) -> Program:
    """The statements of lines in normal form, in the words of a writer.

    arriving: the names whose gradients a step back is called with; what reaches none of them has no gradient.
    """
    return _Generator(lines, writer, arriving).program()


def sized(sizes: Mapping[str, str]) -> list[str]:
    """The letters of sizes as numbers."""
    return [f"{letter} = {source}" for letter, source in sizes.items()]


def statements(sections: Iterable[Section]) -> list[str]:
    """Every block under its equation, a blank line after each."""
    lines: list[str] = []
    for section in sections:
        lines += [section.equation, *section.statements, ""]
    return lines


class _Generator:
    def __init__(self, lines: System, writer: Callable[[System], NumPy], arriving: Sequence[str]) -> None:
        self.cell, self.arriving = lines.cell, arriving
        self.backward: Backward = differentiate(lines.leading_to(arriving), tuple(arriving)).without_data()
        with distribute(False):
            forward = tuple(replace(line, expression=finite(line.expression)) for line in lines.lines)
        self.compounds = compounds(self.backward, forward)
        self.shortened: dict[Expr, Expr] = {}  # a line's positions are asked for by every term of it
        named = {label(s).name: lines.size(e) for e, s in self.compounds.items()}
        self.system = replace(lines, lines=forward, sizes={**lines.sizes, **named})
        self.same = same(self.backward)
        self.order = {line.name: k for k, line in enumerate(self.system.lines)}
        self.writer = writer(self.system)
        self.read: set[Symbol] = set()  # forward values that the backward step reads
        self.used: set[str] = set()  # parameters that it reads
        self.written: set[Symbol] = set()  # compounds that the forward step has named so far

    def program(self) -> Program:
        backward = tuple(self._backward(e) for e in reversed(self.cell.equations))
        backward_letters, self.writer.sized = self.writer.sized, {}
        self._keep_sizes(backward_letters)
        constant = tuple(self._constant())
        forward = tuple(self._forward(e) for e in self.cell.equations)
        kept = self._kept()
        gradients = self._arriving()
        given = {self.writer.name(label(s)): self.system.size(s) for s in self._given()}
        return Program(
            self.cell,
            forward,
            backward,
            tuple(kept),
            tuple(n for n in self.system.parameters if n in self.used),
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
                yield f"{self.writer.name(label(name))} = {self.writer.write(inner, self._places(positions))}"
                self.written.add(name)
        yield _assignment(
            self.writer.name(label(line.symbol)),
            [("+", self.writer.write(self._short(expression), self._places(positions)))],
        )

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
            # A vector of parts stands with its own line: what reads it are names for them.
            due = g.name == line.name if in_parts(g.now) else self._first(g.now, line)
            if due and gradient(g.name) not in self.same:
                own = self.writer.gradient(g.name)
                yield self._sum(own, g.now, own if g.name in self.arriving else "")
        for g in found:
            if self._first(g.later, line):
                yield self._sum(self.writer.sent(g.name), g.later, "")

    def _parameters(self, line: Line) -> Iterator[str]:
        for g in self.backward.parameters:
            if self._first(g.terms, line):
                yield _assignment(self.writer.gradient(g.name), [self._parameter(t) for t in g.terms])

    def _first(self, terms: tuple[Term, ...], line: Line) -> bool:
        return bool(terms) and min(self.order[t.line.name] for t in terms) == self.order[line.name]

    def _sum(self, target: str, terms: Iterable[Term], upstream: str) -> str:
        addends = [("+", upstream)] if upstream else []
        for term in joined(terms, self.same):
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
        turned = edge.transposed != self.writer.turned(edge.source.name)
        text = self.writer.outer(*((operand, short) if turned else (short, operand)), places)
        return sign, text

    def _read(self, expression: Expr, term: Term) -> str:
        """The expression as code; what it reads of the forward step is kept."""
        short = self._short(expression)
        values = [s for s in short.free_symbols if label(s).kind == "value"]
        self.read |= {s for s in values if label(s).lag is not None}
        self.used |= {label(s).name for s in values if label(s).lag is None}
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
                yield self.writer.gradient(g.name), self.writer.name(label(value(g.name, None)))
        for s in self._given():
            name = label(s).name
            if name in self.cell.data:
                continue
            found = self.backward.gradient(name)
            if not (found.later if label(s).lag else found.now):
                self.read.add(s)
                made = self.writer.sent(name) if label(s).lag else self.writer.gradient(name)
                yield made, self.writer.name(label(s))

    def _kept(self) -> dict[str, Size]:
        """What the backward step reads, in the order of computation, with sizes."""
        order = self._given()
        for line in self.system.lines:
            inside = set(preorder_traversal(line.expression))
            order += [name for compound, name in self.compounds.items() if compound in inside]
            order.append(line.symbol)
        return {self.writer.name(label(s)): self.system.size(s) for s in order if s in self.read}

    def _arriving(self) -> dict[str, Size]:
        """The gradients that a step back is called with."""
        return {self.writer.gradient(n): self.cell.size(n) for n in self.arriving}

    def _keep_sizes(self, letters: Iterable[str]) -> None:
        """An input that nothing else reads backwards is kept where only it knows a size."""
        outputs = self._arriving()
        for letter in letters:
            if not self._source(letter, outputs):
                self.read.add(next(s for s in self._given() if self.system.size(s) == Size.of(letter)))

    def _source(self, letter: str, arrays: Mapping[str, Size]) -> str:
        """A Python expression for a size: from an array at hand, else from a parameter; empty where neither has it."""
        for name, size in arrays.items():
            if size == Size.of(letter):
                return self.writer.extent(name)
        for name in self.system.parameters:
            for axis, size in enumerate(self.cell.shapes[name]):
                if size == Size.of(letter):
                    return self.writer.length(name, axis)
        return ""


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
