"""What a change of a program reaches: the results of a function that it makes different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..assignment.change import Change
from ..assignment.expressions import names
from ..assignment.program import Program, previous


class Reach:
    """The results that each entry of a program goes into, in one step or in a sequence."""

    def __init__(self, program: Program, role: str, steps: int) -> None:
        self._program = program
        self._alone = steps == 1
        self._before = "_prev" if role.startswith("step") else "0"
        self._lines: dict[str, frozenset[str]] = {}
        self._gradients: dict[str, frozenset[str]] = {}
        # What a function that goes forward and back gets wrong on its way forward, it gets wrong everywhere.
        gradients = (f"d{n}" for n in (*program.gradients, *program.parameters))
        self._everything = frozenset((*program.forward, *gradients))
        if role in ("step", "forward"):
            self._lines = _closed({n: set(self._read_lines(n)) | {n} for n in program.forward})
        else:
            self._gradients = _closed({n: set(self._read_gradients(n)) | {f"d{n}"} for n in program.gradients})

    def of(self, change: Change) -> frozenset[str]:
        """The results that a change of expressions reaches, by the names of quantities."""
        found: set[str] = set()
        for name in change.forward:
            found |= self._lines.get(name, self._everything)
        for name, entry in change.gradients.items():
            usual = self._program.gradients[name]
            for lag in (0, 1):
                if [e for k, e in entry if k == lag] != [e for k, e in usual if k == lag]:
                    found |= self._gradients.get(name, frozenset()) if not lag else self._back(name)
        return frozenset(found | {self._returned(name) for name in change.parameters})

    def _returned(self, parameter: str) -> str:
        """The result that the gradient of a parameter is returned as."""
        return f"d{self._program.change.renamed.get(parameter, parameter)}"

    def _back(self, name: str) -> frozenset[str]:
        """What a gradient reaches that leaves the step backwards."""
        handed = {f"d{name}{self._before}"}
        return frozenset(handed) if self._alone else self._gradients.get(name, frozenset()) | handed

    def _read_lines(self, name: str) -> Iterable[str]:
        """The lines that read a line: of the same step, and of the next where there is one."""
        for line, expression in self._program.forward.items():
            read = set(names(expression))
            if name in read or (previous(name) in read and not self._alone):
                yield line

    def _read_gradients(self, name: str) -> Iterable[str]:
        delta = f"d{name}"
        for other, entry in self._program.gradients.items():
            for lag, expression in entry:
                if delta in names(expression):
                    yield from self._to(other, lag)
        for parameter, found in self._program.parameters.items():
            if any(delta in names(expression) for expression, _, _ in found):
                yield self._returned(parameter)

    def _to(self, name: str, lag: int) -> Iterable[str]:
        if not lag:
            return (name,)
        handed = f"d{name}{self._before}"
        return (handed,) if self._alone else (name, handed)


def _closed(direct: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """Everything that is reached over any number of steps."""
    found: dict[str, Any] = {n: set(reached) for n, reached in direct.items()}
    grown = True
    while grown:
        grown = False
        for reached in found.values():
            more = set().union(*(found[n] for n in reached if n in found)) - reached
            reached |= more
            grown = grown or bool(more)
    return {n: frozenset(reached) for n, reached in found.items()}
