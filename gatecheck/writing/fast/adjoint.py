"""The backward program: every δ as a sum of K ⊙ L, where L is a δ or made linearly of one, and K is free of any.

Equal L merge, chains of a single K ⊙ L fold, and each compound K, a local factor, is a statement of its own: it needs
no gradient, so it is computed outside the loop that goes back through time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from sympy import Add, Expr, Integer, Mul, Symbol
from sympy.core.parameters import distribute

from ...calculus.edges import Edge, edges
from ...calculus.symbols import Spread, Times, Total, TransposedTimes, gradient, label, symbol, value
from ...calculus.system import Line
from ...cells import Equation, Size
from .program import Program, Statement, Weight, asked, carry, constant, fresh, in_order, sent
from .stages import parted

ONE = Integer(1)


@dataclass(frozen=True)
class Term:
    """k ⊙ δ, or the sum of its elements where it is summed, as a contribution to a gradient."""

    delta: Symbol
    k: Expr = ONE
    summed: bool = False


@dataclass
class _Gradient:
    """What reaches one quantity, gathered from everything that reads it."""

    of: Equation
    terms: list[Term] = field(default_factory=list)
    products: list[Expr] = field(default_factory=list)


def adjoint(program: Program) -> Program:
    """The program with its backward sections, for gradients that arrive at everything the cell hands on."""
    with distribute(False):
        return _Adjoint(program).program()


class _Adjoint:
    def __init__(self, program: Program) -> None:
        self.source = program
        self.lines = list(program.statements())
        self.outside = {s.name for s in program.section("early")} | set(program.cell.inputs)
        self.read = {r for s in self.lines for r in s.reads()}
        self.sizes = dict(program.sizes)
        self.found: dict[tuple[str, int], _Gradient] = {}
        self.parameters: list[tuple[str, Term, Equation]] = []
        self.weights: list[Weight] = []
        self.defined: dict[Symbol, Statement] = {}
        self.factors: dict[Symbol, Statement] = {}
        self.names: dict[Expr, Symbol] = {}
        self.folded: dict[Symbol, Term] = {}
        self.same: dict[Symbol, Symbol] = {}

    def program(self) -> Program:
        cell = self.source.cell
        for s in reversed(self.lines):
            if s.name in cell.outputs or (s.name, 0) in self.found:
                self._define(gradient(s.name), (s.name, 0), s.of)
                self._pull(s)
        wanted = [self._define(sent(n), (n, 1), cell.equations[0]) for n in asked(cell, cell.lagged)
                  if (n, 1) in self.found]  # fmt: skip
        wanted += [self._define(gradient(n), (n, 0), cell.equations[0]) for n in asked(cell, cell.inputs)
                   if {(n, 0), (n, 1)} & self.found.keys()]  # fmt: skip
        weights = tuple(replace(w, delta=self.same.get(w.delta, w.delta)) for w in self.weights)
        sums = tuple(self._summed())
        deltas = {value(label(old).name, 0): new for old, new in self.same.items()}
        wanted += [*(w.delta for w in weights), *(s for _, s in sums)]
        return self._parted(replace(self.source, sizes=self.sizes, weights=weights, sums=sums, deltas=deltas), wanted)

    # What one statement adds to the gradients of what it reads.

    def _pull(self, s: Statement) -> None:
        made = replace(self.source, sizes=self.sizes)
        for edge in edges(made.system, Line(s.name, s.of, s.expression, {})):
            if edge.operand is not None:
                self.weights.append(Weight(edge.source.name, gradient(s.name), edge.operand, edge.transposed))
                continue
            term = edge.pull(self.same.get(gradient(s.name), gradient(s.name)))
            if edge.source.lag is None:
                self.parameters.append((edge.source.name, self._term(edge, term), s.of))
                continue
            into = self.found.setdefault((edge.source.name, edge.source.lag), _Gradient(s.of))
            if isinstance(term, (Times, TransposedTimes)):
                into.products.append(term)
            else:
                into.terms.append(self._term(edge, term))

    def _term(self, edge: Edge, e: Expr) -> Term:
        """A contribution as k ⊙ L."""
        held = [f for f in Mul.make_args(e) if _linear(f)]
        k = Mul(*(f for f in Mul.make_args(e) if not _linear(f)))
        inner = held[0]
        if inner.is_Symbol:
            return Term(inner, k)
        if isinstance(inner, Spread):
            term = self._term(edge, inner.args[0])
            return replace(term, k=term.k * k)
        if isinstance(inner, Total) and k.is_number:
            term = self._term(edge, inner.args[0])
            if not term.summed:
                return Term(term.delta, term.k * k, True)
        return Term(self._name(f"d{edge.reader.name}_through", inner, edge.reader.of), k)

    def _name(self, wanted: str, e: Expr, of: Equation) -> Symbol:
        """A quantity that is made linearly of gradients."""
        name = fresh(wanted, (*self.sizes, *self.source.cell.shapes))
        self.sizes[name] = replace(self.source, sizes=self.sizes).system.size(e)
        made = gradient(name)
        self.defined[made] = Statement(made, e, of)
        return made

    # The gradient of one quantity.

    def _define(self, target: Symbol, key: tuple[str, int], of: Equation) -> Symbol:
        """Add up what was found; fold it into its readers where it is one K ⊙ L of its own size."""
        name = key[0]
        mine = self.found.get(key, _Gradient(of))
        merged: dict[tuple[Symbol, bool], Expr] = {}
        for term in (self._resolved(term, name) for term in mine.terms):
            at = term.delta, term.summed
            merged[at] = merged.get(at, Integer(0)) + term.k
        terms = [Term(d, k, summed) for (d, summed), k in merged.items() if k != 0]
        arriving = self._arriving(name) if target == gradient(name) else []
        if mine.products and not terms and not arriving:
            self.defined[target] = Statement(target, Add(*mine.products), mine.of)
            return target
        if mine.products:
            terms.append(Term(self._name(f"d{name}_products", Add(*mine.products), mine.of)))
        size = replace(self.source, sizes=self.sizes).system.size
        single = len(terms) == 1 and not arriving and not terms[0].summed and target == gradient(name)
        if single and name not in self.source.cell.inputs and self._copied(mine.terms, size(target)):
            self.same[target] = self.same.get(mine.terms[0].delta, mine.terms[0].delta)
        elif single and size(terms[0].delta * terms[0].k) == size(target):
            self._fold(target, terms[0], mine.of)
        else:
            alone = len(terms) == 1 and not arriving
            addends = [*arriving, *(self._written(target, t, mine.of, alone) for t in terms)]
            self.defined[target] = Statement(target, Add(*addends), mine.of)
        return target

    def _arriving(self, name: str) -> list[Expr]:
        """What reaches a quantity from the loss, and from step t+1 where something there may read it."""
        later = value(name, 1) in self.read
        return [symbol("loss", name, 0)] * (name in self.source.cell.outputs) + [carry(name)] * later

    def _copied(self, terms: list[Term], size: Size) -> bool:
        """Whether a gradient of that size is one other, and nothing else."""
        made = replace(self.source, sizes=self.sizes).system
        return len(terms) == 1 and terms[0].k == ONE and made.size(terms[0].delta) == size

    def _resolved(self, term: Term, name: str) -> Term:
        """A term of a folded δ by what that is one K ⊙ L of; after the loop by the δ, which the loop has made."""
        term = replace(term, delta=self.same.get(term.delta, term.delta))
        passed = name in self.outside and label(term.delta).name not in self.outside
        if passed or term.delta not in self.folded:
            return term
        through = self.folded[term.delta]
        return Term(through.delta, through.k * term.k, term.summed)

    def _fold(self, target: Symbol, term: Term, of: Equation) -> None:
        if not term.k.is_Symbol and not constant(term.k):
            term = replace(term, k=self._factor(target, term.k, of))
        self.folded[target] = term
        self.defined[target] = Statement(target, term.k * term.delta, of)

    def _factor(self, target: Symbol, k: Expr, of: Equation) -> Expr:
        """A name for a factor; one that has a name keeps it."""
        tag = label(target)
        if k in self.names:
            return self.names[k]
        name = fresh(f"k_{tag.name}{'_prev' * bool(tag.lag)}", (*self.sizes, *self.source.cell.shapes))
        self.sizes[name] = replace(self.source, sizes=self.sizes).system.size(k)
        self.factors[value(name, 0)] = Statement(value(name, 0), k, of)
        self.names[k] = value(name, 0)
        return self.names[k]

    def _written(self, target: Symbol, term: Term, of: Equation, alone: bool) -> Expr:
        """A term as an addend, its factor named where it is compound; so is what is summed, but where it is alone."""
        number, k = term.k.as_coeff_Mul() if term.summed or term.k.could_extract_minus_sign() else (ONE, term.k)
        if not k.is_Symbol and not constant(k):
            k = self._factor(target, k, of)
        if not term.summed:
            return number * k * term.delta
        if alone and number == 1:
            return Total(k * term.delta)
        return number * self._name(f"d{label(target).name}_sum", Total(k * term.delta), of)

    def _summed(self) -> Iterator[tuple[str, Symbol]]:
        for parameter, term, of in self.parameters:
            term = replace(term, delta=self.same.get(term.delta, term.delta))
            e = Total(term.k * term.delta) if term.summed else term.k * term.delta
            yield parameter, e if e.is_Symbol else self._name(f"d{parameter}_part", e, of)

    # The sections.

    def _parted(self, program: Program, wanted: Iterable[Symbol]) -> Program:
        """What is wanted and what that needs, before, in and after the loop; factors only where the loop reads them."""
        names = (*self.sizes, *program.cell.inputs)
        same = self.same | {carry(n): Integer(0) for n in names if sent(n) not in self.defined}
        statements = {t: replace(s, expression=s.expression.xreplace(same)) for t, s in self.defined.items()}
        before, loop, after = parted(in_order(_needed(statements, wanted)))
        plain = {k: s.expression for k, s in self.factors.items()}
        looped = {f for s in loop for f in s.expression.free_symbols}
        factors = in_order(_needed(self.factors, (k for k in self.factors if k in looped)))
        loop, after = _joined(loop, after, {f.target for f in factors})

        def written_out(s: Statement) -> Statement:
            while used := s.expression.free_symbols & plain.keys():
                s = replace(s, expression=s.expression.xreplace({k: plain[k] for k in used}))
            return s

        return program.with_sections(
            factors=factors,
            before=map(written_out, in_order(before, True)),
            backward=in_order(loop),
            after=map(written_out, in_order(after, True)),
        )


def _joined(
    loop: list[Statement], after: list[Statement], factors: set[Symbol]
) -> tuple[list[Statement], list[Statement]]:
    """What nothing in the loop needs, K ⊙ δ with K and δ that are there anyway: cheaper there than after it."""
    inside = {s.target for s in loop}

    def joins(s: Statement) -> bool:
        found = s.expression.free_symbols
        return s.expression.is_Mul and len(found) == 2 and bool(found & inside) and found <= inside | factors

    return [*loop, *filter(joins, after)], [s for s in after if not joins(s)]


def _linear(e: Expr) -> bool:
    return any(label(s).kind == "gradient" for s in e.free_symbols)


def _needed(statements: dict[Symbol, Statement], wanted: Iterable[Symbol]) -> list[Statement]:
    """The statements that give what is wanted, and what those read; what step t+1 sends is read as what t sends."""
    waiting, found = list(wanted), dict[Symbol, Statement]()
    while waiting:
        s = waiting.pop()
        s = sent(label(s).name) if label(s).kind == "carry" else s
        if s in statements and s not in found:
            found[s] = statements[s]
            waiting.extend(sorted(statements[s].reads(), key=str))
    return [s for t, s in statements.items() if t in found]
