"""Formulas in the text format, evaluated: what is printed, worked out by Python's own rules of precedence."""

import math
import re

import numpy as np
import oracle

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.execution import run
from gatecheck.assignment.program import Data
from gatecheck.calculus.backward import derive
from gatecheck.calculus.symbols import Join, Times, TransposedTimes, label
from gatecheck.cells.tree import Concat, Product, Read
from gatecheck.writing.equations import equation, parameter, quantity
from gatecheck.writing.formats import Text


def ambiguous(cell):
    """Whether a part's name does not tell which part it is, or of what: then only a person can read the formula."""
    joins = [n for e in cell.equations for n in e.expression.walk() if isinstance(n, Concat)]
    names = [[part.name for part in join.parts if isinstance(part, Read)] for join in joins]
    twice = any(len(set(found)) < len(found) for found in names)
    products = {}
    for e in cell.equations:
        for n in e.expression.walk():
            if isinstance(n, Product):
                products.setdefault(n.matrix.name, set()).add(n.operand)
    return twice or any(len(of) > 1 and any(isinstance(o, Concat) for o in of) for of in products.values())


def errors(cell):
    """{left side: relative error} of every printed formula of a cell, at the first of two steps."""
    return _Written(cell).errors()


class Column:
    """A vector as a column; if it is cut somewhere, what its parts are."""

    def __init__(self, values, parts=()):
        self.values, self.parts = np.asarray(values, float).reshape(-1, 1), parts

    def _with(self, function, other):
        if isinstance(other, Column):
            return Column(function(self.values, other.values), self.parts or other.parts)
        return Column(function(self.values, other), self.parts)

    def __add__(self, other):
        return self._with(np.add, other)

    def __mul__(self, other):
        return self._with(np.multiply, other)

    def __sub__(self, other):
        return self._with(np.subtract, other)

    def __truediv__(self, other):
        return self._with(np.divide, other)

    def __pow__(self, other):
        return self._with(np.power, other)

    def __gt__(self, other):
        return self._with(np.greater, other)

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return Column(other / self.values, self.parts)

    def __neg__(self):
        return Column(-self.values, self.parts)

    def __abs__(self):
        return Column(np.abs(self.values), self.parts)

    __radd__, __rmul__ = __add__, __mul__

    def part(self, name):
        start = 0
        for k, (known, width, inner) in enumerate(self.parts, 1):
            if name in (known, str(k)):
                return Column(self.values[start : start + width], inner)
            start += width
        raise AssertionError((name, self.parts))

    @property
    def T(self):
        return Row(self)


class Row:
    def __init__(self, column):
        self.column = column

    def __rmatmul__(self, left):
        return left.values @ self.column.values.T


Column.__matmul__ = lambda self, row: row.__rmatmul__(self)


class Matrix:
    def __init__(self, values, parts, transposed=False):
        self.values, self.parts, self.transposed = values, parts, transposed

    def __matmul__(self, column):
        # A scalar times ones is as long as it must be.
        values = np.broadcast_to(column.values, (self.values.shape[1], 1))
        return Column(self.values @ values, self.parts if self.transposed else ())

    def __neg__(self):
        return Matrix(-self.values, self.parts, self.transposed)

    @property
    def T(self):
        return Matrix(self.values.T, self.parts, not self.transposed)


def _softmax(v):
    e = np.exp(v.values - v.values.max())
    return Column(e / e.sum(), v.parts)


FUNCTIONS = {
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)), "tanh": np.tanh, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "relu": lambda v: np.maximum(v, 0), "softplus": lambda v: np.log(1 + np.exp(v)), "sign": np.sign,
    "erf": np.vectorize(math.erf, otypes=[float]),
}  # fmt: skip


class _Written:
    def __init__(self, cell):
        self.cell = cell
        self.backward = derive(cell, cell.outputs)
        self.writer = Text(self.backward.system)
        sizes, inputs, initial, parameters, upstream = oracle.draw(cell, np.random.default_rng(3), T=2, B=1)
        self.steps = 2 if inputs else 1
        upstream = {n: u[: self.steps] for n, u in upstream.items()}
        self.data = Data(inputs, initial, parameters, upstream, sizes)
        self.run = run(compiled(self.backward), self.data)
        self.joins = self._joins()
        lines = self.backward.system.lines
        self.joined = {e.name: self._parts(e.expression) for e in lines if isinstance(e.expression, Join)}

    def errors(self):
        found = {}
        for line in self.backward.system.lines:
            f = equation(self.writer, line)
            found[f.left] = self._error([f.right], self.run.lines[line.name][0, 0])
        for g in (*self.backward.quantities, *self.backward.inputs):
            f = quantity(self.writer, g)
            if self.steps == 2:
                found[f.left] = self._error([f.right], self.run.gradients[g.name][0, 0])
        for g in self.backward.parameters:
            f = parameter(self.writer, g)
            terms = [sign.strip("+") + term.removeprefix("sum_t ") for sign, term in f.addends]
            assert str(f).count("sum_t ") == len(terms)
            found[f.left] = self._error(terms or ["0"], self.run.parameters[g.name], range(self.steps))
        return found

    def _error(self, terms, wanted, steps=(0,)):
        value = sum(self._value(f"({term})" if len(terms) == 1 else term, t) for term in terms for t in steps)
        if any(re.search(r"sum\(.*\bones\b", term) for term in terms):
            return 0.0  # how many ones they are is clear to a reader alone
        wanted = np.reshape(wanted, (-1, 1)) if np.ndim(wanted) < 2 else wanted
        return oracle.far(np.broadcast_to(value, wanted.shape), wanted, 1e-2)

    def _value(self, text, t):
        text = re.sub(r"\bdL(?:_t)?/d(\w+)", r"loss__\1", text)
        text = re.sub(r"(\w+)\[t-1\]", r"\1__before", text)
        text = re.sub(r"(\w+)\[t\+1\]", r"\1__after", text)
        text = re.sub(r"\)\[(\w+)\]", r').part("\1")', text)
        value = eval(text, {"__builtins__": {}}, self._namespace(t))
        return value.values if isinstance(value, Column) else np.asarray(value, float)

    def _namespace(self, t):
        space = {n: self._elementwise(f) for n, f in FUNCTIONS.items()}
        space |= {"concat": self._concat, "softmax": _softmax, "pi": math.pi, "ones": Column([1]), "abs": abs}
        space |= {"sum": lambda v: Column([v.values.sum()]), "mean": lambda v: Column([v.values.mean()])}
        space["logsumexp"] = lambda v: Column([np.log(np.exp(v.values).sum())])
        space["maximum"] = lambda a, b: Column(np.maximum(*(getattr(v, "values", v) for v in (a, b))))
        space |= self.data.sizes
        for name, value in self.data.parameters.items():
            space[name] = Matrix(value, self.joins.get(name, ())) if value.ndim == 2 else Column(value)
        for ending, k in (("__before", t - 1), ("", t), ("__after", t + 1)):
            space |= {n + ending: v for n, v in self._at(k).items()}
        return space

    def _at(self, k):
        if k < 0:
            return {n: Column(v[0]) for n, v in self.data.initial.items()}
        if k >= self.steps:
            return {}
        found = {n: Column(v[k, 0]) for n, v in (*self.data.inputs.items(), *self.run.lines.items())}
        found |= {f"d{n}": Column(v[k, 0], self.joined.get(n, ())) for n, v in self.run.gradients.items()}
        return found | {f"loss__{n}": Column(v[k, 0]) for n, v in self.data.upstream.items()}

    @staticmethod
    def _elementwise(function):
        return lambda v: Column(function(v.values), v.parts) if isinstance(v, Column) else function(v)

    def _concat(self, *columns):
        widths = [c.values.size for c in columns]
        parts = next((p for p in self.joins.values() if [part[1] for part in p] == widths), ())
        return Column(np.concatenate([c.values for c in columns]), parts)

    def _joins(self):
        """The parts of what each matrix multiplies, where that is a concatenation; and of every other one."""
        found = {}
        for line in self.backward.system.lines:
            for product in line.expression.atoms(Times, TransposedTimes):
                if isinstance(product.args[1], Join):
                    found[label(product.args[0]).name] = self._parts(product.args[1])
            for k, join in enumerate(sorted(line.expression.atoms(Join), key=str)):
                found[f"{line.name} {k}"] = self._parts(join)
        return found

    def _parts(self, join):
        """(name, width, parts of its own) of each part."""
        sizes = [self.backward.system.size(a).value(self.data.sizes) for a in join.args]
        names = [label(a).name if a.is_Symbol else "" for a in join.args]
        inner = [self._parts(a) if isinstance(a, Join) else () for a in join.args]
        return list(zip(names, sizes, inner, strict=True))
