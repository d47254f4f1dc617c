"""Where quantities live: gate-major arrays, (slots, B, size), or slabs, (B, slots), that products write and read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sympy import Expr, Symbol

from ...calculus.symbols import gradient, label, symbol, value
from ...cells import Size
from .calls import Run, call, runs
from .program import BACKWARD, FORWARD, Program, Statement, sent, source, varies


@dataclass(frozen=True)
class Buffer:
    """An array in the workspace. rows: T, T+1, block (of steps), step (none), given (a caller's array),
    result (an array for the caller) or parameters.

    slab: (rows, B, slots · size), for products; else gate-major, (rows, slots, B, size).
    """

    name: str
    size: Size
    slots: tuple[Symbol, ...]
    rows: str
    slab: bool = False


@dataclass(frozen=True, order=True)
class Place:
    """A slot of a buffer; row 1 is that of the next step."""

    buffer: str
    row: int
    slot: int


class Places:
    """The homes of quantities, as far as they are settled."""

    def __init__(self, program: Program) -> None:
        self.program, self.system = program, program.system
        self.size = cache(self.system.size)
        self.buffers: dict[str, Buffer] = {}
        self.homes: dict[Symbol, Place] = {}

    def copy(self) -> Places:
        """The same, to try something on."""
        made = Places(self.program)
        made.buffers, made.homes = dict(self.buffers), dict(self.homes)
        return made

    def add(self, name: str, slots: Sequence[Symbol], rows: str, slab: bool = False) -> None:
        """A buffer with a slot for each symbol, of one size."""
        if not slots:
            return
        self.buffers[name] = Buffer(name, self.size(slots[0]), tuple(slots), rows, slab)
        for k, s in enumerate(slots):
            self.homes[s] = Place(name, 1 if rows == "T+1" and self._next(s) else 0, k)

    def _next(self, s: Symbol) -> bool:
        """Whether a quantity of this step is kept for the next one, in that one's row."""
        return label(s).kind == "value" and label(s).name in self.program.cell.lagged

    def place(self, s: Symbol) -> Place | None:
        """Where a symbol is found at step t; None where it has no home yet."""
        tag = label(s)
        if tag.kind == "value" and tag.lag == 1:
            home = self.homes.get(value(tag.name, 0))
            return replace(home, row=0) if home else None
        if tag.kind == "carry":
            home = self.homes.get(sent(tag.name))
            return replace(home, row=1 if self.buffers[home.buffer].rows == "T+1" else 0) if home else None
        return self.homes.get(s)

    def over_time(self, s: Symbol) -> str:
        """A quantity at all steps as code, (T, B, size)."""
        home = self.homes[s]
        buffer = self.buffers[home.buffer]
        if buffer.rows == "given":
            return f"work.{buffer.name.removeprefix('in_')}[:, 0]"
        rows = "1:" if home.row else ":-1" if buffer.rows == "T+1" else ":"
        return f"work.{buffer.name}{'_gates' * buffer.slab}[{rows}, {home.slot}]"


def settle(program: Program, order: Sequence[Symbol]) -> tuple[list[Run], Places]:
    """Homes for all that outlives its run; order: of the gradients that products read, within each size."""
    return _Settling(program, order).settled()


def deltas(program: Program) -> list[Symbol]:
    """The gradients that products read, and what is summed beside them: the slots of the slabs."""
    looped = {s.target for s in program.section("backward")}
    found = [w.delta for w in program.weights] + [s for _, s in program.sums if s in looped]
    return list(dict.fromkeys(found))


class _Settling:
    def __init__(self, program: Program, order: Sequence[Symbol]) -> None:
        self.program, self.order = program, order
        self.runs = runs(program)
        self.places = Places(program)
        self.names = {n: i for i, n in enumerate(self.program.sizes)}
        self.forward = {s.target: s for n in FORWARD for s in program.section(n)}
        self.made: dict[Symbol, int] = {}
        self.used: dict[Symbol, set[int]] = {}
        for k, run in enumerate(self.runs):
            for s in run.statements:
                self.made[s.target] = k
                for r in s.reads():
                    self.used.setdefault(source(r), set()).add(k)

    def settled(self) -> tuple[list[Run], Places]:
        cell, add = self.program.cell, self.places.add
        for n in cell.inputs:
            if value(n, 0) in self.used or value(n, 0) in {w.operand for w in self.program.weights} or n in cell.lagged:
                add(f"in_{n}", [value(n, 0)], "T+1" if n in cell.lagged else "given")
        for n in cell.outputs:
            add(f"loss_{n}", [symbol("loss", n, 0)], "given")
        for size, group in self._by_size(self.order):
            add(f"slab_{size}", group, "T", slab=True)
        self._operands()
        self._in_slab()
        self._kept_sums()
        self._products()
        self._kept()
        self._backward()
        self._parameters()
        return self.runs, self.places

    def _by_size(self, symbols: Iterable[Symbol]) -> list[tuple[str, list[Symbol]]]:
        found: dict[Size, list[Symbol]] = {}
        for s in symbols:
            found.setdefault(self.places.size(s), []).append(s)
        return [(str(size).replace("+", "_"), group) for size, group in found.items()]

    def _operands(self) -> None:
        """What products read has a buffer of its own, so that steps and rows of the batch can be one axis."""
        for w in self.program.weights:
            s = source(w.operand)
            if s not in self.places.homes:
                self.places.add(f"rows_{label(s).name}", [s], self._rows(s))

    def _rows(self, s: Symbol) -> str:
        return "T+1" if label(s).kind == "value" and label(s).name in self.program.cell.lagged else "T"

    def _outlives(self, s: Symbol) -> bool:
        """Whether a forward quantity is read after its run, or at the next step, or handed on."""
        tag = label(s)
        handed = tag.kind == "value" and (tag.name in self.program.cell.outputs or tag.name in self.program.cell.lagged)
        return handed or bool(self.used.get(s, set()) - {self.made[s]})

    def _dead(self, s: Symbol) -> bool:
        """Whether nothing reads a forward quantity once the forward pass is done."""
        tag = label(s)
        if tag.name in self.program.cell.outputs or tag.name in self.program.cell.lagged:
            return False
        return all(self.runs[k].section.name in FORWARD for k in self.used.get(s, ()))

    def _delta(self, s: Symbol) -> Symbol:
        """The gradient of a named quantity."""
        return self.program.deltas.get(s, gradient(label(s).name))

    def _in_slab(self) -> None:
        """What waits for the loop where its gradient will be: sums before the loop, products over all steps."""
        taken = set[Place]()
        slabs = dict(self.places.homes)
        extra: dict[Symbol, list[tuple[Symbol, Symbol]]] = {}
        for run in self.runs:
            if run.loop or run.section.name not in FORWARD:
                continue
            for s in run.statements:
                if s.target in self.places.homes or not (self._outlives(s.target) or run.products):
                    continue
                home = slabs.get(self._delta(s.line or s.target))
                inside = {self.places.place(r) for r in s.reads()}
                fits = home and self.places.size(s.target) == self.places.buffers[home.buffer].size
                if home and fits and self._dead(s.target) and (home not in taken or home in inside):
                    self.places.homes[s.target] = home
                    taken.add(home)
                elif run.products and s.name in self.program.cell.lagged:
                    self.places.add(f"rows_{s.name}", [s.target], "T+1")
                elif run.products:
                    extra.setdefault(call(s).operands[0], []).append((self._delta(s.line or s.target), s.target))
        rank = {d: k for k, d in enumerate(self.order)}
        for k, found in enumerate(extra.values()):
            found.sort(key=lambda pair: rank.get(pair[0], -1))
            for size, group in self._by_size([s for _, s in found]):
                self.places.add(f"products_{k}_{size}", group, "T", slab=True)

    def _kept_sums(self) -> None:
        """Sums of a product and of what waits in the slab stay there: factors read them before gradients are written.

        Where they are of one operand and all of that kind, so that one call on whole rows makes all of them.
        """
        loop = self.program.section("forward")
        products = {s.target: call(s).operands[0] for s in loop if call(s).product}
        groups: dict[tuple[Expr, Size], list[tuple[Statement, Place | None]]] = {}
        for s in loop:
            for r in s.reads() & products.keys() if call(s).function == "add" else ():
                home = self.places.homes.get(self._delta(s.target))
                waits = home in {self.places.place(o) for o in s.reads()} and self._until_factors(s.target)
                groups.setdefault((products[r], self.places.size(s.target)), []).append((s, home if waits else None))
        for group in groups.values():
            if all(home for _, home in group) and any(self._outlives(s.target) for s, _ in group):
                self.places.homes.update({s.target: home for s, home in group if home})

    def _until_factors(self, s: Symbol) -> bool:
        """Whether a forward quantity is read by no more than factors are made of, and its gradient is the loop's."""
        tag, delta = label(s), self._delta(s)
        handed = tag.name in self.program.cell.outputs or tag.name in self.program.cell.lagged
        sections = {self.runs[k].section.name for k in self.used.get(s, ())}
        looped = delta in self.made and self.runs[self.made[delta]].section.name == "backward"
        return not handed and looped and sections <= {*FORWARD, "factors"}

    def _products(self) -> None:
        """Products of one operand in a loop that outlive it: side by side they stay one GEMM."""
        found: dict[tuple[Expr, Size], list[Symbol]] = {}
        for s in self.program.section("forward"):
            fresh = s.target not in self.places.homes and s.name not in self.program.cell.lagged
            if fresh and call(s).product and self._outlives(s.target):
                found.setdefault((call(s).operands[0], self.places.size(s.target)), []).append(s.target)
        for k, group in enumerate(g for g in found.values() if len(g) > 1):
            self.places.add(f"kept_products_{k}", group, "T", slab=True)

    def _kept(self) -> None:
        """Other forward quantities that outlive their run, gate-major: activations in the order of the slab first."""
        rank = {d: k for k, d in enumerate(self.order)}

        def key(s: Statement) -> tuple[int, int]:
            through = [rank[d] for r in s.reads() if (d := self._delta(r)) in rank]
            lagged = label(s.target).name in self.program.cell.lagged
            activation = len(s.reads()) == 1 or s.line == s.target
            inner = self._activation(s)
            first = 0 if inner is not None and activation else 1 if lagged else 2
            return first, rank.get(inner, 0) if inner is not None else min(through, default=0)

        kept = [s for run in self.runs if run.section.name in FORWARD for s in run.statements
                if s.target not in self.places.homes and self._outlives(s.target)]  # fmt: skip
        for size, group in self._by_size(s.target for s in sorted(kept, key=key)):
            lagged = any(label(s).name in self.program.cell.lagged for s in group)
            self.places.add(f"kept_{size}", group, "T+1" if lagged else "T")

    def _activation(self, s: Statement) -> Symbol | None:
        """The gradient in the slab of what a statement is, in the end, a function of alone."""
        now, rank = s, set(self.order)
        while len(reads := now.reads()) == 1:
            r = next(iter(reads))
            if self._delta(r) in rank and label(r).lag == 0:
                return self._delta(r)
            if r not in self.forward or label(r).lag == 1:
                return None
            now = self.forward[r]
        return None

    def _backward(self) -> None:
        """Factors by the block; what is sent back, by the step where the loop alone reads it; the rest over time."""
        looped = [s for s in self.program.section("backward") if call(s).function == "multiply"]
        wanted = {s.target for s in self.program.section("factors")}
        reads = {r for s in self.program.section("backward") for r in s.reads()}
        far = len(self.order)
        rank = {d: k for k, d in enumerate(self.order)}
        pairs = [(str(sorted(map(str, s.reads() - wanted))), rank.get(s.target, far), k)
                 for s in looped for k in sorted(s.reads() & wanted, key=str)]  # fmt: skip
        factors = [k for _, _, k in sorted(pairs, key=lambda p: (p[0], p[1]))]
        factors += [s.target for s in self.program.section("factors") if s.target in reads]
        for size, group in self._by_size(dict.fromkeys(factors)):
            self.places.add(f"factors_{size}", group, "block")
        for run in self.runs:
            for s in run.statements:
                if run.section.name in BACKWARD and s.target not in self.places.homes:
                    self._home(run, s)

    def _home(self, run: Run, s: Statement) -> None:
        tag, here = label(s.target), self.made[s.target]
        beyond = self.used.get(s.target, set()) - {here}
        if tag.kind == "gradient" and tag.lag == 1:
            self.places.add(f"sent_{tag.name}", [s.target], "step" if run.loop and not beyond else "T+1")
        elif tag.name in self.program.cell.inputs or run.products:
            handed = run.products and tag.name in self.program.cell.inputs and s.target not in self.used
            self.places.add(f"rows_d{tag.name}", [s.target], "result" if handed else "T")
        elif beyond or (run.loop and s.target in {t for _, t in self.program.sums}):
            self.places.add(f"over_d{tag.name}", [s.target], "T")

    def _parameters(self) -> None:
        """Vector parameters that are read elementwise, in the order of the places that they go with."""
        found: dict[Symbol, tuple[int, Place, int]] = {}
        far = Place("~", 0, 0)
        for k, s in enumerate(self.program.statements()):
            c = call(s)
            for r in () if c.product else sorted(s.expression.free_symbols, key=str):
                if not varies(r) and label(r).kind == "value":
                    places = [p for q in (s.target, *s.reads()) if (p := self.places.place(q))]
                    found.setdefault(r, (self.made[s.target], min(places, default=far), k))
        for size, group in self._by_size(sorted(found, key=lambda s: found[s])):
            self.places.add(f"vectors_{size}", group, "parameters")
