"""From equations to calls: ½ folded into the parameters of sigmoids, then one operation per statement."""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Expr, Mul, Pow, Rational, Symbol
from sympy.core.parameters import distribute

from ...calculus.symbols import (
    Atom,
    Spread,
    Times,
    TransposedTimes,
    label,
    log,
    sigmoid,
    symbol,
    tanh,
    value,
)
from ...cells import SCALAR
from ..numpy_printer import finite
from .program import DIRECTIONS, FORWARD, Piece, Program, Statement, constant, varies

HALF = Rational(1, 2)


def keep_from_overflow(program: Program) -> Program:
    """log σ(a) becomes -softplus(-a), which stays finite where σ(a) is no more than 0."""

    found = {s.target: s for s in program.section("forward")}
    inner = {q: s.expression for q, s in found.items()
             if isinstance(s.expression, sigmoid) and s.name not in program.cell.assigned}  # fmt: skip

    def written_out(e: Expr) -> Expr:
        if isinstance(e, log):
            return log(inner.get(e.args[0], e.args[0]))
        return e.func(*map(written_out, e.args)) if e.args else e

    with distribute(False):
        changed = [replace(s, expression=finite(written_out(s.expression))) for s in found.values()]
    read = {r for s in changed for r in s.reads()}
    return program.with_sections(forward=[s for s in changed if s.target in read or s.name in program.cell.assigned])


def halve(program: Program) -> Program:
    """σ(a) becomes ½ tanh(½ a) + ½, with the inner ½ folded into the parameters that a is linear in.

    Where a is read by σ alone, and every addend has a parameter, or is computed before the loop, where ½ is cheap.
    """
    halves = _Halves(program)
    for s in program.statements():
        if isinstance(s.expression, sigmoid) and s.target in halves.known:
            halves.apply(s)
    changed = {n: [halves.known[s.target] for s in program.section(n)] for n in FORWARD}
    shapes = {n: program.cell.shapes[w] for w, n in halves.named.items()}
    cell = replace(program.cell, shapes={**program.cell.shapes, **shapes})
    return replace(program, cell=cell, pieces=halves.pieces).with_sections(**changed)


class _Halves:
    def __init__(self, program: Program) -> None:
        self.program, self.pieces = program, dict(program.pieces)
        self.known = {s.target: s for n in FORWARD for s in program.section(n)}
        self.early = {s.target for s in program.section("early")}
        self.named: dict[str, str] = {}
        self.readers: dict[Symbol, int] = {}
        for s in program.statements():
            for r in s.reads():
                self.readers[r] = self.readers.get(r, 0) + 1
        for w in program.weights:
            self.readers[w.operand] = self.readers.get(w.operand, 0) + 1

    def apply(self, s: Statement) -> None:
        found = self._halved(s.expression.args[0])
        if found is not None:
            self.known.update(found)
            self.known[s.target] = replace(s, expression=HALF * tanh(s.expression.args[0]) + HALF)

    def _halved(self, a: Expr) -> dict[Symbol, Statement] | None:
        """The statement that gives a, and those before it, changed to give half of it; None where that does not go."""
        if not (a.is_Symbol and a in self.known and self.readers.get(a) == 1) or self._handed(a):
            return None
        s, changed, addends = self.known[a], dict[Symbol, Statement](), list[Expr]()
        for addend in Add.make_args(s.expression):
            inside = self._halved(addend) if addend.is_Symbol and addend in self.early else None
            parameter = self._parameter(addend)
            if inside is not None:
                changed.update(inside)
            elif parameter is not None:
                addend = addend.xreplace({parameter: value(self._half(label(parameter).name), None)})
            elif a in self.early:
                addend = HALF * addend
            else:
                return None
            addends.append(addend)
        return {**changed, a: replace(s, expression=Add(*addends))}

    def _handed(self, a: Symbol) -> bool:
        return label(a).name in (*self.program.cell.outputs, *self.program.cell.lagged)

    def _parameter(self, addend: Expr) -> Symbol | None:
        """The parameter that an addend is linear in: p, p v, W v."""
        if isinstance(addend, (Times, TransposedTimes)):
            return addend.args[0]
        found = [f for f in Mul.make_args(addend) if f.is_Symbol and not varies(f) and label(f).kind == "value"]
        return found[0] if found else None

    def _half(self, parameter: str) -> str:
        if parameter not in self.named:
            name = f"{parameter}/2"
            whole = self.pieces.get(parameter, Piece(parameter))
            self.pieces[name] = replace(whole, scale=whole.scale * HALF)
            self.named[parameter] = name
        return self.named[parameter]


def flatten(program: Program) -> Program:
    """One operation per statement, on names; what is computed twice in a section is computed once."""
    flat = _Flat(program)
    changed = {name: flat.section(name) for name in DIRECTIONS}
    return replace(program, sizes=flat.sizes).with_sections(**changed)


class _Flat:
    def __init__(self, program: Program) -> None:
        self.program, self.sizes = program, dict(program.sizes)
        self.made: list[Statement] = []
        self.known: dict[Expr, Symbol] = {}
        self.now: Statement
        self.count = 0

    def section(self, name: str) -> list[Statement]:
        self.made, self.known = [], {}
        for s in self.program.section(name):
            self.now = s
            with distribute(False):
                made = replace(s, expression=self._flat(s.expression, s.target), line=s.target)
            self.made.append(made)
        return self.made

    def _operand(self, e: Expr) -> Expr:
        """A name for the expression; a number as it is."""
        if e.is_Symbol or constant(e):
            return e
        if isinstance(e, Spread):  # arrays of one element broadcast
            return self._operand(e.args[0])
        if e not in self.known:
            self.count += 1
            backward = any(label(s).kind in ("gradient", "carry", "loss") for s in e.free_symbols)
            made = symbol("gradient" if backward else "value", str(self.count), 0)
            self.sizes[label(made).name] = replace(self.program, sizes=self.sizes).system.size(e)
            flat = self._flat(e, made)
            self.made.append(Statement(made, flat, self.now.of, self.now.target))
            self.known[e] = made
        return self.known[e]

    def _full(self, e: Expr) -> Expr:
        """A name for the expression in its whole size: what mixes elements must see each of them."""
        made = self._operand(e)
        size = replace(self.program, sizes=self.sizes).system.size
        if not constant(made) and size(made) == size(e) and varies(made):
            return made
        return self._new(made, e)

    def _new(self, made: Expr, like: Expr) -> Symbol:
        self.count += 1
        copy = symbol("value" if not constant(made) and label(made).kind == "value" else "gradient", str(self.count), 0)
        self.sizes[label(copy).name] = replace(self.program, sizes=self.sizes).system.size(like)
        self.made.append(Statement(copy, made, self.now.of, self.now.target))
        return copy

    def _flat(self, e: Expr, target: Symbol) -> Expr:
        """The expression as one operation on names."""
        if e.is_Symbol or constant(e):
            return e
        if e.is_Add and all(isinstance(a, (Times, TransposedTimes)) and _backward(a) for a in e.args):
            return Add(*(a.func(a.args[0], self._full(a.args[1])) for a in e.args))
        if e.is_Add:
            return self._sum(list(e.args))
        if e.is_Mul or (e.is_Pow and e.exp.is_negative):
            return self._product(e)
        if e.is_Pow:
            return self._power(e.base, e.exp)
        if isinstance(e, (Times, TransposedTimes)):
            return e.func(e.args[0], self._full(e.args[1]))
        if isinstance(e, sigmoid):
            return self._flat(HALF * tanh(HALF * e.args[0]) + HALF, target)
        if isinstance(e, Spread):
            return self._operand(e.args[0])
        if type(e).__name__ == "Part":
            return e.func(self._full(e.args[0]), *e.args[1:])
        return e.func(*map(self._full if isinstance(e, Atom) else self._operand, e.args))

    def _sum(self, addends: list[Expr]) -> Expr:
        """Positive before negative, what has a name before what has not, numbers last."""
        ordered = sorted(addends, key=lambda a: (_negative(a), not a.is_Symbol, constant(a)))
        total = self._operand(ordered[0])
        for k, a in enumerate(ordered[1:], 2):
            part = -self._operand(-a) if _negative(a) else self._operand(a)
            total = Add(total, part) if k == len(ordered) else self._operand(Add(total, part, evaluate=False))
        return total

    def _product(self, e: Expr) -> Expr:
        """Numbers, and what is one number for a whole vector, are multiplied first: they cost least."""
        size = replace(self.program, sizes=self.sizes).system.size
        single = [f for f in Mul.make_args(e) if size(f) == SCALAR]
        if len(single) > 1 and size(e) != SCALAR and not all(map(constant, single)):
            e = Mul(self._operand(Mul(*single)), *(f for f in Mul.make_args(e) if f not in single))
        number = Mul(*(f for f in Mul.make_args(e) if constant(f)))
        factors = sorted((f for f in Mul.make_args(e) if not constant(f)), key=lambda f: (not f.is_Symbol,))
        above = [f for f in factors if not (f.is_Pow and f.exp.is_negative)]
        below = [Pow(f.base, -f.exp) for f in factors if f.is_Pow and f.exp.is_negative]
        operands = [self._operand(f) for f in above]
        if not operands:
            total, below = number / self._operand(below[0]), below[1:]
        elif number == 1:
            total, operands = operands[0], operands[1:]
        else:
            total, operands = number * operands[0], operands[1:]
        for f in operands:
            total = self._operand(total) * f
        for f in below:
            total = self._operand(total) / self._operand(f)
        return total

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        made = self._operand(base)
        if exponent.is_Integer and exponent > 2:
            return self._operand(made ** (exponent - 1)) * made
        return made**exponent


def _backward(product: Expr) -> bool:
    return any(label(s).kind == "gradient" for s in product.free_symbols)


def _negative(e: Expr) -> bool:
    return bool(e.as_coeff_Mul()[0] < 0)
