"""Expressions -> NumPy: rows of a batch along the first axis, so W v is v @ W.T."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from sympy import Expr

from ..calculus.labels import Label
from ..calculus.symbols import label, log, sigmoid, softplus, step
from ..calculus.system import System
from ..cells import Size
from .formulas import POWER, PRODUCT, WHOLE, Formulas


def parameter(name: str) -> str:
    """A parameter in code."""
    return f'p["{name}"]'


def size_text(size: Size) -> str:
    """A size as Python: H, D + H, 2*H, 1."""
    return " + ".join(str(n) if name == "1" else name if n == 1 else f"{n}*{name}" for name, n in size.terms)


def finite(expression: Expr) -> Expr:
    """The expression with -softplus(-a) for log σ(a), which stays a number where σ(a) rounds to 0."""
    if not expression.args:
        return expression
    if isinstance(expression, log) and isinstance(expression.args[0], sigmoid):
        return -softplus(-finite(expression.args[0].args[0]))
    arguments = tuple(map(finite, expression.args))
    return expression if arguments == expression.args else expression.func(*arguments)


def _not_above(expression: Expr) -> Expr | None:
    """a of 1 - [a > 0], which is [a <= 0]: taken from 1, a truth value would be a whole number, and float32 lost."""
    if expression.is_Add and len(expression.args) == 2 and expression.args[0] == 1:
        negative = -expression.args[1]
        return negative.args[0] if isinstance(negative, step) else None
    return None


class NumPy(Formulas):
    """Python code. `sized` gathers the sizes that the code needs as numbers, `helpers` the functions.

    columns: a vector of the batch is a column, (n,B), else a row.
    """

    minus, times, dot, delta, transpose, pi = "-", " * ", " * ", "d", ".T", "np.pi"
    raises_names = False
    names: Mapping[str, str] = {"tanh": "np.tanh", "exp": "np.exp", "log": "np.log", "sign": "np.sign",
                                "absolute": "np.abs", "maximum": "np.maximum"}  # fmt: skip
    helped = ("sigmoid", "softplus", "erf", "Softmax", "LogSumExp", "relu")

    def __init__(self, system: System, columns: bool = False) -> None:
        super().__init__(system)
        self.columns = columns
        self.along = int(not columns)  # the axis of a vector's elements
        self.sized: dict[str, None] = {}
        self.helpers: dict[str, None] = {}

    def name(self, label: Label, shift: int = 0) -> str:
        if label.kind == "size":
            self.sized[label.name] = None
            return label.name
        if label.kind == "gradient":
            return self.gradient(label.name)
        if label.lag is None:
            return parameter(label.name)
        return f"{label.name}_prev" if label.lag == 1 else label.name

    def gradient(self, name: str) -> str:
        """The gradient of what has that name at this step, or of a parameter."""
        return f"d{name}"

    def sent(self, name: str) -> str:
        """What is sent back to the step before."""
        return f"d{name}_prev"

    def turned(self, name: str) -> bool:
        """Whether a parameter lies with its columns for rows."""
        return False

    def extent(self, name: str) -> str:
        """How many elements a vector has."""
        return f"{name}.shape[{self.along}]"

    def length(self, name: str, axis: int) -> str:
        """How long a parameter is."""
        return f"{parameter(name)}.shape[{axis}]"

    def outer(self, left: Expr, right: Expr, positions: Mapping[Expr, int]) -> str:
        """The sum over the batch of the products of a column and a row."""
        self._positions, self._shift = positions, 0
        if self.columns:
            return f"{self._in(left, PRODUCT, True)} @ {self._enclosed(right)}.T"
        return f"{self._enclosed(left)}.T @ {self._in(right, POWER, True)}"

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}**({exponent})" if "/" in exponent else f"{base}**{exponent}"

    def root(self, inside: str) -> str:
        return f"np.sqrt({inside})"

    def scientific(self, mantissa: str, exponent: int) -> str:
        return f"{mantissa}e{exponent}"

    def number(self, p: str, q: str) -> str:
        return repr(int(p) / int(q))

    def product(self, matrix: str, operand: str) -> str:
        return f"{operand} @ {matrix}"

    def _print_Times(self, expression: Expr) -> str:
        matrix, operand = expression.args
        return self._multiplied(matrix, operand, False)

    def _print_TransposedTimes(self, expression: Expr) -> str:
        matrix, operand = expression.args
        return self._multiplied(matrix, operand, True)

    def _multiplied(self, matrix: Expr, operand: Expr, transposed: bool) -> str:
        across = (self.columns == transposed) != self.turned(label(matrix).name)
        texts = self._print(matrix) + ".T" * across, self._in(operand, PRODUCT, True)
        return " @ ".join(texts if self.columns else texts[::-1])

    def operator(self, name: str) -> str:
        if name in self.helped:
            self.helpers[name.lower()] = None
            return name.lower()
        return self.names[name]

    def absolute(self, inside: str) -> str:
        return f"np.abs({inside})"

    def indicator(self, inside: str) -> str:
        return f"({inside} > 0)"

    def _print_Add(self, expression: Expr, order: object = None) -> str:
        inside = _not_above(expression)
        return super()._print_Add(expression, order) if inside is None else f"({self._print(inside)} <= 0)"

    def concatenation(self, parts: list[str]) -> str:
        return f"np.concatenate([{', '.join(parts)}], axis={self.along})"

    def _print_Part(self, expression: Expr) -> str:
        vector, k, join = expression.args
        sizes = [self.system.size(a) for a in join.args]
        ends = list(accumulate(sizes, lambda a, b: Size.total((a, b))))
        start = self._size(ends[int(k) - 1]) if k > 0 else ""
        stop = self._size(ends[int(k)]) if int(k) + 1 < len(sizes) else ""
        return f"{self._enclosed(vector)}[{':, ' * self.along}{start}:{stop}]"

    def _size(self, size: Size) -> str:
        self.sized.update((name, None) for name, _ in size.terms if name != "1")
        return size_text(size)

    def _print_Total(self, expression: Expr) -> str:
        return f"{self._enclosed(expression.args[0])}.sum(axis={self.along}, keepdims=True)"

    def _print_Mean(self, expression: Expr) -> str:
        return f"{self._enclosed(expression.args[0])}.mean(axis={self.along}, keepdims=True)"

    def _enclosed(self, expression: Expr) -> str:
        """Something that a method can be called on."""
        text = self._print(expression)
        return text if expression.is_Symbol else f"({text})"

    def _print_Spread(self, expression: Expr) -> str:
        scalar, like = expression.args
        return f"np.repeat({self._print(scalar)}, {self._size(self.system.size(like))}, axis={self.along})"

    def over_batch(self, expression: Expr, positions: Mapping[Expr, int]) -> str:
        """The sum over the batch."""
        self._positions, self._shift = positions, 0
        kept = ", keepdims=True" * self.columns
        return f"{self._enclosed(expression)}.sum(axis={1 - self.along}{kept})"

    def _level(self, expression: Expr) -> int:
        if type(expression).__name__ == "Spread" or _not_above(expression) is not None:
            return WHOLE
        return super()._level(expression)
