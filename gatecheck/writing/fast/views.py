"""Views of the workspace's arrays: how they are written, and what they are called in the code."""

from __future__ import annotations

from itertools import takewhile

from sympy import Symbol

from ...calculus.symbols import label
from ...cells import Size
from ..numpy_printer import size_text
from .packing import Operand
from .places import Buffer, Place, Places
from .program import FORWARD, fresh

LONGEST = 28


def times(count: int, size: Size) -> str:
    """count · size as code: 4 * H, 4 * (D + H); 0 where count is."""
    text = size_text(size)
    wrapped = f"({text})" if " " in text or "*" in text else text
    return str(count) if size.scalar else "0" if not count else wrapped if count == 1 else f"{count} * {wrapped}"


def dims(size: Size) -> str:
    """A size as one number in code."""
    return times(1, size)


class Views:
    """The views that one run takes; each is named once, after the quantities in it."""

    def __init__(self, places: Places, section: str, loop: bool, taken: set[str]) -> None:
        self.places, self.section, self.loop, self.taken = places, section, loop, taken
        #: Name by how the view is written. moving: another one at every step or block. fixed: one for all.
        self.moving: dict[str, str] = {}
        self.fixed: dict[str, str] = {}
        self.given = False
        self.lines = {s.target: s.line for s in places.program.statements() if s.line and s.line != s.target}

    def elementwise(self, operand: Operand) -> str:
        """The view on the places of one or several symbols, (slots, B, size), with steps in front in a block."""
        first, count = self._stretch(operand)
        buffer = self.places.buffers[first.buffer]
        if buffer.rows == "given":
            return self._given(buffer)
        array = f"work.{buffer.name}" + "_gates" * buffer.slab
        slots = f"{first.slot}:{first.slot + count}"
        if buffer.rows == "parameters":
            return self._named(self.fixed, f"p.{buffer.name}[{slots}]", buffer, first, count)
        if buffer.rows == "step":
            return self._named(self.fixed, f"{array}[{slots}]", buffer, first, count)
        return self._named(self.moving, f"{array}[{self._rows(buffer, first)}, {slots}]", buffer, first, count)

    def slab(self, operand: Operand) -> str | None:
        """What slots side by side in a slab are, or in parameters; None where a view is of something else."""
        first, count = self._stretch(operand)
        buffer = self.places.buffers[first.buffer]
        if count < len(operand):
            return None
        return "slab" if buffer.slab else "parameters" if buffer.rows == "parameters" else None

    def rows(self, operand: Operand, over_time: bool = False) -> str:
        """The view on the places side by side, with a row for each of the batch, or over time a matrix of T·B."""
        first, count = self._stretch(operand)
        buffer = self.places.buffers[first.buffer]
        if buffer.rows == "given":
            self.given = self.given or not over_time
            name = self._given_name(buffer)
            return f"{name}.reshape(-1, {dims(buffer.size)})" if over_time else f"{name}[t, 0]"
        if buffer.rows == "result":
            return f"{self._given_name(buffer)}.reshape(-1, {dims(buffer.size)})"
        array, whole = f"work.{buffer.name}", count == len(buffer.slots)
        ends = (times(k, buffer.size) for k in (first.slot, first.slot + count))
        cut = "" if whole or not buffer.slab else f":, {':'.join(ends)}"
        if over_time:
            return self._over_time(buffer, first, cut)
        if buffer.rows == "parameters":
            text = f"p.{buffer.name}[{first.slot}:{first.slot + count}].reshape(-1)"
            return self._named(self.fixed, text, buffer, first, count, "_rows")
        if buffer.rows == "step":
            text = (f"{array}[{cut}]" if cut else array) if buffer.slab else f"{array}[{first.slot}]"
            return self._named(self.fixed, text, buffer, first, count, "_rows")
        index = (f", {cut}" if cut else "") if buffer.slab else f", {first.slot}"
        return self._named(self.moving, f"{array}[{self._rows(buffer, first)}{index}]", buffer, first, count, "_rows")

    def _over_time(self, buffer: Buffer, first: Place, cut: str) -> str:
        rows = {"T+1": "[1:]" if first.row else "[:-1]"}.get(buffer.rows, "")
        width = times(len(buffer.slots), buffer.size) if buffer.slab else dims(buffer.size)
        flat = f"work.{buffer.name}{rows}.reshape(-1, {width})"
        return f"{flat}[{cut}]" if cut else flat

    def _stretch(self, operand: Operand) -> tuple[Place, int]:
        found = list(dict.fromkeys(self.places.place(s) for s in operand))
        assert found[0] is not None
        return found[0], len(found)

    def _rows(self, buffer: Buffer, place: Place) -> str:
        block = buffer.rows == "block"
        if self.loop:
            return "t - t0" if block else "t + 1" if place.row else "t"
        return ":t1 - t0" if block else "t0 + 1:t1 + 1" if place.row else "t0:t1"

    def _given(self, buffer: Buffer) -> str:
        self.given = True
        return f"{self._given_name(buffer)}[{'t' if self.loop else 't0:t1'}]"

    @staticmethod
    def _given_name(buffer: Buffer) -> str:
        tag = label(buffer.slots[0])
        return tag.name if tag.kind == "value" else f"d{tag.name}"

    def fix(self, text: str, wanted: str) -> str:
        """A name for something that is one for all steps."""
        if text not in self.fixed:
            name = fresh(wanted, self.taken)
            self.taken.add(name)
            self.fixed[text] = name
        return self.fixed[text]

    def _named(self, names: dict[str, str], text: str, buffer: Buffer, first: Place, count: int, rows: str = "") -> str:
        if text not in names:
            wanted = self._words(buffer, first, count) + rows
            name = fresh(wanted, self.taken)
            self.taken.add(name)
            names[text] = name
        return names[text]

    def _words(self, buffer: Buffer, first: Place, count: int) -> str:
        if buffer.slots[0] == Symbol("scratch"):
            return "s" + "_".join(str(first.slot + k) for k in range(count))
        words = [self._word(s, buffer, first.row) for s in buffer.slots[first.slot : first.slot + count]]
        letters = takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))
        front = "".join(column[0] for column in letters)
        front = front[: front.rfind("_") + 1] if count > 1 else ""
        made = front + "_".join(w[len(front) :] for w in words)
        return made if len(made) <= LONGEST else f"{words[0]}_to_{words[-1]}"

    def _word(self, s: Symbol, buffer: Buffer, row: int) -> str:
        tag = label(s)
        if tag.name.isdigit():  # a part of something that has a name
            return self._word(self.lines[s], buffer, row) if s in self.lines else f"v{tag.name}"
        name = tag.name.replace(".", "_").replace("/2", "_half")
        if tag.kind == "gradient":
            if tag.lag:
                return f"d{name}_{'next' if row else 'prev'}"
            if self.section == "factors":  # which are made before gradients: there a slot still holds the value
                return name
            return f"e_{name}" if self.section in FORWARD else f"d{name}"
        lagged = buffer.rows == "T+1" and name in self.places.program.cell.lagged
        return f"{name}_prev" if lagged and not row else name
