"""A reference in a convention's own arrays and names, as its course writes it: a step, and the loops over time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..calculus.labels import Label
from ..calculus.normal import normal
from ..calculus.symbols import label
from ..calculus.system import System, system
from ..cells import Cell
from ..conventions import Layout, Signature, Stack
from .loops import OverTime, cache, returned, states
from .numpy_code import Program, programmed, sized, statements
from .numpy_printer import NumPy
from .stacked import Unlike, left_apart, stacked

#: What the functions of such a reference take and give.
VECTORS = ("input", "previous", "initial", "state", "output")
KINDS = (*VECTORS, "parameter", "parameters", "cache")
#: The axes of their vectors: rows of a batch, or columns.
ROWS = (("B", "n"), ("B", "T", "n"), ("T", "B", "n"))
COLUMNS = (("n", "B"), ("n", "B", "T"))


@dataclass(frozen=True)
class ByHand:
    """The statements of each function, by role, and the helpers that they need.

    columns: vectors are columns, not rows.
    """

    bodies: Mapping[str, Sequence[str]]
    helpers: tuple[str, ...]
    columns: bool


def by_hand(cell: Cell, wanted: Layout, called: Callable[[Signature], str]) -> ByHand:
    """The convention's functions in its own arrays.

    called: what the function of a signature is called by the others. Raises Unlike where they cannot be written so.
    """
    columns = _columns(wanted)
    lines = stacked(normal(system(cell)), wanted)
    arriving = [s.of for s in wanted.signature("step_backward").takes if s.gradient]
    made = programmed(lines, lambda s: _Course(s, wanted, columns), arriving)
    writer = _Course(lines, wanted, columns)
    given = {s.name for signature in wanted.signatures for s in (*signature.takes, *signature.gives)}
    own = {writer.name(label(line.symbol)) for line in lines.lines if (line.name, 0) not in writer.values}
    own |= {n for s in left_apart(lines, wanted) for n in s.parameters}
    letters = {*made.forward_sizes, *made.backward_sizes, "T", wanted.convention.batch}
    if given & (own | {f"d{n}" for n in own} | letters):
        raise Unlike
    step = _Step(lines, wanted, made, writer)
    bodies: dict[str, Sequence[str]] = {"step": step.forward(), "step_backward": step.backward()}
    if len(wanted.signatures) == 4:
        over_time = OverTime(wanted, called)
        bodies |= {"forward": over_time.forward(), "backward": over_time.backward()}
    words = _Words(wanted)
    told = {role: [words.told(line) for line in lines] for role, lines in bodies.items()}
    return ByHand(told, made.helpers, columns)


def _columns(wanted: Layout) -> bool:
    """Whether vectors are columns. Raises Unlike for a step of another form, or states that do not come and go."""
    found = set[bool]()
    for signature in wanted.signatures:
        slots = (*signature.takes, *signature.gives)
        laid = [wanted.axes(signature.role, s).laid for s in slots if s.plain in VECTORS]
        if any(s.plain not in KINDS for s in slots) or any(a not in (*ROWS, *COLUMNS) for a in laid):
            raise Unlike
        found |= {a in COLUMNS for a in laid}
    handed = {s.of for s in wanted.signature("step").gives}
    if len(found) > 1 or set(wanted.cell.outputs) - handed or set(wanted.cell.lagged) & set(wanted.cell.inputs):
        raise Unlike
    return found.pop()


def _row(names: Sequence[str]) -> str:
    return f"{', '.join(names)}{',' * (len(names) == 1)}" if names else "()"


class _Course(NumPy):
    """NumPy in the words of a convention."""

    def __init__(self, system: System, wanted: Layout, columns: bool) -> None:
        super().__init__(system, columns)
        step, back = wanted.signature("step"), wanted.signature("step_backward")
        lags = {"input": 0, "previous": 1, "state": 0}
        slots = [s for s in (*step.takes, *step.gives) if s.plain in lags]
        self.values: dict[tuple[str, int | None], str] = {(s.of, lags[s.plain]): s.name for s in slots}
        #: States that arrive under the name under which they are handed on.
        handed = {s.name for s in states(step.gives)}
        self.overwritten = [s.name for s in step.takes if s.plain == "previous" and s.name in handed]
        self.values |= {(s.of, 1): f"{s.name}_prev" for s in step.takes if s.name in self.overwritten}
        self.values |= {(n, None): n for n in system.parameters}
        self.slopes = {s.of: s.name for s in (*back.takes, *back.gives) if s.gradient and s.plain != "previous"}
        self.back = {s.of: s.name for s in back.gives if s.plain == "previous"}
        # An array may have the name of a parameter that lies in another: in lines it is the array that has it.
        self.axes = {n: s.axes for s in wanted.stacks for n in s.parameters} | {s.name: s.axes for s in wanted.stacks}

    def name(self, label: Label, shift: int = 0) -> str:
        known = self.values.get((label.name, label.lag)) if label.kind == "value" else None
        return known or super().name(label, shift)

    def gradient(self, name: str) -> str:
        return self.slopes.get(name) or super().gradient(name)

    def sent(self, name: str) -> str:
        return self.back.get(name) or super().sent(name)

    def turned(self, name: str) -> bool:
        return self.axes[name].laid == ("in", "out")

    def length(self, name: str, axis: int) -> str:
        return f"{name}{self.axes[name].length(('out', 'in')[axis])}"


class _Words:
    """Equations in comments, with the convention's names for parameters that have an array of their own."""

    def __init__(self, wanted: Layout) -> None:
        self.names: dict[str, str] = {}
        for s in wanted.stacks:
            for name in s.parameters if len(s.blocks) == 1 else ():
                self.names[name] = f"{self.names[name]} + {s.name}" if name in self.names else s.name
        self.zero = "|".join(wanted.zero)
        self.turned = "|".join(s.name for s in wanted.stacks if s.axes.laid == ("in", "out"))

    def told(self, line: str) -> str:
        """A line of code; an equation in the convention's names, products in the order of its arrays."""
        if not line.startswith("#"):
            return line
        if self.zero:
            line = re.sub(rf" \+ (?:{self.zero})\b", "", line)
        line = re.sub(r"\b[A-Za-z]\w*\b(?![\[(])", lambda found: self.names.get(found[0], found[0]), line)
        operand = r"\w+\[t(?:-1)?\]|\w*\((?:[^()]|\([^()]*\))*\)"
        return re.sub(rf"\b({self.turned}) @ ({operand})", r"\2 @ \1", line) if self.turned else line


class _Step:
    """A step forward and back."""

    def __init__(self, lines: System, wanted: Layout, made: Program, writer: _Course) -> None:
        self.made, self.writer = made, writer
        self.apart = left_apart(lines, wanted)
        self.step, self.back = wanted.signature("step"), wanted.signature("step_backward")
        self.arrays = [s.name for s in wanted.stacks]
        self.results = [writer.sent(s.of) if s.plain == "previous" else writer.gradient(s.of) for s in self.back.gives]
        wanted_too = {writer.gradient(n) for s in self.apart for n in s.parameters}
        self.zero = [(name, like) for name, like in made.constant if name in {*self.results, *wanted_too}]
        used = {*made.used, *(like for _, like in self.zero)} - {*made.kept, *(s.name for s in self.back.takes)}
        self.cache = (*made.kept, *(n for n in lines.parameters if n in used))  # what nobody hands to the step back

    def forward(self) -> list[str]:
        before = self.writer.overwritten
        dictionary = [s.name for s in self.step.takes if s.plain == "parameters"]
        results, kept = [s.name for s in states(self.step.gives)], self.step.gives[-1].name
        return [
            *([f"{', '.join(f'{n}_prev' for n in before)} = {', '.join(before)}"] if before else []),
            *(f'{n} = {given}["{n}"]' for given in dictionary for n in self.arrays),
            *(f"{_row(s.parameters)} = np.split({s.name}, {len(s.blocks)}{self._across(s)})" for s in self.apart),
            *sized(self.made.forward_sizes),
            *[""] * bool(before or dictionary or self.apart or self.made.forward_sizes),
            *statements(self.made.forward),
            f"{kept} = {_row(self.cache)}",
            f"return {', '.join([*results, kept])}",
        ]

    def backward(self) -> list[str]:
        return [
            *([f"{_row(self.cache)} = {cache(self.back)}"] if self.cache else []),
            *sized(self.made.backward_sizes),
            "",
            *statements(s for s in self.made.backward if s.statements),
            *(f"{name} = np.zeros_like({like})" for name, like in self.zero),
            *map(self._together, self.apart),
            *returned(self.back, self.results),
        ]

    def _together(self, stack: Stack) -> str:
        parts = ", ".join(map(self.writer.gradient, stack.parameters))
        return f"{self.writer.gradient(stack.name)} = np.concatenate([{parts}]{self._across(stack)})"

    @staticmethod
    def _across(stack: Stack) -> str:
        """Along which axis the parameters of an array stand side by side."""
        return ", axis=1" if stack.axes.laid == ("in", "out") else ""
