"""Calls of the same function on adjacent places become one call; what has no home yet gets a place in scratch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, starmap

from sympy import Expr, Symbol

from ...calculus.symbols import gradient, label
from .calls import COMMUTATIVE, Call, Run, call
from .places import Buffer, Place, Places
from .program import Program, Statement, carry, constant, source, varies

Operand = tuple[Expr, ...]
REDUCTIONS = ("Total", "Mean")


@dataclass(frozen=True)
class Pack:
    """One call on the places of several statements: an operand is one expression, or one per statement."""

    call: Call
    statements: tuple[Statement, ...]
    operands: tuple[Operand, ...]

    @property
    def targets(self) -> tuple[Symbol, ...]:
        return tuple(s.target for s in self.statements)


def arrange(program: Program, run: Run, places: Places, scratch: str) -> list[Pack]:
    """The run's calls, packed, in an order that keeps what they need; places gains the homes of what lives in it alone.

    scratch: the rows of what has no home: step in a loop, block in blocks of steps.
    """
    return _Arranging(program, run, places, scratch).packs()


class _Arranging:
    def __init__(self, program: Program, run: Run, places: Places, scratch: str) -> None:
        self.program, self.run, self.places, self.scratch = program, run, places, scratch
        self.system = places.system
        self.calls = {s: call(s) for s in run.statements}
        self.made = {s.target: s for s in run.statements}
        self.readers: dict[Symbol, list[Statement]] = {}
        for s in run.statements:
            for r in s.reads():
                self.readers.setdefault(r, []).append(s)
        self.summed = {s for _, s in program.sums}
        self.moved: set[Expr] = set()  # whose places are now those of what was made of them
        self.free: dict[str, list[int]] = {}
        self.used: dict[str, int] = {}

    def packs(self) -> list[Pack]:
        self._chain()
        found: list[Pack] = []
        levels = self._levels()
        last: dict[Symbol, int] = {}
        for s, k in levels.items():
            for r in s.reads():
                last[r] = max(last.get(r, 0), k)
        starts, ends = dict[int, list[Statement]](), dict[int, list[Statement]]()
        for s, k in levels.items():
            starts.setdefault(k, []).append(s)
            ends.setdefault(last.get(s.target, k), []).append(s)
        for level in sorted(starts):
            for s in ends.get(level - 1, ()):  # what nothing reads any more gives its scratch back
                home = self.places.homes.get(s.target)
                gone = s.target in self.summed or s.target in self.moved
                if home and not gone and home.buffer in self.used:
                    self.free[home.buffer].append(home.slot)
            for group in self._groups(starts[level]):
                found += self._merged(group)
        for name, count in self.used.items():
            old = self.places.buffers.get(name)
            inside = (t for p in found for t in p.targets if self.places.homes[t].buffer == name)
            size = self.places.size(next(inside))
            slots = max(count, len(old.slots) if old else 0)
            self.places.buffers[name] = Buffer(name, size, (Symbol("scratch"),) * slots, self.scratch)
        return found

    # What may be written where its only reader writes.

    def _chain(self) -> None:
        """A value that one call on nothing else reads takes that call's home: it is changed in place."""
        for s in reversed(self.run.statements):
            home, c = self.places.place(s.target), self.calls[s]
            inside = [o for o in c.operands if o.is_Symbol and not constant(o) and varies(o)]
            if home is None or c.product or len(set(inside)) != 1 or c.function in ("Join", "Part"):
                continue
            if self._moves(inside[0], s):
                self.places.homes[inside[0]] = home

    def _product_alone(self, e: Expr) -> bool:
        """Whether an operand is a product that nothing else reads: what is computed with it may take its place."""
        made = self.made.get(e)
        if made is None or not self.calls[made].product or label(e).kind != "value":
            return False
        home = self.places.place(e)
        kept = home is not None and self.places.buffers[home.buffer].rows != "step"
        return not kept and len(self.readers.get(e, ())) == 1

    def _moves(self, r: Symbol, reader: Statement) -> bool:
        # A sum with a product stays in the slab: a sum of whole rows is cheaper than one of gates.
        made = self.made.get(r)
        if made is None or self.calls[made].product or any(map(self._product_alone, self.calls[made].operands)):
            return False
        alone = len(self.readers.get(r, ())) == 1 and r not in self.summed
        same = self.places.size(r) == self.places.size(reader.target)
        return alone and same and self.places.place(r) is None and label(reader.target).lag == 0

    # Order.

    def _levels(self) -> dict[Statement, int]:
        """How many calls must come before each; what is sent back is written after all that read what arrived."""
        made = self.made
        # Where steps run at once, what a call reads of the step before is made by a call of its own block.
        read = {s: {r if self.run.loop else source(r) for r in s.reads()} for s in self.run.statements}
        before = {s: [made[r] for r in read[s] if r in made and made[r] is not s] for s in self.run.statements}
        for s in self.run.statements:
            tag = label(s.target)
            if tag.kind == "gradient" and tag.lag == 1:
                before[s] += [x for x in self.readers.get(carry(tag.name), ()) if x is not s]
        levels: dict[Statement, int] = {}
        for first in self.run.statements:
            pending = [first]
            while pending:
                missing = next((b for b in before[pending[-1]] if b not in levels), None)
                if missing is not None:
                    pending.append(missing)
                else:
                    s = pending.pop()
                    levels[s] = 1 + max((levels[b] for b in before[s]), default=0)
        return {s: levels[s] for s in self.run.statements}

    def _groups(self, statements: Iterable[Statement]) -> list[list[Statement]]:
        groups: dict[object, list[Statement]] = {}
        for s in statements:
            c = self.calls[s]
            sizes = tuple(str(o) if constant(o) else str(self.places.size(o)) for o in c.operands)
            if c.product:
                forward = label(c.operands[0]).kind == "value"
                key: object = (c.operands[0], self.places.size(s.target)) if forward else s.target
            else:
                key = (c.function, sizes, self.places.size(s.target), c.detail and c.detail.args[1:])
            groups.setdefault(key, []).append(s)
        return list(groups.values())

    # Packs.

    def _merged(self, group: Sequence[Statement]) -> list[Pack]:
        if self.calls[group[0]].product:
            return self._products(group)
        open_packs: list[Pack] = []
        for s in sorted(group, key=self._key):
            for k, pack in enumerate(open_packs):
                longer = self._longer(pack, s)
                if longer is not None:
                    open_packs[k] = longer
                    break
            else:
                open_packs.append(Pack(self.calls[s], (s,), tuple((o,) for o in self.calls[s].operands)))
        for pack in open_packs:
            self._settle(pack)
        return open_packs

    def _key(self, s: Statement) -> tuple[Place, ...]:
        """By where the result goes, or where the operands are."""
        target = self.places.place(s.target)
        operands = [p for o in self.calls[s].operands if (p := self._place(o))]
        return (target, *operands) if target else tuple(sorted(operands))

    def _place(self, e: Expr) -> Place | None:
        return None if constant(e) else self.places.place(e)

    def _longer(self, pack: Pack, s: Statement) -> Pack | None:
        """The pack with one more statement, where all that they read and write is adjacent or one and the same."""
        last, new = self.places.place(pack.targets[-1]), self.places.place(s.target)
        apart = last and new and not _adjacent(last, new)
        if pack.call.function == "Join" or (last is None) != (new is None) or apart:
            return None
        for mine, theirs in self._turned(pack, self.calls[s].operands):
            joined = [self._joined(a, b) for a, b in zip(mine, theirs, strict=True)]
            if pack.call.function in REDUCTIONS and joined == [(*pack.operands[0], pack.operands[0][0])]:
                continue  # a sum is not broadcast
            if all(j is not None for j in joined):
                return Pack(pack.call, (*pack.statements, s), tuple(j for j in joined if j is not None))
        return None

    def _turned(self, pack: Pack, new: tuple[Expr, ...]) -> Iterable[tuple[tuple[Operand, ...], tuple[Expr, ...]]]:
        yield pack.operands, new
        if pack.call.function in COMMUTATIVE:
            yield pack.operands, new[::-1]
            if len(pack.statements) == 1:
                yield pack.operands[::-1], new
                yield pack.operands[::-1], new[::-1]

    def _joined(self, operand: Operand, e: Expr) -> Operand | None:
        if len(set(operand)) == 1 and operand[0] == e:
            return (*operand, e)
        a, b = self._place(operand[-1]), self._place(e)
        apart = len(operand) == 1 or operand[-1] != operand[0]
        return (*operand, e) if apart and a and b and _adjacent(a, b) else None

    def _products(self, group: Sequence[Statement]) -> list[Pack]:
        """Products of one operand, in the order of the slab; or the sum of products that one gradient is."""
        rank = {s: k for k, s in enumerate(s for b in self.places.buffers.values() if b.slab for s in b.slots)}

        def key(s: Statement) -> tuple[Place | None, int]:
            line = s.line or s.target
            delta = self.program.deltas.get(line, gradient(label(line).name))
            return self.places.place(s.target) or Place("", 0, 0), rank.get(delta, len(rank))

        ordered = sorted(group, key=key)
        homeless = [s for s in ordered if self.places.place(s.target) is None]
        if homeless:
            name = f"product_{label(homeless[0].target).name}"
            self.places.add(name, [s.target for s in homeless], "step", slab=True)
        packs: list[Pack] = []
        for s in ordered:
            c, home = self.calls[s], self.places.homes[s.target]
            slab = self.places.buffers[home.buffer].slab
            if packs and slab and _adjacent(self.places.homes[packs[-1].targets[-1]], home):
                packs[-1] = replace(packs[-1], statements=(*packs[-1].statements, s))
            else:
                packs.append(Pack(c, (s,), tuple((o,) for o in c.operands)))
        return packs

    # Scratch.

    def _settle(self, pack: Pack) -> None:
        """Homes for what a call gives: in place of what nothing else reads, where its reader writes, or in scratch."""
        if self.places.place(pack.targets[0]) is not None:
            return
        for operand in self._dying(pack):
            self.places.homes.update(zip(pack.targets, map(self.places.homes.__getitem__, operand), strict=True))
            self.moved.update(operand)
            return
        ahead = [h for t in pack.targets if (h := self._ahead(t))]
        if len(ahead) == len(pack.targets) and all(starmap(_adjacent, pairwise(ahead))):
            self.places.homes.update(zip(pack.targets, ahead, strict=True))
            return
        name = f"{self.scratch}_{self.places.size(pack.targets[0])}".replace("+", "_")
        free, count = self.free.setdefault(name, []), len(pack.targets)
        self.used.setdefault(name, 0)
        start = self._run_of(free, count)
        if start is None:
            start = self.used[name]
            self.used[name] += count
        for k, s in enumerate(pack.targets):
            self.places.homes[s] = Place(name, 0, start + k)
            if start + k in free:
                free.remove(start + k)

    def _dying(self, pack: Pack) -> Iterable[tuple[Symbol, ...]]:
        """The operands that nothing reads after the call, each element as large as what the call makes of it."""
        if pack.call.product or pack.call.function in ("Join", "Part"):
            return
        for operand in pack.operands:
            found = tuple(o for o, s in zip(operand, pack.statements, strict=False) if self._dies(o, s))
            if len(set(found)) == len(pack.targets):
                yield found

    def _dies(self, e: Expr, reader: Statement) -> bool:
        """Whether an operand is scratch, or a product on the way to its reader, and nothing else reads it."""
        if constant(e) or self.readers.get(e) != [reader] or e in self.summed:
            return False
        home = self.places.place(e)
        scratch = self._product_alone(e) or (home is not None and home.buffer in self.used)
        return scratch and self.places.size(e) == self.places.size(reader.target)

    @staticmethod
    def _run_of(free: list[int], count: int) -> int | None:
        """The first of so many free slots side by side."""
        return next((k for k in sorted(free) if all(k + j in free for j in range(count))), None)

    def _ahead(self, target: Symbol) -> Place | None:
        """The home of the one call that reads the target, where nothing else that call reads is there."""
        readers = [] if target in self.summed else self.readers.get(target, [])
        if len(readers) != 1 or self.calls[readers[0]].product or self.calls[readers[0]].function in ("Join", "Part"):
            return None
        reader = readers[0]
        home = self.places.place(reader.target)
        others = [self._place(o) for o in self.calls[reader].operands if o != target]
        fits = self.places.size(target) == self.places.size(reader.target) and label(reader.target).lag == 0
        slab = home is not None and self.places.buffers[home.buffer].slab
        return home if fits and home and home not in others and not slab else None


def _adjacent(a: Place, b: Place) -> bool:
    return b == replace(a, slot=a.slot + 1)
