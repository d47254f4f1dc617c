"""The line of the student's file that a mistake is in, from the mistake and an outline of the file.

A result is followed from the return statement, by its place or its key, to the statement that makes it. What lies
inside is found by what flows from it: the gradient of a pre-activation is what its parameters' gradients are made of,
and a pre-activation what is made of its parameters; else by its name, if what the mistake explains flows from what is
called so. A wrong line is worse than none: where several come into question, there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..assignment.kit import Kit
from ..conventions import TRAINING, Signature, Slot
from ..conventions.signatures import KEPT
from . import spelling
from .exchange import quantities
from .graph import activations, downstream, names_in
from .outline import RESULT, Function, Name, Outline
from .pieces import place, side_by_side
from .report import Mistake

#: The function that a loop calls at every step.
STEP = {"forward": "step", "backward": "step_backward"}
#: What products and arrays are made with; any other function is an activation.
_PLAIN = ("dot", "matmul", "concatenate", "hstack", "vstack", "einsum", "split", "reshape", "array", "sum", "concat")


def line_of(outline: Outline, kit: Kit, signature: Signature, mistake: Mistake) -> int | None:
    """The line of a mistake in a function; None where it cannot be told."""
    function = outline.get(signature.name)
    if function is None or signature.role in TRAINING:
        return None
    search = _Search(function, kit, signature, mistake)
    lines = {function.statements[k].line for k in search.found()}
    return lines.pop() if len(lines) == 1 else None


@dataclass(frozen=True)
class _Search:
    """The search for one mistake in one function; statements are known by their numbers."""

    function: Function
    kit: Kit
    signature: Signature
    mistake: Mistake

    def found(self) -> list[int]:
        """The statements that the mistake is in."""
        if self.signature.role in STEP and self._calls:
            return self._in_loop()
        name, backwards = self.mistake.quantity, self.signature.role.endswith("backward")
        if self.mistake.left == "returned":
            return [k for k, s in enumerate(self.function.statements) if s.targets[:1] and s.targets[0].base == RESULT]
        if not backwards and activations(self.kit.key.program).get(self.mistake.left, ""):
            name = self.mistake.left
        if name in self.results:
            return self._inlined(name) or self.results[name]
        return self._gradient(name.removeprefix("d")) if backwards else self._value(name)

    # ------------------------------------------------------------------------------------------------ results

    @cached_property
    def results(self) -> dict[str, list[int]]:
        """The statements that make each result; those in which it is only made room for, where there are no others."""
        found = {}
        for slot, part in self._parts():
            for q in quantities(self.kit.layout, slot):
                key = repr(q.removeprefix("d" if slot.gradient else "")) if slot.plain == "parameters" else ""
                made = self._kept(slot) if part is None else self.function.result(part, key)
                found[q] = self._done(made)
        return {q: made for q, made in found.items() if made}

    def _parts(self) -> Iterator[tuple[Slot, str | None]]:
        """What is returned, and where; None for what a method keeps in its object."""
        kept = KEPT if self.signature.method else ()
        returned = [slot for slot in self.signature.gives if slot.plain not in kept]
        for slot in self.signature.gives:
            if slot not in returned:
                yield slot, None
            elif self.signature.named:
                yield slot, repr(slot.name)
            else:
                yield slot, str(returned.index(slot)) if len(returned) > 1 else ""

    def _kept(self, slot: Slot) -> list[int]:
        owner = self.function.takes[:1]
        return self.function.writing(Name(f"{owner[0]}.{slot.name}")) if owner else []

    def _done(self, made: Iterable[int]) -> list[int]:
        every = list(made)
        return [k for k in every if self.function.statements[k].kind != "start"] or every

    # ------------------------------------------------------------------------------------------------ loops over steps

    @cached_property
    def _calls(self) -> list[int]:
        """The statements that call the step."""
        role = STEP[self.signature.role]
        names = {s.name.rpartition(".")[2] for s in self.kit.layout.signatures if s.role == role}
        return [k for k, s in enumerate(self.function.statements) if s.loop and names & set(s.calls)]

    def _in_loop(self) -> list[int]:
        """Of a loop that calls the step: where a result adds up, where a state's gradients do, or the call."""
        name = self.mistake.quantity
        if name in self.results and name.removeprefix("d") not in self.kit.cell.outputs:
            return self.results[name]
        if name.removeprefix("d") not in self.kit.cell.outputs:
            return []
        reads = self._joined(name.removeprefix("d"))
        return reads if len(reads) == 1 else self._calls

    def _joined(self, name: str) -> list[int]:
        """Where in a loop backwards what reaches a state from outside is taken up."""
        takes, given = self.signature.takes, self.function.takes
        called = given if len(given) == len(takes) else [s.name for s in takes]
        names = {own for slot, own in zip(takes, called, strict=True) if slot.gradient and slot.of == name}
        told = self.function.statements
        for _ in range(2):
            reads = [k for k, s in enumerate(told) if s.loop and names & {r.base for r in s.reads}]
            if not any(told[k].kind == "each" for k in reads):
                break
            names = {t.base for k in reads for t in told[k].targets}
        return reads

    def _inlined(self, name: str) -> list[int]:
        """A result of a sequence, where it is made: inside the loop it has a name of its own."""
        if self.signature.role not in STEP:
            return []
        return self._called(spelling.values(self.kit, name)) if self.signature.role == "forward" else []

    # ------------------------------------------------------------------------------------------------ inside a step

    def _called(self, spelled: set[str]) -> list[int]:
        """The statements that assign to a name that is spelled so, and from which what the mistake explains flows."""
        told = [
            k
            for k, s in enumerate(self.function.statements)
            if s.kind not in ("alias", "each") and any(spelling.plain(t.base) in spelled for t in s.targets)
        ]
        looped = [k for k in told if self.function.statements[k].loop] if self.signature.role in STEP else []
        made = self._done(looped or told)
        whole = [k for k in made if not any(t.part for t in self.function.statements[k].targets)]
        return [k for k in whole or made if self._explains(k)]

    def _explains(self, k: int) -> bool:
        """Whether all results that the mistake is known to change flow from a statement."""
        return all(k in self._behind[q] for q in self.mistake.explains if q in self._behind)

    @cached_property
    def _behind(self) -> dict[str, set[int]]:
        return {q: self.function.behind(made) for q, made in self.results.items()}

    def _gradient(self, name: str) -> list[int]:
        """The gradient of an inner quantity."""
        kit, owner = self.kit, activations(self.kit.key.program).get(name, "")
        if owner:
            return self._source(name, owner)
        spelled = spelling.gradients({f"{w}{end}" for w in spelling.letters(kit, name) for end in ("", "t")})
        spelled |= {spelling.plain(slot.name) for slot in self.signature.takes if slot.gradient and slot.of == name}
        return self._called(spelled) or self._whole(name) or self._within(name)

    def _within(self, name: str) -> list[int]:
        """Where the gradient of an activation has no name of its own: inside that of its pre-activation."""
        before = next((line for line, of in activations(self.kit.key.program).items() if of == name), "")
        made = self._source(before, name) if before else []
        private = [
            w
            for k in made
            for w in self._operands(k)
            if self.function.statements[w].reads and self.function.readers(w) == [k]
        ]
        return [] if private else made

    def _source(self, name: str, owner: str) -> list[int]:
        """The gradient of a pre-activation: what those of its parameters are made of, or else what is called so."""
        told = self.function.statements
        for made in (self._shared(name), self._called(spelling.gradients(spelling.preactivations(self.kit, owner)))):
            if len({t.base for k in made for t in told[k].targets}) == 1:
                return self._piece(name, made)
        stacked = self._called(spelling.gradients(set(spelling.STACKED)))
        found = self._piece(name, stacked)
        return found if found != stacked else []

    def _shared(self, name: str) -> list[int]:
        """What the gradients of a pre-activation's parameters are all made of."""
        program = self.kit.key.program
        own = [f"d{p}" for p, terms in program.parameters.items() if any(f"d{name}" in names_in(t) for t in terms)]
        direct = [{w for k in self.results[q] for w in self._operands(k)} for q in own if q in self.results]
        shared = self._done(sorted(set.intersection(*direct))) if len(direct) > 1 else []
        return [k for k in shared if self.function.statements[k].kind != "each"]

    def _operands(self, k: int) -> list[int]:
        s = self.function.statements[k]
        return [w for name in s.reads for w in self.function.writing(name, k)]

    def _piece(self, name: str, among: list[int]) -> list[int]:
        """Of statements that fill an array with several pre-activations the one for this."""
        told, order = self.function.statements, side_by_side(self.kit, name)
        places = [place(told[k].targets[0].part, len(order)) for k in among]
        if len(among) < 2 or not order or None in places:
            return among
        found = [k for k, at in zip(among, places, strict=True) if at == order.index(name)]
        joined = all(told[k].targets[0].part.startswith("|") for k in among)
        if joined and all(len(told[k].reads) == 1 and not told[k].calls for k in among):  # nothing but names
            return [w for k in found for w in self._done(self._operands(k))]
        return found

    def _whole(self, name: str) -> list[int]:
        """The only statement from which flows exactly what depends on a gradient."""
        if self.signature.role in STEP or not self.results:
            return []
        after = downstream(self.kit.key.program, f"d{name}")
        slots = [set(quantities(self.kit.layout, s)) for s in self.signature.gives]
        affected = {q for names in slots if names & after for q in names}
        if not affected <= set(self._behind):
            return []
        told = self.function.statements
        return [
            k
            for k in range(len(told))
            if told[k].kind in ("set", "add")
            and all((k in behind) == (q in affected) for q, behind in self._behind.items())
            and not any(k in made for made in self.results.values())
        ]

    def _value(self, name: str) -> list[int]:
        """An inner quantity of the forward equations."""
        kit, owner = self.kit, activations(self.kit.key.program).get(name, "")
        if owner:
            return self._readers(name)
        found = self._called(spelling.values(kit, name))
        if found:
            return found
        before = next((line for line, of in activations(kit.key.program).items() if of == name), "")
        made = self._readers(before) if before else []
        return [k for k in made if set(self.function.statements[k].calls) - set(_PLAIN)]

    def _readers(self, name: str) -> list[int]:
        """The statements that are made of the parameters of a pre-activation."""
        parameters = {n for n in names_in(self.kit.key.program.forward[name]) if n in self.kit.cell.parameters}
        known = set(self._sources(parameters))
        found = []
        for k, s in enumerate(self.function.statements):
            if s.kind == "alias" or not any(r in known for r in s.reads):
                continue
            if len(s.reads) == 1 and not s.calls:  # another name of it
                known |= {t for t in s.targets if not t.part}
            else:
                found.append(k)
        return self._piece(name, found)

    def _sources(self, parameters: set[str]) -> Iterator[Name]:
        """What the arrays that hold some parameters are called in the function."""
        takes = self.signature.takes
        called = self.function.takes if len(self.function.takes) == len(takes) else [s.name for s in takes]
        arrays = {s.name for s in self.kit.layout.stored if parameters & set(s.parameters)}
        for slot, name in zip(takes, called, strict=True):
            if slot.kind == "parameter" and slot.of in arrays:
                yield Name(f"{self.function.takes[0]}.{slot.of}") if self.signature.method else Name(name)
                yield Name(slot.of)
            elif slot.kind == "parameters":
                bases = {name} | self._renamed(name)
                yield from (Name(base, repr(array)) for base in sorted(bases) for array in sorted(arrays))

    def _renamed(self, name: str) -> set[str]:
        told = [s for s in self.function.statements if s.reads == (Name(name),) and not s.calls]
        return {t.base for s in told for t in s.targets if not t.part}
