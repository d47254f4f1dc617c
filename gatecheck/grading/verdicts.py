"""Task by task: what is right, what is wrong, and what is right given an earlier mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..assignment.kit import Kit
from ..assignment.model import Task
from ..assignment.program import Program
from ..assignment.training import Given
from ..conventions import BACKWARD, TRAINING
from .case import case_of
from .diagnosis import diagnose, gives
from .distance import Distance, distances
from .exchange import Array, expected, handed_through, quantities
from .following import EMPTYING, followed
from .found import Diagnosis, Found
from .freeing import located
from .heat import Heat
from .heating import heat
from .ladder import TOLERANCE, Reading, read
from .repeating import other
from .report import Check, Mistake, Where
from .running import Answer, Run
from .sample import Sample
from .second import SecondLook
from .tolerance import tolerances
from .typed import Judged, TypedFormulas


def shares(kit: Kit, task: Task) -> dict[str, float]:
    """The points of each quantity of a task: split evenly."""
    if task.kind == "formula":
        return {task.quantity: task.points}
    slots = kit.layout.signature(kit.role(task.name)).gives
    names = [q for slot in slots for q in quantities(kit.layout, slot)]
    return {q: task.points / len(names) for q in names}


@dataclass(frozen=True)
class Explanation:
    """Why quantities of a task are off.

    found: new mistakes; because: quantity -> the wrong quantity it follows from; certain: whether all of this is known
    for sure; looped: whether later functions start from states that the equations do not explain; nameless: whether
    only the place is known.
    """

    found: tuple[Found, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)
    certain: bool = False
    looped: bool = False
    nameless: bool = False

    @property
    def own(self) -> tuple[str, ...]:
        """What new mistakes are in, where others follow from it; each costs its own points once."""
        return (
            tuple(dict.fromkeys(q for f in self.found for q in f.wrong.quantities))
            if self.certain and self.because
            else ()
        )


@dataclass
class Verdicts:
    """The tasks of one submission on their way through the judge.

    programs: the equations that the student's step may follow, once a mistake in it is certain, so that later functions
    are judged by them too and one mistake is reported once; cause: the quantity that mistake is in.
    answers, others: to the calls that count, and to those with other numbers. place: where a line of the source is in
    the student's file. typed: the formulas that are in it. second: what a second run tells, if one may be made.
    open: tasks that are wrong in a way that later ones cannot be judged by.
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

    def add(self, task: Task) -> None:
        """Judge one task, after those that it depends on."""
        waits = next((name for name in task.after if name in self.open), None)
        if waits:
            if self._judged_by_own_forward(task):
                return
            passed = all(c.status == "passed" for c in self.checks if c.task == waits)
            # A loop that is right given a mistake still hands on states that nothing later can be judged by.
            self._skip(task, f"waits for {self.cause if passed else waits}", self.cause if passed else waits)
            return
        if task.kind == "formula":
            self._take(task.name, self.typed.judged(task))
            return
        role = self.kit.role(task.name)
        data, layout = self.sample.of(role), self.kit.layout
        truth = expected(layout, role, self.kit.key.program, data)
        answers, sizes = self.answers[role], self.sample.step.sizes
        precision = self.kit.assignment.grading.precision
        reading = read(layout, layout.signature(role), answers, self.run, truth, sizes, self.place, precision)
        if reading.skipped:
            self._skip(task, reading.skipped)
            return
        limits = tolerances(layout, role, self.kit.key.program, data, truth, precision)
        off_by = distances(
            reading.values, truth, limits, precision, None if role in TRAINING else layout.cell.parameters
        )
        off = [q for q, distance in off_by.items() if not distance.right]
        why = self._explain(role, reading.values, off, limits) if off else Explanation(certain=True)
        if reading.problems or not why.certain or why.looped or why.nameless or (off and not self._credits):
            self.open.add(task.name)
        # A wrong quantity inside the function (dc) is judged beside those that it returns; the task's points stay.
        names = [*shares(self.kit, task), *(q for q in why.own if q not in truth)]
        for q in names:
            self.checks.append(self._check(task, q, task.points / len(names), reading, off_by, why))
        self.mistakes += [_mistake(found, task.name, why.certain) for found in why.found]

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
        data, layout = self.sample.of(role), self.kit.layout
        truth = expected(layout, role, self.kit.key.program, data)
        precision = self.kit.assignment.grading.precision
        signature, sizes = layout.signature(role), self.sample.step.sizes
        reading = read(layout, signature, self.answers[role], self.run, truth, sizes, self.place, precision)
        failed = [c for c in self.checks if c.status == "failed" and self.kit.role(c.task) in BACKWARD]
        # Only numbers can be differentiated: what raised, or never ended, is no forward pass.
        wrong = [c.quantity for c in failed] if all(c.error is not None for c in failed) else []
        right = self.second.own_forward(role, reading.values) if reading.values and wrong else {}
        if not right or not right.keys() >= reading.values.keys():
            return False  # a forward pass that does not use its arguments says little
        for q, share in shares(self.kit, task).items():
            self.checks.append(_by_own_forward(task.name, q, share, reading.problems.get(q), right.get(q), wrong[0]))
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
            said = "computed on the way: it is not returned, but what follows from it shows it"
            return Check(task.name, q, "failed", 0.0, share, said, heat=self._heat(task, q, None))
        d, role = distances[q], self.kit.role(task.name)
        if d.right and q not in why.own:  # a mistake that is certain always costs its points
            return Check(task.name, q, "passed", share, share, "", d.error, d.tolerance)
        cause = why.because.get(q) if why.certain and q not in why.own else None
        if (
            cause is None
            or (d.nothing and self._emptied(why))
            or handed_through(role, self.sample.of(role), reading.values[q])
        ):
            hot = self._heat(task, q, reading.values[q])
            return Check(task.name, q, "failed", 0.0, share, str(d), d.error, d.tolerance, heat=hot)
        if self._credits:
            return Check(task.name, q, "passed", share, share, f"right given your {cause}", d.error, d.tolerance, cause)
        return Check(task.name, q, "skipped", 0.0, share, f"follows from {cause}", d.error, d.tolerance, cause)

    def _emptied(self, why: Explanation) -> bool:
        """Whether a mistake leaves nothing of a gradient: what follows from that being zero is nobody's work."""
        return any(f.wrong.id in EMPTYING for f in why.found) or any(m.id in EMPTYING for m in self.mistakes)

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
        for program in self.programs:
            if gives(layout, role, program, data, values, limits):
                return Explanation((), dict.fromkeys(off, self.cause), True, program.change.looped)
        guess = Explanation()
        for program in (*self.programs[:3], key.program):
            diagnosis = self._diagnosed(role, program, values, limits, again)
            if diagnosis.certain:
                because = {} if program is key.program else dict.fromkeys(off, self.cause)
                because |= {q: f.wrong.quantity for f in reversed(diagnosis.found) for q in f.explains}
                self._follow(diagnosis)
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
        try:
            place = located(case_of(layout, role, program, self.sample.of(role), values, limits), program, off)
        except Exception:
            place = None  # a fault of ours costs a place, and nobody their report
        if place is None:
            return None
        wrong, agreement = place
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

    def _follow(self, diagnosis: Diagnosis) -> None:
        """From now on judge by the equations that the student's code follows."""
        if not diagnosis.found:
            return
        self.cause = diagnosis.found[0].wrong.quantity
        self.programs = followed(self.kit.key.program, diagnosis)


def _by_own_forward(task: str, q: str, share: float, problem: str | None, right: bool | None, cause: str) -> Check:
    """The check of a gradient that was compared with the student's own forward function."""
    if problem:
        return Check(task, q, "failed", 0.0, share, problem)
    if right is None:
        return Check(task, q, "skipped", 0.0, share, f"waits for {cause}", because=cause)
    if right:
        return Check(task, q, "passed", share, share, f"right given your {cause}", because=cause)
    return Check(task, q, "failed", 0.0, share, f"wrong, and not the gradient of your own {cause} either")


def _mistake(found: Found, function: str, certain: bool) -> Mistake:
    wrong, words = found.wrong, found.wrong.words
    return Mistake(
        id=wrong.id,
        title=words.title,
        quantity=wrong.quantity,
        left=words.left,
        wrong=words.wrong,
        right=words.right,
        certain=certain and found.certain,
        agreement=found.agreement,
        explains=tuple(q for q in found.explains if q != wrong.quantity),
        hint=words.hint,
        where=Where(function),
        path=words.path,
    )
