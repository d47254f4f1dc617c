"""The vocabulary of the calculus: symbols of one generic element, elementwise functions, opaque atoms.

A vector is the symbol of one generic element of it, so elementwise equations are ordinary commutative
expressions and SymPy differentiates them. Whatever mixes elements (a product with a matrix, a concatenation,
a reduction, softmax) is an opaque Atom: SymPy must never look through it, and cannot, since its fdiff raises.

No symbol carries an assumption: `real=True` would turn sqrt(x²) into SymPy's Abs. relu, maximum, abs, sign and
tanh are our own: SymPy's differentiate to Heaviside(0) = 1/2, re/im and DiracDelta, or pull signs out.
"""

from __future__ import annotations

import sympy
import sympy.tensor.tensor  # SymPy does at its first sum: an import belongs here, not into a derivation
from sympy import Expr, Function, Integer, Symbol

from ..errors import Fault
from .labels import Label


def symbol(kind: str, name: str, lag: int | None = None) -> Symbol:
    """The symbol with that label. Built, never parsed: I, E, S, N and beta are ordinary names here."""
    return Symbol(f"{kind}|{name}|{'' if lag is None else lag}")


def label(of: Symbol) -> Label:
    """What a symbol stands for."""
    kind, name, lag = of.name.split("|")
    return Label(kind, name, int(lag) if lag else None)


def value(name: str, lag: int | None) -> Symbol:
    """One element of a forward quantity; a parameter has no lag."""
    return symbol("value", name, lag)


def gradient(name: str) -> Symbol:
    """δname: the whole gradient of the loss with respect to name[t]."""
    return symbol("gradient", name, 0)


class _Elementwise(Function):
    nargs = 1


class exp(_Elementwise):
    """Our own: SymPy's turns exp(n*log(2*a)) into a power, and writes out 2**n."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return self


class log(_Elementwise):
    """The natural logarithm."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return 1 / self.args[0]


class sigmoid(_Elementwise):
    """The logistic function; its derivative is y (1 - y)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * (1 - self)


class tanh(_Elementwise):
    """The hyperbolic tangent; its derivative is 1 - y²."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return 1 - self**2


class step(_Elementwise):
    """1 where the argument is positive, else 0 (0 at 0, as NumPy code with `> 0` has it)."""

    @classmethod
    def eval(cls, argument: Expr) -> Expr | None:
        return Integer(bool(argument > 0)) if argument.is_Rational else None  # from maximum(a, a + 1)

    def fdiff(self, argindex: int = 1) -> Expr:
        return Integer(0)


class relu(_Elementwise):
    """The argument where it is positive, else 0."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return step(self.args[0])


class sign(_Elementwise):
    """1, 0 or -1; constant almost everywhere."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return Integer(0)


class absolute(_Elementwise):
    """|a|; its derivative is the sign."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return sign(self.args[0])


class softplus(_Elementwise):
    """log(1 + exp(a)); its derivative is the sigmoid."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return sigmoid(self.args[0])


class erf(_Elementwise):
    """Our own: SymPy's never stops looking for a sign to pull out of a sum within a sum."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return 2 / sympy.sqrt(sympy.pi) * exp(-(self.args[0] ** 2))


class maximum(Function):
    """The larger of two; where they are equal, the gradient belongs to the second."""

    nargs = 2

    def fdiff(self, argindex: int = 1) -> Expr:
        larger = step(self.args[0] - self.args[1])
        return larger if argindex == 1 else 1 - larger


#: A cell file's name for a function -> what stands for it here.
ELEMENTWISE = {
    "sigmoid": sigmoid, "tanh": tanh, "relu": relu, "exp": exp, "log": log, "sqrt": sympy.sqrt,
    "softplus": softplus, "erf": erf, "abs": absolute, "sign": sign, "maximum": maximum,
}  # fmt: skip


class Atom(Function):
    """Something that mixes elements. Differentiating it by accident is a fault of ours, and said."""

    def fdiff(self, argindex: int = 1) -> Expr:
        raise Fault(f"{type(self).__name__} was differentiated as if it were elementwise")


class Times(Atom):
    """W v: a matrix and a vector."""

    nargs = 2


class TransposedTimes(Atom):
    """Wᵀ v."""

    nargs = 2


class Join(Atom):
    """concat(v, w, …)."""


class Part(Atom):
    """The k-th part of a vector that is cut as a Join is: Part(vector, k, join)."""

    nargs = 3


class Placed(Atom):
    """A vector in the place of the k-th part, with zeros in the others': Placed(vector, k, join)."""

    nargs = 3


class Total(Atom):
    """The sum of a vector's elements: a scalar."""

    nargs = 1


class Mean(Atom):
    """The mean of a vector's elements: a scalar."""

    nargs = 1


class LogSumExp(Atom):
    """log Σ exp(v): a scalar, whose derivative is softmax(v)."""

    nargs = 1


class Spread(Atom):
    """A scalar repeated into a vector of the size of another: Spread(scalar, like)."""

    nargs = 2


class Softmax(Atom):
    """exp(v) / Σ exp(v): neither linear nor elementwise, an atom with one rule of its own."""

    nargs = 1


def outermost_atoms(expression: Expr) -> list[Expr]:
    """The atoms of an expression that stand in no other atom, each once."""
    found: dict[Expr, None] = {}
    pending = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, Atom):
            found[node] = None
        else:
            pending.extend(reversed(node.args))
    return list(found)
