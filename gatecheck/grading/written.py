"""A student's function beside the signature that it should have: where each result is made, what flows into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..conventions import Layout, Signature, Slot
from ..conventions.signatures import KEPT
from .exchange import quantities
from .outline import RESULT, Function, Name, Statement


@dataclass(frozen=True)
class Written:
    """A function as it is written; its statements are known by their numbers.

    right: the quantities among its results that are right.
    """

    function: Function
    layout: Layout
    signature: Signature
    right: frozenset[str]

    @property
    def told(self) -> tuple[Statement, ...]:
        """The statements."""
        return self.function.statements

    @cached_property
    def arguments(self) -> list[tuple[Slot, str]]:
        """What the function takes, and what that is called in it."""
        kept, own = (KEPT, self.function.takes[1:]) if self.signature.method else ((), self.function.takes)
        takes = [slot for slot in self.signature.takes if slot.plain not in kept]
        return list(zip(takes, own if len(own) == len(takes) else [s.name for s in takes], strict=True))

    @cached_property
    def results(self) -> Mapping[str, list[int]]:
        """The statements that make each result, as a quantity of the equations."""
        told = self._places()
        found = {q: self.function.result(*place) if place else self._kept(slot) for slot, q, place in told}
        return {q: self.done(made) for q, made in found.items() if made}

    def returned(self, q: str) -> list[int]:
        """The parts of return statements that stand for a result."""
        places = [place for _, name, place in self._places() if place and name == q]
        names = {Name(RESULT, part) for place in places for part in place if part}
        return [k for k, s in enumerate(self.told) if names & set(s.targets)]

    def _places(self) -> Iterator[tuple[Slot, str, tuple[str, str] | None]]:
        """Each result: its slot, its quantity, and its part in what is returned with its key in that part.

        None for what a method keeps in its object.
        """
        kept = KEPT if self.signature.method else ()
        returned = [slot for slot in self.signature.gives if slot.plain not in kept]
        for slot in self.signature.gives:
            at = repr(slot.name) if self.signature.named else ""
            if slot in returned and len(returned) > 1:
                at = at or str(returned.index(slot))
            for q in quantities(self.layout, slot):
                key = repr(q.removeprefix("d" if slot.gradient else "")) if slot.plain == "parameters" else ""
                yield slot, q, (at, key) if slot in returned else None

    def _kept(self, slot: Slot) -> list[int]:
        return self.function.writing(Name(f"{self.function.takes[0]}.{slot.name}")) if self.function.takes else []

    def done(self, made: Iterable[int]) -> list[int]:
        """Statements but for those that only make room, where there are others."""
        every = list(made)
        return [k for k in every if self.told[k].kind != "start"] or every

    def operands(self, k: int) -> list[int]:
        """The statements that make what a statement reads; what a loop takes in turn is what it takes that from."""
        read = self.function.before[k]
        taken = [w for each in read if self.told[each].kind == "each" for w in self.function.before[each]]
        return [w for w in read if self.told[w].kind != "each"] + taken

    @cached_property
    def behind(self) -> Mapping[str, set[int]]:
        """All statements that flow into each result."""
        return {q: self.function.behind(made) for q, made in self.results.items()}

    def may_be_wrong(self, k: int) -> bool:
        """Whether a statement flows into no result that is right."""
        return not any(k in self.behind[q] for q in self._surely_right)

    @cached_property
    def _surely_right(self) -> list[str]:
        """Right results that are made apart from all others that are not."""
        wrong = {k for q, made in self.results.items() if q not in self.right for k in made}
        return [q for q in self.results if q in self.right and not wrong & set(self.results[q])]

    @cached_property
    def fed(self) -> set[int]:
        """The statements that depend on a gradient that the function takes."""
        names = {name for slot, name in self.arguments if slot.gradient}
        found: set[int] = set()
        for _ in range(3):  # a loop hands on what a later line makes
            for k, s in enumerate(self.told):
                if names & {r.base for r in s.reads} or found & set(self.function.before[k]):
                    found.add(k)
        return found
