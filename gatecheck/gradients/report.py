"""What a gradient check found: tensor by tensor, as text, as HTML, and as True or False."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

Method = Literal["complex step", "central differences"]


@dataclass(frozen=True)
class Tensor:
    """One tensor's gradient.

    error: the largest difference found, as a part of the largest number of the gradient. worst: the place of it, where
    single numbers were compared; got, expected: what stands there. places, wrong: how many were compared, and differ.
    message: what is known of the fault, in words; empty where there is none.
    """

    name: str
    shape: tuple[int, ...]
    right: bool
    error: float
    tolerance: float
    method: Method
    message: str = ""
    worst: tuple[int, ...] | None = None
    got: float | None = None
    expected: float | None = None
    places: int = 0
    wrong: int = 0

    @property
    def place(self) -> str:
        """The worst number and what it should be, as code."""
        if self.worst is None:
            return ""
        index = f"[{', '.join(map(str, self.worst))}]" if self.worst else ""
        return f"{self.name}{index}: got {self.got:.6g}, expected {self.expected:.6g}"


@dataclass(frozen=True, repr=False)
class GradientReport:
    """The verdict on a backward function; true where every gradient is right and nothing prevented the check.

    tensors: every tensor asked for, in the order of the inputs. problems: what prevented the check. notes: what is
    right and yet worth knowing. calls: how often forward was called; seconds: how long all took.
    """

    tensors: tuple[Tensor, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    calls: int = 0
    seconds: float = 0.0

    def __bool__(self) -> bool:
        return not self.problems and all(t.right for t in self.tensors)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of the tensors whose gradients are wrong."""
        return tuple(t.name for t in self.tensors if not t.right)

    @property
    def title(self) -> str:
        """The verdict in a line."""
        if self.problems:
            return "The gradients could not be checked."
        number = len(self.tensors)
        if not self.wrong:
            return f"All {number} gradients are right." if number > 1 else "The gradient is right."
        return f"{len(self.wrong)} of {number} gradients {'are' if len(self.wrong) > 1 else 'is'} wrong."

    @property
    def cost(self) -> str:
        """How it was checked, and what that took."""
        methods = " and ".join(dict.fromkeys(t.method for t in self.tensors))
        return f"{methods or 'nothing compared'}; {self.calls} forward calls, {1e3 * self.seconds:.1f} ms"

    def _rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        for t in self.tensors:
            said = "; ".join(filter(None, (t.message, t.place)))
            yield t.name, str(t.shape), "right" if t.right else "WRONG", f"{t.error:.1e}", said

    def __str__(self) -> str:
        lines = [self.title, *(f"  {p}" for p in self.problems)]
        if rows := list(self._rows()):
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:4]
            for *cells, said in rows:
                padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
                lines.append(f"  {'  '.join(padded)}  {said}".rstrip())
        return "\n".join([*lines, *(f"  note: {n}" for n in self.notes), f"  ({self.cost})"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in self._rows())
        head = "<tr><th>tensor</th><th>shape</th><th></th><th>error</th><th></th></tr>"
        said = "".join(f"<p>{escape(line)}</p>" for line in (*self.problems, *(f"note: {n}" for n in self.notes)))
        table = f"<table>{head}{rows}</table>" if rows else ""
        return f"<p><strong>{escape(self.title)}</strong></p>{table}{said}<p>{escape(self.cost)}</p>"
