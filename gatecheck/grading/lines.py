"""The line of the student's file that a mistake is in, from the mistake and an outline of the file.

A result is followed from the return statement, by its place or its key, to the statement that makes it. What lies
inside is found by what flows from it: the gradient of a pre-activation is what its parameters' gradients are made of,
and a pre-activation what is made of its parameters; else by its name, if what the mistake explains flows from what is
called so. What flows into a right result is not wrong. A wrong line is worse than none: where several lines come into
question, there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..assignment.expressions import names
from ..assignment.kit import Kit
from ..conventions import TRAINING, Signature
from . import spelling
from .exchange import quantities
from .graph import activations, downstream
from .outline import RESULT, Name, Outline
from .pieces import place, side_by_side
from .report import Mistake
from .written import Written

#: The function that a loop calls at every step.
STEP = {"forward": "step", "backward": "step_backward"}
#: Of a function whose flow is followed: names that are read times names that are assigned. Usual are 50,000.
LARGEST = 500_000
#: Mistakes of a loop that are where it calls the step, and those that may be anywhere in it.
_HANDED_ON = ("not-carried", "not-carried-back", "states-exchanged")
_AROUND = (
    "initial-ignored", "carried-unchanged", "state-for-gradient", "wrong-initial-state", "never-stored", "stale-value",
    "first-step-missing", "wrong-step", "not-from-zero",
)  # fmt: skip
#: What products and arrays are made with; any other function is an activation.
_PLAIN = {"dot", "matmul", "concatenate", "hstack", "vstack", "einsum", "split", "reshape", "array", "sum", "concat"}


def line_of(
    outline: Outline, kit: Kit, signature: Signature, mistake: Mistake, right: frozenset[str] = frozenset()
) -> int | None:
    """The line of a mistake in a function; None where it cannot be told.

    right: the quantities among what the function gives that are right.
    """
    function = outline.get(signature.name)
    if function is None or function.size > LARGEST or signature.role in TRAINING:
        return None
    written = Written(function, kit.layout, signature, right)
    asked = {s.name.rpartition(".")[2] for s in kit.layout.signatures}
    found = [function.statements[k] for k in _Search(written, kit, mistake).found()]
    if any(s.kind == "call" and not asked.intersection(s.calls) for s in found):
        return None  # it is somewhere in the function that is called
    lines = {s.line for s in found}
    return lines.pop() if len(lines) == 1 else None


@dataclass(frozen=True)
class _Search:
    """The search for one mistake in one function."""

    written: Written
    kit: Kit
    mistake: Mistake

    def found(self) -> list[int]:
        """The statements that the mistake is in."""
        name, left, told = self.mistake.quantity, self.mistake.left, self.written.told
        if self._calls:
            return self._in_loop(name)
        match left:
            case "returned":
                return [k for k, s in enumerate(told) if s.targets[:1] and s.targets[0].base == RESULT]
            case "gates":  # only where they are taken apart by their places
                return [k for k in self._inside(name) if any(r.part[:1] in ":." for r in told[k].reads if r.part)]
            case "gradients of gates":
                return self._stacked(self._shared(f"a_{name.removeprefix('d')}"))
        loose = self.mistake.id in _AROUND or (self.mistake.id in _HANDED_ON and name in self.kit.cell.outputs)
        return [] if loose else self._inside(name)

    def _inside(self, name: str) -> list[int]:
        """Where a quantity is worked out."""
        forward = self.kit.key.program.forward
        if name not in forward:  # what is wrong with a value that gradients read is where that was kept
            return [] if self.mistake.left in forward else self._result(name) or self._gradient(name.removeprefix("d"))
        if self.mistake.left in self._activations:
            return self._readers(self.mistake.left)
        inside = self._called(spelling.values(self.kit, name)) if self.written.signature.role in STEP else []
        return inside or self._result(name) or self._value(name)

    @cached_property
    def _activations(self) -> dict[str, str]:
        return activations(self.kit.key.program)

    def _result(self, name: str) -> list[int]:
        """Where a result is made; where it is returned, if what that names is right."""
        made = self.written.results.get(name, [])
        return made if all(map(self.written.may_be_wrong, made)) else self.written.returned(name)

    # ------------------------------------------------------------------------------------------------ loops over steps

    @cached_property
    def _calls(self) -> list[int]:
        """The statements of a loop that call the step."""
        role = STEP.get(self.written.signature.role)
        called = {s.name.rpartition(".")[2] for s in self.kit.layout.signatures if s.role == role}
        return [k for k, s in enumerate(self.written.told) if s.loop and called & set(s.calls)]

    def _in_loop(self, name: str) -> list[int]:
        """Of a loop that calls the step: where a result adds up, where a state's gradients do, or the call."""
        if self.mistake.id == "not-reversed":
            return [k for k, s in enumerate(self.written.told) if s.kind == "each"]
        if self.mistake.id in _AROUND:
            return []
        if name.removeprefix("d") not in self.kit.cell.outputs:
            return self._result(name)
        if self.mistake.id not in _HANDED_ON:
            return []
        reads = self._joined(name.removeprefix("d"))
        return reads if len(reads) == 1 else self._calls

    def _joined(self, name: str) -> list[int]:
        """Where in a loop backwards what reaches a state from outside is taken up."""
        told = self.written.told
        given = {own for slot, own in self.written.arguments if slot.gradient and slot.of == name}
        for _ in range(2):
            reads = [k for k, s in enumerate(told) if s.loop and given & {r.base for r in s.reads}]
            if not any(told[k].kind == "each" for k in reads):
                return reads
            given = {t.base for k in reads for t in told[k].targets}
        return []

    # ------------------------------------------------------------------------------------------------ by their names

    def _called(self, spelled: set[str]) -> list[int]:
        """The statements that assign to a name that is spelled so, if all that the mistake explains flows from them."""
        told, looping = self.written.told, self.written.signature.role in STEP
        named = [k for k, s in enumerate(told) if any(spelling.plain(t.base) in spelled for t in s.targets)]
        named = [k for k in named if told[k].kind not in ("alias", "each") and self._lasts(k)]
        made = self.written.done([k for k in named if told[k].loop and looping] or named)
        whole = [k for k in made if not any(t.part for t in told[k].targets)]
        return [k for k in whole or made if self._explains(k)]

    def _lasts(self, k: int) -> bool:
        """Whether what a statement makes has its name until the end."""
        writing = self.written.function.writing
        return any(k in writing(target) for target in self.written.told[k].targets)

    def _explains(self, k: int) -> bool:
        """Whether all results that the mistake is known to change flow from a statement, and no right one does."""
        behind = self.written.behind
        return all(k in behind[q] for q in self.mistake.explains if q in behind) and self.written.may_be_wrong(k)

    # ------------------------------------------------------------------------------------------------ gradients

    def _gradient(self, name: str) -> list[int]:
        """The gradient of an inner quantity."""
        if name in self._activations:
            return self._before_activation(name)
        kit, state = self.kit, name.removesuffix("_prev")
        if state != name:  # on its way to the step before, inside a loop
            return self._called(spelling.gradients(spelling.before(kit, state)))
        taken = {spelling.plain(slot.name) for slot, _ in self.written.arguments if slot.gradient and slot.of == name}
        named = self._called(spelling.gradients(spelling.now(kit, name)) | taken)
        return named or self._within(name) or self._only(name)

    def _before_activation(self, name: str) -> list[int]:
        """The gradient of a pre-activation: what those of its parameters are made of, or else what is called so."""
        told, kit, owner = self.written.told, self.kit, self._activations[name]
        spelled = spelling.gradients(spelling.preactivations(kit, owner))
        shared = self._shared(name)
        likely = [k for k in shared if any(spelling.plain(t.base) in spelled for t in told[k].targets)]
        own = spelling.gradients(spelling.now(kit, owner)) | {f"g{w}" for w in spelling.letters(kit, owner)}
        named = [k for k in shared if any(spelling.plain(t.base) in own for t in told[k].targets)]
        for made in (shared, likely, named, self._called(spelled)):
            if len({t.base for k in made for t in told[k].targets}) == 1:
                return self._piece(name, made)
        all_of_them = spelling.gradients(set(spelling.STACKED))
        pieces = self._stacked(
            [k for k, s in enumerate(told) if any(spelling.plain(t.base) in all_of_them for t in s.targets)]
        )
        found = self._piece(name, pieces)
        return found if found != pieces else []

    def _stacked(self, among: list[int]) -> list[int]:
        """Of statements those that fill a part of something."""
        return [k for k in among if self.written.told[k].targets[0].part]

    def _shared(self, name: str) -> list[int]:
        """What the gradients of a pre-activation's parameters are all made of."""
        program, made = self.kit.key.program, self.written.results
        own = [f"d{p}" for p, terms in program.parameters.items() if any(term[0] == f"d{name}" for term in terms)]
        direct = [{w for k in made[q] for w in self.written.operands(k)} for q in own if q in made]
        return self.written.done(sorted(set.intersection(*direct))) if len(direct) > 1 else []

    def _piece(self, name: str, among: list[int]) -> list[int]:
        """Of statements that fill an array with several pre-activations the one for this."""
        told, order = self.written.told, side_by_side(self.kit, name)
        places = [place(told[k].targets[0].part, len(order)) for k in among]
        if len(among) < 2 or not order or None in places:
            return among
        found = [k for k, at in zip(among, places, strict=True) if at == order.index(name)]
        joined = all(told[k].targets[0].part.startswith("|") for k in among)
        if joined and all(len(told[k].reads) == 1 and not told[k].calls for k in among):  # nothing but names
            return [w for k in found for w in self.written.done(self.written.operands(k))]
        return found

    def _within(self, name: str) -> list[int]:
        """Where the gradient of an activation has no name of its own: inside that of its pre-activation."""
        made = self._after(name)
        told, readers = self.written.told, self.written.function.readers
        private = [w for k in made for w in self.written.operands(k) if told[w].reads and readers(w) == [k]]
        return [] if private else made

    def _after(self, name: str) -> list[int]:
        """The gradient of the pre-activation of a quantity, which is what its own goes into."""
        before = next((line for line, of in self._activations.items() if of == name), "")
        return self._before_activation(before) if before else []

    def _only(self, name: str) -> list[int]:
        """The only statement of a step from which flows just what depends on a gradient."""
        told, behind = self.written.told, self.written.behind
        if self.written.signature.role in STEP:
            return []
        after = downstream(self.kit.key.program, f"d{name}")
        arrays = [slot for slot in self.written.signature.gives if slot.plain != "parameters"]
        held = [set(quantities(self.kit.layout, slot)) for slot in arrays]
        affected = (after & set(behind)).union(*(some for some in held if some & after))
        before = self._after(name)
        ends = {k for made in self.written.results.values() for k in made}
        inner = [k for k in self.written.fed - ends - set(before) if told[k].kind in ("set", "add")]
        if not affected & set(behind):
            return []
        return [k for k in inner if all((k in some) == (q in affected) for q, some in behind.items())]

    # ------------------------------------------------------------------------------------------------ values

    def _value(self, name: str) -> list[int]:
        """An inner quantity of the forward equations: by its name, or where its parameters go into an activation."""
        before = next((line for line, of in self._activations.items() if of == name), "")
        made = self._readers(before) if before else []
        applied = [k for k in made if set(self.written.told[k].calls) - _PLAIN]
        return self._called(spelling.values(self.kit, name)) or applied

    def _readers(self, name: str) -> list[int]:
        """The statements that are made of the parameters of a pre-activation."""
        parameters = {n for n in names(self.kit.key.program.forward[name]) if n in self.kit.cell.parameters}
        known = set(self._sources(parameters))
        found = []
        for k, s in enumerate(self.written.told):
            if s.kind == "alias" or not any(r in known for r in s.reads):
                continue
            if len(s.reads) == 1 and not s.calls:  # another name of it
                known |= {t for t in s.targets if not t.part}
            else:
                found.append(k)
        return self._piece(name, found)

    def _sources(self, parameters: set[str]) -> Iterator[Name]:
        """What the arrays that hold some parameters are called in the function."""
        arrays = [s.name for s in self.kit.layout.stored if parameters & set(s.parameters)]
        for slot, name in self.written.arguments:
            if slot.kind == "parameter" and slot.of in arrays:
                yield Name(name)
            elif slot.kind == "parameters":
                yield from (Name(base, repr(array)) for base in self._renamed(name) for array in arrays)
        if self.written.signature.method and self.written.function.takes:
            yield from (Name(f"{self.written.function.takes[0]}.{array}") for array in arrays)
            yield from map(Name, arrays)

    def _renamed(self, name: str) -> list[str]:
        """An argument, and other names of it."""
        told = [s for s in self.written.told if s.reads == (Name(name),) and not s.calls]
        return [name, *(t.base for s in told for t in s.targets if not t.part)]
