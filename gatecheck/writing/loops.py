"""The loops over time of a reference in a convention's own arrays, around its functions for a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..cells import Size
from ..conventions import Layout, Signature, Slot
from .stacked import Unlike


def states(slots: Iterable[Slot]) -> list[Slot]:
    """What is handed on."""
    return [s for s in slots if s.plain in ("state", "output")]


def cache(signature: Signature) -> str:
    """What the cache is called."""
    return next(s.name for s in signature.takes if s.plain == "cache")


def returned(signature: Signature, texts: Sequence[str]) -> list[str]:
    """The return of a function: results, or a dict of them."""
    if not signature.named:
        return [f"return {', '.join(texts)}"]
    pairs = (f'    "{s.name}": {text},' for s, text in zip(signature.gives, texts, strict=True))
    return ["return {", *pairs, "}"]


class OverTime:
    """The loops over time, around the functions for a step."""

    def __init__(self, wanted: Layout, called: Callable[[Signature], str]) -> None:
        self.wanted, self.cell, self.called = wanted, wanted.cell, called
        self.step, self.step_back = wanted.signature("step"), wanted.signature("step_backward")
        self.over, self.back = wanted.signature("forward"), wanted.signature("backward")
        self.inputs = [s for s in self.over.takes if s.plain == "input"]
        self.given = [s.name for s in self.over.takes if s.plain in ("parameter", "parameters")]
        self.dictionary = next((s.name for s in self.over.takes if s.plain == "parameters"), "")
        self.initial = {s.of: s.name for s in self.over.takes if s.plain == "initial"}
        self.previous = {s.of: s.name for s in self.step.takes if s.plain == "previous"}
        self.batch = wanted.convention.batch
        own = {"T", "t", "dtype", "steps", "kept", "found", self.batch}
        own |= {name for of, name in self.previous.items() if name != self.initial.get(of)}
        if own & {s.name for signature in (self.over, self.back) for s in (*signature.takes, *signature.gives)}:
            raise Unlike

    def forward(self) -> list[str]:
        known = {f"{name}.shape{self._length(name)}": of for of, name in self.initial.items()}
        stored = {s.of: s for s in states(self.over.gives)}
        targets = [self._at(stored[s.of]) if s.of in stored else self.previous[s.of]
                   for s in states(self.step.gives) if s.of in stored or s.of in self.previous]  # fmt: skip
        if len(targets) < len(self.cell.outputs):
            raise Unlike
        arguments = [*map(self._at, self.inputs), *self.previous.values(), *self.given]
        first = {name: self.initial.get(of) or self._zeros(of, known) for of, name in self.previous.items()}
        return [
            self._lengths(self.inputs[0]),
            self._dtype([*(s.name for s in self.inputs), *self.initial.values()]),
            *(f"{s.name} = np.empty({self._whole(s, known)}, dtype)" for s in stored.values()),
            *(f"{name} = {text}" for name, text in first.items() if name != text),
            "steps = []",
            "for t in range(T):",
            f"    {', '.join(targets)}, kept = {self.called(self.step)}({', '.join(arguments)})",
            "    steps.append(kept)",
            *(f"    {self.previous[n]} = {self._at(s)}" for n, s in stored.items() if n in self.previous),
            f"return {', '.join(s.name for s in stored.values())}, ({', '.join(['steps', *self._carried()])})",
        ]

    def backward(self) -> list[str]:
        sent = {s.of: s.name for s in self.step_back.gives if s.plain == "previous"}
        arriving = {s.of: s for s in self.back.takes if s.gradient}
        known = {f"{s.name}.shape{self._length(s.name)}": of for of, s in arriving.items()}
        gradients = {s.of: s for s in self.back.gives if s.plain in ("input", "parameter")}
        arrays = {n: s.name for n, s in gradients.items() if s.plain == "parameter"}
        arguments = [self._arriving(s, arriving, sent) for s in self.step_back.takes if s.gradient]
        call = f"{self.called(self.step_back)}({', '.join([*arguments, 'steps[t]'])})"
        targets = {s.name: self._at(gradients[s.of]) if s.plain == "input" else sent[s.of] if s.plain == "previous"
                   else f"{arrays[s.of]}_t" for s in self.step_back.gives}  # fmt: skip
        added = {d: f"{d}_t" for d in arrays.values()}
        loop = [f"{', '.join(targets.values())} = {call}"]
        if self.step_back.named:
            added = {d: f'found["{d}"]' for d in added}
            others = [(text, name) for name, text in targets.items() if name not in added]
            loop = [f"found = {call}", *(f'{text} = found["{name}"]' for text, name in others)]
        results = [sent[s.of] if s.plain == "initial" else gradients[s.of].name for s in self.back.gives]
        return [
            f"{', '.join(['steps', *self._carried()])} = {cache(self.back)}",
            self._lengths(next(iter(arriving.values()))),
            self._dtype([s.name for s in arriving.values()]),
            *(f"{gradients[s.of].name} = np.empty({s.name}.shape, dtype)" for s in self.inputs if s.of in gradients),
            *(f"{name} = {self._zeros(of, known)}" for of, name in sent.items()),
            *(f"{d} = np.zeros_like({self._array(n)})" for n, d in arrays.items()),
            "for t in reversed(range(T)):",
            "    # What step t+1 sends back joins what the loss sends in.",
            *(f"    {line}" for line in loop),
            *(f"    {d} += {text}" for d, text in added.items()),
            *returned(self.back, results),
        ]

    def _arriving(self, slot: Slot, arriving: Mapping[str, Slot], sent: Mapping[str, str]) -> str:
        """What a step back is given for a state: from the loss, and from the step after."""
        from_loss = [self._at(s) for n, s in arriving.items() if n == slot.of]
        if not (found := from_loss + [sent[n] for n in sent if n == slot.of]):
            raise Unlike
        return " + ".join(found)

    # Arrays and their sizes.

    def _carried(self) -> list[str]:
        return [*(s.name for s in self.inputs), *self.given]

    def _array(self, name: str) -> str:
        return f'{self.dictionary}["{name}"]' if self.dictionary else name

    def _laid(self, slot: Slot) -> tuple[str, ...]:
        return self.wanted.axes("forward", slot).laid

    def _at(self, slot: Slot) -> str:
        """A sequence's vectors at step t."""
        laid = self._laid(slot)
        return f"{slot.name}[{':, ' * laid.index('T')}t]"

    def _length(self, name: str) -> str:
        """What to write after a shape to get the length of a sequence's, or of an initial state's, vectors."""
        slot = next(s for s in (*self.over.takes, *self.back.takes) if s.name == name)
        return f"[{self._laid(slot).index('n')}]"

    def _lengths(self, slot: Slot) -> str:
        laid = self._laid(slot)
        names = [self.batch if axis == "B" else axis for axis in laid if axis != "n"]
        return f"{', '.join(names)} = {slot.name}.shape[{'1:' if laid[0] == 'n' else ':2'}]"

    def _dtype(self, names: Sequence[str]) -> str:
        given = [f"*{self.dictionary}.values()"] if self.dictionary else self.given
        return f"dtype = np.result_type({', '.join([*names, *given])})"

    def _whole(self, slot: Slot, known: Mapping[str, str]) -> str:
        axes = {"B": self.batch, "T": "T", "n": self._size(slot.of, known)}
        return f"({', '.join(axes[axis] for axis in self._laid(slot))})"

    def _zeros(self, of: str, known: Mapping[str, str]) -> str:
        sizes = self.batch, self._size(of, known)
        columns = self._laid(self.inputs[0])[0] == "n"
        return f"np.zeros(({', '.join(sizes[::-1] if columns else sizes)}), dtype)"

    def _size(self, of: str, known: Mapping[str, str]) -> str:
        """A vector's size, from arrays at hand, else from parameters."""
        size = self.cell.size(of)
        for text, name in known.items():
            if self.cell.size(name) == size:
                return text
        found: dict[int, str] = {}  # by how many times the size an axis has
        for stack in self.wanted.stacks:
            for axis, whole in zip(stack.axes.own, map(Size.total, stack.sizes), strict=False):
                times = len(stack.grid) if axis == "out" else 1
                if Size.total([size] * times) == whole:
                    found.setdefault(times, f"{self._array(stack.name)}{stack.axes.length(axis)}")
        if not found:
            raise Unlike
        return found[1] if 1 in found else f"{found[min(found)]} // {min(found)}"
