"""Task by task: what is right, what is wrong, and what is right given an earlier mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..assignment.change import Change
from ..assignment.kit import Kit
from ..assignment.model import Task
from ..assignment.program import Data, Program
from ..assignment.training import Given
from ..conventions import BACKWARD, TRAINING
from .case import case_of
from .diagnosis import diagnose, off_by
from .distance import Distance, distances
from .exchange import Array, expected, handed_through
from .explanation import Explanation, by_own_forward, mistake_of, shares
from .following import emptied, followed
from .found import Diagnosis, Found
from .freeing import located
from .heat import Heat
from .heating import heat
from .ladder import TOLERANCE, Reading, read
from .repeating import other
from .report import INSIDE, Check, Mistake
from .running import Answer, Run
from .sample import Sample
from .second import SecondLook
from .tolerance import tolerances
from .typed import Judged, TypedFormulas


@dataclass
class Verdicts:
    """The tasks of one submission on their way through the judge.

    programs: the equations that the student's step may follow, once a mistake in it is certain, so that later functions
    are judged by them too and one mistake is reported once; cause: the quantity that mistake is in.
    answers, others: to the calls that count, and to those with other numbers. place: where a line of the source is in
    the student's file. typed: the formulas that are in it. second: what a second run tells, if one may be made.
    open: tasks that are wrong in a way that later ones cannot be judged by. emptied: whether a mistake leaves nothing
    of a gradient: what follows from that being zero is nobody's work. unknown: the forward line that a student has
    another formula for, and nobody knows which. ahead: the cause among those in the forward pass.
    """

    kit: Kit
    sample: Sample
    run: Run
    answers: Mapping[str, Sequence[Answer]]
    others: Mapping[str, Sequence[Answer]]
    place: Callable[[int], str]
    typed: TypedFormulas
    second: SecondLook | None = None
    checks: list[Check] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    cause: str = ""
    open: set[str] = field(default_factory=set)
    emptied: bool = False
    unknown: str = ""
    ahead: str = ""

    def add(self, task: Task) -> None:
        """Judge one task, after those that it depends on."""
        waits = next((name for name in task.after if name in self.open), None)
        if waits:
            if self._right_all_the_same(task) or self._judged_by_own_forward(task):
                return
            passed = all(c.status == "passed" for c in self.checks if c.task == waits)
            # What is right given a mistake is no reason to wait: the mistake is.
            self._skip(task, f"waits for {self.cause if passed else waits}", self.cause if passed else waits)
            return
        if task.kind == "formula":
            self._take(task.name, self.typed.judged(task))
            return
        role, truth, reading = self._read(task)
        if reading.skipped:
            self._skip(task, reading.skipped)
            return
        limits, gaps = self._gaps(role, truth, reading)
        off = [q for q, distance in gaps.items() if not distance.right]
        why = self._explain(role, reading.values, off, limits) if off else Explanation(certain=True)
        if reading.problems or not why.certain or why.looped or why.nameless or (off and not self._credits):
            self.open.add(task.name)
        # A wrong quantity inside the function (dc) is judged beside those that it returns; the task's points stay.
        names = [*shares(self.kit, task), *(q for q in why.own if q not in truth)]
        for q in names:
            self.checks.append(self._check(task, q, task.points / len(names), reading, gaps, why))
        self.mistakes += [mistake_of(found, task.name, why.certain) for found in why.found]

    def _read(self, task: Task) -> tuple[str, Mapping[str, Array], Reading]:
        """The role of a function, what is right, and what it gave."""
        role, layout, sizes = self.kit.role(task.name), self.kit.layout, self.sample.step.sizes
        truth = expected(layout, role, self.kit.key.program, self.sample.of(role))
        signature, precision = layout.signature(role), self.kit.assignment.grading.precision
        return role, truth, read(layout, signature, self.answers[role], self.run, truth, sizes, self.place, precision)

    def _gaps(
        self, role: str, truth: Mapping[str, Array], reading: Reading
    ) -> tuple[Mapping[str, float], Mapping[str, Distance]]:
        """How far each quantity may be off, and how far it is."""
        layout, precision = self.kit.layout, self.kit.assignment.grading.precision
        limits = tolerances(layout, role, self.kit.key.program, self.sample.of(role), truth, precision)
        several = None if role in TRAINING else layout.cell.parameters
        return limits, distances(reading.values, truth, limits, precision, several)

    def _right_all_the_same(self, task: Task) -> bool:
        """Judge what waits for something else, where it is right by the equations, or by those that were followed."""
        # What raised, never ended or gave no numbers that can be compared leaves nothing to build upon.
        failed = (c for c in self.checks if c.status == "failed" and c.message != INSIDE)
        if task.kind == "formula" or any(c.error is None for c in failed):
            return False
        role, truth, reading = self._read(task)
        if reading.skipped or reading.problems or role in TRAINING:
            return False
        limits, gaps = self._gaps(role, truth, reading)
        limits = {q: max(limit, TOLERANCE) for q, limit in limits.items()}
        for program, data in self._known(role):
            if not off_by(self.kit.layout, role, program, data, reading.values, limits):
                followed = program is not self.kit.key.program
                if followed and not self._credits:
                    return False
                cause = self._because(role) or self.unknown
                why = Explanation((), dict.fromkeys(reading.values, cause) if followed else {}, True)
                for q, share in shares(self.kit, task).items():
                    self.checks.append(self._check(task, q, share, reading, gaps, why))
                return True
        return False

    def _known(self, role: str) -> Iterator[tuple[Program, Given]]:
        """The programs that a function may follow, with what they run on: the right one, and those of known mistakes.

        Of a line whose formula is not known the student's own values are, where the forward function returns them.
        """
        key, data = self.kit.key.program, self.sample.of(role)
        yield from ((program, data) for program in (key, *self.programs))
        ahead = next((one for one, other in BACKWARD.items() if other == role), "")
        task = next((t for t in self.kit.assignment.tasks if self.kit.role(t.name) == ahead), None)
        if self.unknown and task and isinstance(data, Data):
            given = self._read(task)[2].values.get(self.unknown)
            if given is not None:
                name = f"@{self.unknown}"
                inputs = {**data.inputs, name: given.reshape(data.steps, data.rows, -1)}
                yield key.changed(Change(forward={self.unknown: name})), replace(data, inputs=inputs)

    def _take(self, name: str, judged: Judged) -> None:
        """The verdict on a formula, which waits for no code, and explains none."""
        if judged.check.status == "failed":
            self.open.add(name)
        self.checks.append(judged.check)
        self.mistakes += [judged.mistake] if judged.mistake else []

    def _judged_by_own_forward(self, task: Task) -> bool:
        """Judge a backward function whose forward one is wrong, and nobody knows how, by what that one computes."""
        role, blocking = self.kit.role(task.name), [name for name in task.after if name in self.open]
        forwards = [self.kit.role(name) in BACKWARD for name in blocking]
        if self.second is None or self.cause or not self._credits or role not in BACKWARD.values() or not all(forwards):
            return False
        _, _, reading = self._read(task)
        failed = [c for c in self.checks if c.status == "failed" and self.kit.role(c.task) in BACKWARD]
        # Only numbers can be differentiated: what raised, or never ended, is no forward pass.
        wrong = [c.quantity for c in failed] if all(c.error is not None for c in failed) else []
        right = self.second.own_forward(role, reading.values) if reading.values and wrong else {}
        if not right or not right.keys() >= reading.values.keys():
            return False  # a forward pass that does not use its arguments says little
        for q, share in shares(self.kit, task).items():
            self.checks.append(by_own_forward(task.name, q, share, reading.problems.get(q), right.get(q), wrong[0]))
        if not all(right.get(q) for q in shares(self.kit, task)):
            self.open.add(task.name)
        return True

    @property
    def _credits(self) -> bool:
        return self.kit.assignment.grading.follow_on == "credit"

    def _skip(self, task: Task, message: str, because: str | None = None) -> None:
        self.open.add(task.name)
        for q, share in shares(self.kit, task).items():
            self.checks.append(Check(task.name, q, "skipped", 0.0, share, message, because=because))

    def _check(
        self, task: Task, q: str, share: float, reading: Reading, distances: Mapping[str, Distance], why: Explanation
    ) -> Check:
        if q in reading.problems:
            return Check(task.name, q, "failed", 0.0, share, reading.problems[q])
        if q not in distances:
            return Check(task.name, q, "failed", 0.0, share, INSIDE, heat=self._heat(task, q, None))
        d, role = distances[q], self.kit.role(task.name)
        if d.right and q not in why.own:  # a mistake that is certain always costs its points
            return Check(task.name, q, "passed", share, share, "", d.error, d.tolerance)
        cause = why.because.get(q) if why.certain and q not in why.own else None
        if cause is None:
            hot = self._heat(task, q, reading.values[q])
            return Check(task.name, q, "failed", 0.0, share, str(d), d.error, d.tolerance, heat=hot)
        idle = (d.nothing and self.emptied) or handed_through(role, self.sample.of(role), reading.values[q])
        if self._credits and not idle:
            return Check(task.name, q, "passed", share, share, f"right given your {cause}", d.error, d.tolerance, cause)
        return Check(task.name, q, "skipped", 0.0, share, f"follows from {cause}", d.error, d.tolerance, cause)

    def _because(self, role: str) -> str:
        """What a function follows: what is computed forward follows from nothing that is computed back."""
        return (self.ahead or self.cause) if "backward" not in role else self.cause

    def _heat(self, task: Task, q: str, value: Array | None) -> Heat | None:
        role = self.kit.role(task.name)
        return heat(self.kit, role, self.sample.of(role), q, value, self.programs)

    def _explain(
        self, role: str, values: Mapping[str, Array], off: list[str], limits: Mapping[str, float]
    ) -> Explanation:
        """Known mistakes first, then new ones on top of them, then new ones alone."""
        data, layout, key = self.sample.of(role), self.kit.layout, self.kit.key
        # A wrong program may round worse than the right one, and is told from others by far more.
        limits = {q: max(limit, TOLERANCE) for q, limit in limits.items()}
        again = other(role, data), self._others(role)
        if role in TRAINING:  # it follows from nothing, and nothing from it: what is off is wrong itself
            diagnosis = diagnose(layout, role, key.program, data, values, limits, again)
            return Explanation(diagnosis.found, certain=diagnosis.certain)
        wrong = [(len(off_by(layout, role, p, data, values, limits)), p) for p in self.programs]
        for count, program in wrong:
            if not count:
                return Explanation((), dict.fromkeys(off, self._because(role)), True, program.change.looped)
        guess = Explanation()
        # By the right one of these least is wrong, and its story is the shortest.
        for _, program in sorted((*wrong[:3], (len(off), key.program)), key=lambda known: known[0]):
            diagnosis = self._diagnosed(role, program, values, limits, again)
            if diagnosis.certain:
                because = {} if program is key.program else dict.fromkeys(off, self._because(role))
                because |= {q: f.wrong.quantity for f in reversed(diagnosis.found) for q in f.explains}
                self._follow(role, diagnosis)
                return Explanation(diagnosis.found, because, True, diagnosis.program.change.looped)
            guess = guess if guess.found else Explanation(diagnosis.found)
        return self._located(role, values, off, limits) or guess

    def _located(
        self, role: str, values: Mapping[str, Array], off: list[str], limits: Mapping[str, float]
    ) -> Explanation | None:
        """The place of what is wrong in a step, where its name is not known."""
        if role not in ("step", "step_backward"):
            return None
        layout, program = self.kit.layout, self.kit.key.program
        if len(off) == 1 and off[0] in program.forward:
            self.unknown = off[0]
        try:
            place = located(case_of(layout, role, program, self.sample.of(role), values, limits), program, off)
        except Exception:
            place = None  # a fault of ours costs a place, and nobody their report
        if place is None:
            return None
        wrong, agreement = place
        if wrong.quantity in program.forward:
            self.unknown = wrong.quantity
        found = Found(wrong, tuple(off), agreement, False)
        return Explanation((found,), dict.fromkeys(off, wrong.quantity), True, nameless=True)

    def _diagnosed(
        self,
        role: str,
        program: Program,
        values: Mapping[str, Array],
        limits: Mapping[str, float],
        again: tuple[Given, Mapping[str, Array]],
    ) -> Diagnosis:
        """The diagnosis by a program; a fault of ours costs a mistake its name, and nobody their report."""
        try:
            return diagnose(self.kit.layout, role, program, self.sample.of(role), values, limits, again)
        except Exception:
            return Diagnosis((), program, False)

    def _others(self, role: str) -> Mapping[str, Array]:
        """What the function gave for other data, as far as it can be compared."""
        layout, data = self.kit.layout, other(role, self.sample.of(role))
        truth = expected(layout, role, self.kit.key.program, data)
        precision, sizes = self.kit.assignment.grading.precision, self.sample.step.sizes
        signature = layout.signature(role)
        return read(layout, signature, self.others[role], self.run, truth, sizes, self.place, precision).values

    def _follow(self, role: str, diagnosis: Diagnosis) -> None:
        """From now on judge by the equations that the student's code follows."""
        if not diagnosis.found:
            return
        self.cause = diagnosis.found[0].wrong.quantity
        self.ahead = self.cause if self.cause in self.kit.key.program.forward else self.ahead
        self.emptied = self.emptied or emptied(self.kit.layout, role, self.sample.of(role), diagnosis)
        self.programs = followed(self.kit.key.program, diagnosis, self.programs)
