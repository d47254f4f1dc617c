"""Packs -> lines of NumPy: one call on views for each, under the equations that it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from sympy import Expr, Integer, Rational, Symbol
from sympy.printing.str import StrPrinter

from ...calculus.symbols import label
from ...cells import Equation, Size
from .. import escaping
from .packing import Pack
from .places import Places
from .program import constant
from .views import Views, dims, times

#: What NumPy calls a function, with the operands that it needs besides. np.negative reads strided arrays wrongly
#: (2.4.6 with AVX2: every eighth of so many numbers, written four apart).
FUNCTIONS = {
    "negative": ("multiply", Integer(-1)),
    "relu": ("maximum", Integer(0)),
    "softplus": ("logaddexp", Integer(0)),
    "step": ("greater", Integer(0)),
}
#: Functions that mix the elements of a vector.
MIXING = ("Join", "Part", "Total", "Mean", "erf", "Softmax", "LogSumExp")
#: What numbers in a loop are called.
NUMBERS = {"0.5": "half", "1": "one", "-1": "minus_one", "2": "two", "0": "zero"}
#: Functions that the module must define itself.
HELPED = {"erf": "erf", "Softmax": "softmax", "LogSumExp": "logsumexp"}


class _Numbers(StrPrinter):
    def _print_Symbol(self, expr: Symbol) -> str:
        return label(expr).name

    def _print_Rational(self, expr: Rational) -> str:
        return repr(float(expr))

    def _print_Pi(self, expr: Expr) -> str:
        return "np.pi"


def number(e: Expr) -> str:
    """A number as code; sizes are numbers."""
    if not e.free_symbols:
        return str(int(e)) if e.is_Integer else repr(float(e))
    return str(_Numbers().doprint(e))


class Emitter:
    """Writes the packs of one run."""

    def __init__(self, places: Places, views: Views, weights: Mapping[Symbol, str], helpers: dict[str, None]) -> None:
        self.places, self.views, self.weights, self.helpers = places, views, weights, helpers
        self.functions: dict[str, None] = {}

    def lines(self, packs: Sequence[Pack]) -> list[str]:
        """The calls; above each, the equations it serves where they are not those of the call before."""
        found: list[str] = []
        said: set[Equation] = set()
        for pack in packs:
            equations = dict.fromkeys(s.of for s in pack.statements)
            if set(equations) != said:
                found += comments(equations)
                said = set(equations)
            found += self._call(pack)
        return found

    def _call(self, pack: Pack) -> Iterable[str]:
        name = pack.call.function
        if name == "products":
            yield from self._products(pack)
            return
        flat = name not in MIXING and self._flat(pack)
        view = self.views.rows if flat else self.views.elementwise
        out = view(pack.targets)
        operands = [self._number(o[0]) if constant(o[0]) else view(o) for o in pack.operands]
        if name == "copy":
            yield f"np.copyto({out}, {operands[0]})"
        elif name == "Join":
            yield f"np.concatenate([{', '.join(operands)}], axis=-1, out={out})"
        elif name == "Part":
            yield f"np.copyto({out}, {operands[0]}[..., {self._part(pack)}])"
        elif name in ("Total", "Mean"):
            yield f"np.add.reduce({operands[0]}, axis=-1, keepdims=True, out={out})"
            if name == "Mean":
                size = self.places.system.size(pack.operands[0][0])
                yield f"np.divide({out}, {dims(size)}, out={out})"
        elif name in HELPED:
            self.helpers[HELPED[name]] = None
            yield f"{HELPED[name]}({operands[0]}, {out})"
        else:
            function, *more = FUNCTIONS.get(name, (name,))
            operands += [self._number(m) for m in more]
            last = f"out={out}" if function == "maximum" else out  # which takes no third argument by place
            yield f"{self._function(function)}({', '.join([*operands, last])})"

    def _flat(self, pack: Pack) -> bool:
        """Whether gates stand side by side in all that a call reads and writes, so that whole rows can be taken."""
        moving = [o for o in (pack.targets, *pack.operands) if not constant(o[0])]
        found = [self.views.slab(o) for o in moving]
        return len(pack.targets) > 1 and found[0] == "slab" and None not in found

    def _number(self, e: Expr) -> str:
        """In a loop a number is an array made before it: NumPy would make one at every call."""
        text = number(e)
        if not self.views.loop:
            return text
        return self.views.fix(f"np.array({text}, p.dtype)", NUMBERS.get(text, f"number_{len(self.views.fixed)}"))

    def _part(self, pack: Pack) -> str:
        assert pack.call.detail is not None
        _, k, join = pack.call.detail.args
        ends = list(accumulate((self.places.system.size(a) for a in join.args), lambda a, b: Size.total((a, b))))
        start = times(1, ends[int(k) - 1]) if k > 0 else ""
        return f"{start}:{times(1, ends[int(k)])}"

    def _products(self, pack: Pack) -> Iterable[str]:
        """Products of one operand: one GEMM with the matrices side by side; a sum of products: one for each stretch."""
        over = not self.views.loop
        if label(pack.operands[0][0]).kind == "value":
            operand, out = self.views.rows(pack.operands[0], over), self.views.rows(pack.targets, over)
            yield f"{self._gemm(pack.targets)}({operand}, {self._weight(self.weights[pack.targets[0]])}, {out})"
            return
        out = self.views.rows(pack.targets, over)
        for k, deltas in enumerate(stretches(self.places, (o[0] for o in pack.operands))):
            weight = self._weight(f"{self.weights[pack.targets[0]]}{f'_{k + 1}' if k else ''}")
            operand = self.views.rows(deltas, over)
            if k:
                yield f"{self._function('add')}({out}, np.matmul({operand}, {weight}), {out})"
            else:
                yield f"{self._gemm(deltas, pack.targets)}({operand}, {weight}, {out})"

    def _weight(self, name: str) -> str:
        return self.views.fix(f"p.{name}", name) if self.views.loop else f"p.{name}"

    def _gemm(self, *groups: Sequence[Symbol]) -> str:
        """dot is quicker to call, but copies operands that are not whole, and takes no such result."""
        return self._function("dot" if all(map(self._whole, groups)) else "matmul")

    def _whole(self, symbols: Sequence[Symbol]) -> bool:
        place = self.places.place(symbols[0])
        assert place is not None
        buffer = self.places.buffers[place.buffer]
        return not buffer.slab or len(set(symbols)) == len(buffer.slots)

    def _function(self, name: str) -> str:
        """A function of NumPy under its own name, which a loop need not look up in the module."""
        if name in self.places.program.cell.shapes:
            return f"np.{name}"
        self.functions[name] = None
        return name


def stretches(places: Places, symbols: Iterable[Symbol]) -> list[tuple[Symbol, ...]]:
    """The symbols in the order of their places, cut where these are not adjacent; each once."""
    found: list[list[Symbol]] = []
    for s in sorted(dict.fromkeys(symbols), key=lambda s: places.place(s)):  # type: ignore[arg-type,return-value]
        home, last = places.homes[s], places.homes.get(found[-1][-1]) if found else None
        if last and last.buffer == home.buffer and last.slot + 1 == home.slot and last.row == home.row:
            found[-1].append(s)
        else:
            found.append([s])
    return [tuple(f) for f in found]


def comments(equations: Iterable[Equation]) -> list[str]:
    """Equations as comments."""
    return [f"# {escaping.plain(e.source)}" for e in equations]
