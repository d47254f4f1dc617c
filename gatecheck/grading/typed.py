"""Formulas that a student typed -> checks and mistakes.

This runs in the judge, outside of the isolation that code needs: what was handed in stays text. A parser of our own
reads it in time that grows with its length, which is capped, as are depth, numbers and exponents; what it means is
evaluated by our own operations on vectors of few residues, in time and memory that grow with the number of tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..assignment.expressions import Expression, factors, terms
from ..assignment.kit import Kit
from ..assignment.mistake import Wrong
from ..assignment.model import Task
from ..assignment.program import Program
from ..assignment.typed.asked import Asked, asked
from ..assignment.typed.faults import Unreadable, Unwritten
from ..assignment.typed.meaning import meaning, parts
from ..assignment.typed.names import Names, latin
from ..assignment.typed.parsing import lines
from ..assignment.typed.tree import Node, Typed
from ..assignment.typed.worlds import Worlds
from ..assignment.typed.wrong import Slip, own, upstream
from ..cells import Cell
from ..errors import quoted
from .answers import NAME, Answers, answers
from .intake import Submission
from .remembering import remembered
from .report import Check, Mistake, Status, Where

#: Among more terms, or factors, none is looked for that is wrong.
MOST_TERMS = 30


@dataclass(frozen=True)
class Judged:
    """The verdict on one formula."""

    check: Check
    mistake: Mistake | None = None


class TypedFormulas:
    """The formulas of one submission."""

    def __init__(self, kit: Kit, submission: Submission, seed: str) -> None:
        self._kit, self._submission, self._seed = kit, submission, seed
        there = answers(submission.source.decode())
        self._missing, self._answers = there is None, there or Answers("", 1, 1)

    def judged(self, task: Task) -> Judged:
        """Whether the submission's formula is the one that a task asks for; if not, why not."""
        wanted = asked(self._kit.cell, self._kit.key.program, task.quantity)
        if self._missing:
            return _failed(task, f'there is no {NAME} = """…""" in {self._submission.name}')
        found = [line for line in self._lines if f"d{latin(line.left[1:])}" == task.quantity]
        if len(found) > 1:
            first, second = (self._at(line.start) for line in found[:2])
            return _failed(task, f"{task.quantity} has {len(found)} formulas: on {first} and on {second}")
        if not found:
            lost = next((x for x in self._lines if isinstance(x, Unreadable) and not x.left), None)
            more = f"; {self._at(lost.start)} cannot be read: {lost.message}" if lost else ""
            return _failed(task, f"{NAME} has no line {task.quantity} = …{more}")
        return self._compared(task, wanted, found[0])

    def _compared(self, task: Task, wanted: Asked, line: Typed | Unreadable) -> Judged:
        names = Names(self._kit.cell, self._kit.key.program, wanted)
        try:
            if isinstance(line, Unreadable):
                raise line
            found = meaning(line.right, names)
        except Unreadable as error:
            return self._unreadable(task, error)
        right = self._worlds.right(found, wanted.right)
        if right:
            return Judged(Check(task.name, task.quantity, "passed", task.points, task.points))
        if right is None:
            said = f"{self._at(line.start)}: its numbers agree, and whether the formula does is not known: not counted"
            return Judged(_check(task, "undetermined", said))
        if wrong := self._likeliest(found, wanted):
            return _failed(task, f"{self._at(line.start)}: {wrong.words.title}", self._named(task, wrong, line.start))
        return _failed(task, f"{self._at(line.start)}: {self._where(line.right, names, wanted)}")

    @property
    def _worlds(self) -> Worlds:
        return _worlds(self._kit, self._seed)

    @cached_property
    def _lines(self) -> list[Typed | Unreadable]:
        return lines(self._answers.text)

    def _at(self, at: int) -> str:
        return self._submission.place(self._answers.place(at)[0])

    # What is wrong.

    def _unreadable(self, task: Task, error: Unreadable) -> Judged:
        line, column = self._answers.place(error.start)
        shown = self._answers.text[error.start : error.end].split("\n")[0]
        at = f"column {column}" + (f", at {quoted(shown, 40)}" if shown else "")
        said = f"{self._submission.place(line)}, {at}: {error.message}. {error.advice}".rstrip()
        if isinstance(error, Unwritten):
            return _failed(task, said)
        title = f"The formula of {task.quantity} cannot be read: {error.message}"
        hint = f"{at[0].upper()}{at[1:]}. {error.advice}".rstrip()
        spot = self._spot(task, error.start)
        mistake = Mistake("unreadable-formula", title, task.quantity, "", "", True, None, hint=hint, where=spot)
        return _failed(task, said, mistake)

    def _spot(self, task: Task, at: int) -> Where:
        """Where in the file a formula is."""
        cell, line = self._submission.at(self._answers.place(at)[0])
        return Where(task.name, line, cell)

    def _likeliest(self, found: Expression, wanted: Asked) -> Wrong | None:
        """The mistake that makes an answer of the formula, else of one that it is written out with."""
        for slips in (own, upstream):
            same = (w for w, e in _known(self._kit, slips, wanted.quantity) if self._worlds.same(found, e))
            if likeliest := min(same, key=lambda wrong: wrong.unlikely, default=None):
                return likeliest
        return None

    def _named(self, task: Task, wrong: Wrong, at: int) -> Mistake:
        words = wrong.words
        return Mistake(
            id=wrong.id,
            title=words.title,
            quantity=task.quantity,
            left=words.left,
            wrong=words.wrong,
            right=words.right,
            certain=True,
            agreement=None,
            hint=words.hint,
            where=self._spot(task, at),
            path=words.path,
        )

    def _where(self, right: Node, names: Names, wanted: Asked) -> str:
        """Where an answer differs, as far as that is certain; without a word on what belongs there."""
        typed, derived = parts(right, "added", names), terms(wanted.right)
        if len(wanted.shape) == 2 and self._worlds.same(["turned", wanted.right], meaning(right, names)):
            return "it is the formula, transposed"
        if len(typed) > MOST_TERMS:
            return "it is not the formula"
        extra, missing = self._unmatched(typed, derived)
        if not extra:
            return f"its terms are right, and {'one is' if len(missing) == 1 else f'{len(missing)} are'} missing"
        shown = " and ".join(quoted(self._text(node), 60) for node, _ in extra)
        several, rest = len(extra) > 1, ", and the rest is" if len(extra) < len(typed) else ""
        if not missing:
            return f"{shown} {'are' if several else 'is'} too much"
        if several:
            return f"{shown} together are not right{rest}" if rest else "it is not the formula"
        inner = parts(extra[0][0], "product", names)
        if len(missing) == 1 and len(factors(missing[0])) > 1 and len(inner) <= MOST_TERMS:
            others, left = self._unmatched(inner, factors(missing[0]))
            if len(others) == len(left) == 1:
                shown = f"the factor {quoted(self._text(others[0][0]), 60)} of {shown}"
        return f"{shown} is not right{rest}"

    def _unmatched(
        self, typed: list[tuple[Node, Expression]], derived: Sequence[Expression]
    ) -> tuple[list[tuple[Node, Expression]], list[Expression]]:
        """What is left of both where what is the same on both sides is taken away."""
        extra, missing = [], list(derived)
        for node, expression in typed:
            match = next((k for k, e in enumerate(missing) if self._worlds.same(expression, e)), None)
            if match is None:
                extra.append((node, expression))
            else:
                del missing[match]
        return extra, missing

    def _text(self, node: Node) -> str:
        return self._answers.text[node.start : node.end]


@remembered(2)
def _worlds(kit: Kit, seed: str) -> Worlds:
    return Worlds(kit.cell, kit.key.program, seed)


@remembered(32)
def _known(kit: Kit, slips: Callable[[Cell, Program, Asked], Iterator[Slip]], quantity: str) -> list[Slip]:
    return list(slips(kit.cell, kit.key.program, asked(kit.cell, kit.key.program, quantity)))


def _check(task: Task, status: Status, message: str) -> Check:
    return Check(task.name, task.quantity, status, 0.0, task.points, message)


def _failed(task: Task, message: str, mistake: Mistake | None = None) -> Judged:
    return Judged(_check(task, "failed", message), mistake)
