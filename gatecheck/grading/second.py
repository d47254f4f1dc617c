"""The second look at a submission that was found wrong: what another isolated run of it tells.

It starts where something is asked of it, and not before, and remembers what it was told. If it fails, nothing is lost
but what it would have told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..assignment.kit import Kit
from ..conventions import BACKWARD
from .exchange import Array
from .intake import Submission
from .lines import line_of
from .outline import Outline
from .own_forward import Way, judged, probes
from .report import Check, Mistake, Where
from .running import Answer, Call, Run, Surroundings, Worker
from .sample import Sample


class SecondLook:
    """What is asked of one submission after the first run of it; fresh: makes a worker for another."""

    def __init__(self, submission: Submission, kit: Kit, sample: Sample, fresh: Callable[[], Worker]) -> None:
        self._submission, self._kit, self._sample, self._fresh = submission, kit, sample, fresh
        self._outline: Outline | None = None
        self._answers: dict[Way, Mapping[str, Sequence[Answer]]] = {}

    def own_forward(self, role: str, values: Mapping[str, Array]) -> dict[str, bool]:
        """Whether each quantity that a backward function gave is right for the student's own forward function.

        values: what it gave on the sample, as quantities of the equations. What cannot be known is left out.
        """
        return judged(self._kit, self._sample, role, values, lambda way: self._probed(way).get(role, ()))

    def lines(self, mistakes: Sequence[Mistake], checks: Sequence[Check]) -> list[Mistake]:
        """The mistakes, each with its line in the file, where there is no doubt which it is."""
        return [self._placed(mistake, checks) for mistake in mistakes]

    def _placed(self, mistake: Mistake, checks: Sequence[Check]) -> Mistake:
        where = mistake.where
        signature = self._kit.layout.by_name(where.function) if where else None
        passed = {(c.task, c.quantity) for c in checks if c.status == "passed" and not c.because}
        right = frozenset(q for task, q in passed if where and task == where.function)
        found = line_of(self._outlined(), self._kit, signature, mistake, right) if signature else None
        if where is None or found is None:
            return mistake
        cell, line = self._submission.at(found)
        return replace(mistake, where=Where(where.function, line, cell))

    def _outlined(self) -> Outline:
        if self._outline is None:
            self._run((), Surroundings())
        return self._outline or {}

    def _probed(self, way: Way) -> Mapping[str, Sequence[Answer]]:
        """What became of the probes of every backward function that is asked for, by its role."""
        if way not in self._answers:
            kit = self._kit
            roles = [kit.role(task.name) for task in kit.assignment.tasks]
            asked = {r: probes(kit, r, self._sample, way) for r in roles if r in BACKWARD.values()}
            calls = [(role, call) for role, found in asked.items() if found for call in found.calls]
            course = kit.layout.convention
            around = Surroundings({**way.modules, **course.modules}, kit.layout.adapter, course.definitions)
            answers = self._run([call for _, call in calls], around).answers
            found = zip(calls, answers, strict=False)  # none where no worker starts
            told: dict[str, list[Answer]] = {}
            for (role, _), answer in found:
                told.setdefault(role, []).append(answer)
            self._answers[way] = told
        return self._answers[way]

    def _run(self, calls: Sequence[Call], around: Surroundings) -> Run:
        limits, submission = self._kit.assignment.grading, self._submission
        what = submission.source, submission.name, calls, limits.deadline_seconds, limits.memory_mib, around
        with self._fresh() as worker:
            run = worker.run(*what, tuple(task.name for task in self._kit.assignment.tasks))
        self._outline = self._outline or run.outline
        return run
