"""Cell -> System: the equations as SymPy expressions, one line per named quantity.

`f[t] = sigmoid(a)` becomes two lines, `a_f[t] = a` and `f[t] = sigmoid(a_f[t])`: a pre-activation has a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Rational, Symbol
from sympy.core.parameters import distribute

from ..cells import SCALAR, Cell, Equation, Size
from ..cells import tree as t
from ..errors import CellError, Problem
from .symbols import (
    ELEMENTWISE,
    Atom,
    Join,
    LogSumExp,
    Mean,
    Part,
    Placed,
    Softmax,
    Spread,
    Times,
    Total,
    TransposedTimes,
    label,
    log,
    sigmoid,
    value,
)

#: Of numbers in an equation: far inside what a float holds.
_LARGEST = Rational(10) ** 100


@dataclass(frozen=True)
class Line:
    """`name[t] = expression`; `of` is the equation of the cell file that it comes from.

    positions holds where each subexpression stands in the author's equation: printers follow it, because
    SymPy sorts sums and products by rules of its own.
    """

    name: str
    of: Equation
    expression: Expr
    positions: dict[Expr, int]

    @property
    def symbol(self) -> Symbol:
        return value(self.name, 0)

    @property
    def activation(self) -> bool:
        """Whether this line applies a function to a named pre-activation."""
        return self.expression.free_symbols == {value(preactivation(self.name), 0)}


def preactivation(name: str) -> str:
    """The name of what the activation of `name` is applied to."""
    return f"a_{name}"


@dataclass(frozen=True, eq=False)
class System:
    """A cell's equations, expanded into lines; sizes holds the size of every line's quantity.

    arrays: the parameters that the lines read, where those of the cell stand side by side in larger ones.
    """

    cell: Cell
    lines: tuple[Line, ...]
    sizes: Mapping[str, Size]
    arrays: tuple[str, ...] | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters, in the order of the gradients."""
        return self.cell.parameters if self.arrays is None else self.arrays

    def line(self, name: str) -> Line:
        return next(line for line in self.lines if line.name == name)

    def leading_to(self, names: Iterable[str]) -> System:
        """The same with the lines alone that the named quantities depend on, by way of any step."""
        found, pending = set[str](), list(names)
        by_name = {line.name: line for line in self.lines}
        while pending:
            if (name := pending.pop()) in by_name and name not in found:
                found.add(name)
                pending += [label(s).name for s in by_name[name].expression.free_symbols]
        return replace(self, lines=tuple(line for line in self.lines if line.name in found))

    def lines_of(self, equation: Equation) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.of.name == equation.name)

    def size_of_name(self, name: str) -> Size:
        """The size of a vector by its name, pre-activations included."""
        return self.sizes[name] if name in self.sizes else self.cell.size(name)

    def size(self, expression: Expr) -> Size:
        """The size of an expression of generic elements."""
        match expression:
            case Symbol():
                tag = label(expression)
                return SCALAR if tag.kind == "size" else self.size_of_name(tag.name)
            case Times():
                return self.cell.shapes[label(expression.args[0]).name][0]
            case TransposedTimes():
                return self.cell.shapes[label(expression.args[0]).name][1]
            case Join():
                return Size.total(tuple(self.size(a) for a in expression.args))
            case Part():
                return self.size(expression.args[2].args[int(expression.args[1])])
            case Placed():
                return self.size(expression.args[2])
            case Spread():
                return self.size(expression.args[1])
            case Total() | Mean() | LogSumExp():
                return SCALAR
        return next((s for a in expression.args if (s := self.size(a)) != SCALAR), SCALAR)


def system(cell: Cell) -> System:
    """The cell's equations as SymPy expressions.

    Raises CellError where a name cancels out of its equation, or where an equation has no finite value.
    """
    lines: list[Line] = []
    with distribute(False):  # 2 (a + b) stays as the author wrote it
        for equation in cell.equations:
            lines.extend(_lines(cell, equation))
    return System(cell, tuple(lines), {line.name: cell.size(line.of.name) for line in lines})


def _lines(cell: Cell, equation: Equation) -> list[Line]:
    positions: dict[Expr, int] = {}
    expression = _convert(equation.expression, positions)
    _fence(equation, expression)
    inner = _preactivation(expression)
    if inner is None:
        return [Line(equation.name, equation, expression, positions)]
    named = value(preactivation(equation.name), 0)
    outer = _applied(expression, named)
    return [
        Line(preactivation(equation.name), equation, inner, positions),
        Line(equation.name, equation, outer, {value(equation.name, 0): 0, named: 1, outer: 2}),
    ]


def _preactivation(expression: Expr) -> Expr | None:
    """The argument of an expression that is one function of something that has no name yet."""
    one_argument = isinstance(expression, tuple(f for f in ELEMENTWISE.values() if isinstance(f, type)))
    if (one_argument and len(expression.args) == 1) or (expression.is_Pow and expression.exp == Rational(1, 2)):
        inner = expression.args[0].args[0] if _log_sigmoid(expression) else expression.args[0]
        return None if inner.is_Symbol else inner
    return None


def _applied(expression: Expr, named: Symbol) -> Expr:
    """The function that an expression is, of its pre-activation by name."""
    if _log_sigmoid(expression):
        return log(sigmoid(named))
    # sqrt is a power to SymPy: its exponent is an argument too.
    return expression.func(named, *expression.args[1:])


def _log_sigmoid(expression: Expr) -> bool:
    """Whether it is log σ(a): one function, of slope 1 - σ(a), where σ(a) alone may be too small for a number."""
    return isinstance(expression, log) and isinstance(expression.args[0], sigmoid)


def _convert(node: t.Node, positions: dict[Expr, int]) -> Expr:
    """The node as an expression; positions gains every subexpression at its first place of reading."""
    match node:
        case t.Number(text=text):
            made = Rational(text)
        case t.Read(name=name, lag=lag):
            made = value(name, lag)
        case t.Product(matrix=matrix, transposed=transposed, operand=operand):
            _place(positions, value(matrix.name, None))
            number, vector = _convert(operand, positions).as_coeff_Mul()
            atom = (TransposedTimes if transposed else Times)(value(matrix.name, None), vector)
            _place(positions, atom)
            made = number * atom
        case t.Binary(operator=operator, left=left, right=right):
            a, b = _convert(left, positions), _convert(right, positions)
            made = {"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "/": a.__truediv__}[operator](b)
        case t.Power(base=base, exponent=exponent):
            made = _convert(base, positions) ** Rational(exponent)
        case t.Negate(argument=argument):
            made = -_convert(argument, positions)
        case t.Concat(parts=parts):
            made = Join(*(_convert(p, positions) for p in parts))
        case t.Reduce(function=function, argument=argument):
            vector = _convert(argument, positions)
            made = LogSumExp(vector) if function == "logsumexp" else _mean_or_sum(function, vector, positions)
        case t.Softmax(argument=argument):
            made = Softmax(_convert(argument, positions))
        case t.Apply(function=function, arguments=arguments):
            made = ELEMENTWISE[function](*(_convert(a, positions) for a in arguments))
    _place(positions, made)
    return made


def _mean_or_sum(function: str, vector: Expr, positions: dict[Expr, int]) -> Expr:
    """A number leaves what is linear: sum(2 v) is 2 sum(v)."""
    number, rest = vector.as_coeff_Mul()
    atom = {"sum": Total, "mean": Mean}[function](rest)
    _place(positions, atom)
    return number * atom


def _place(positions: dict[Expr, int], expression: Expr) -> None:
    positions.setdefault(expression, len(positions))


def _fence(equation: Equation, expression: Expr) -> None:
    too_large = any(abs(n) > _LARGEST or 0 < abs(n) < 1 / _LARGEST for n in expression.atoms(Rational))
    if too_large or expression.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I):
        message = f"the equation of {equation.name} has no finite value"
        raise CellError(Problem(message, equation.place, "Does it divide by zero, or hold a number far too large?"))
    for read in equation.reads():
        if value(read.name, read.lag) not in expression.free_symbols:
            message = f"{read} cancels out of the equation of {equation.name}"
            raise CellError(Problem(message, read.place, "Leave it out, or mend the equation."))
    if any(map(_empty, expression.atoms(sympy.Function))):
        message = f"the argument of a function or a product cancels out of the equation of {equation.name}"
        raise CellError(Problem(message, equation.place, "Leave it out, or mend the equation."))


def _empty(function: Expr) -> bool:
    """Whether nothing is left for a function to vary with: relu(q - q)."""
    if isinstance(function, Join):
        return any(not _varies(part) for part in function.args)
    if isinstance(function, Atom):
        return not _varies(function.args[-1])
    return not function.free_symbols


def _varies(expression: Expr) -> bool:
    return any(label(s).lag is not None for s in expression.free_symbols)
