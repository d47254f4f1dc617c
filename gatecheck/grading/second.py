"""The second look at a submission that was found wrong: another isolated run, for what the first one need not know.

It starts where it is asked for something, and not before; what it gives is remembered. That it fails costs nothing but
what it would have told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..assignment.kit import Kit
from ..conventions import BACKWARD
from .exchange import Array
from .intake import Submission
from .lines import line_of
from .outline import Outline
from .own_forward import Way, judged, probes, ways
from .report import Mistake, Where
from .running import Answer, Call, Run, Surroundings, Worker
from .sample import Sample


class SecondLook:
    """What is asked of one wrong submission afterwards; fresh: makes a worker for a run."""

    def __init__(self, submission: Submission, kit: Kit, sample: Sample, fresh: Callable[[], Worker]) -> None:
        self._submission, self._kit, self._sample, self._fresh = submission, kit, sample, fresh
        self._outline: Outline | None = None
        self._answers: dict[tuple[complex, ...], dict[str, Sequence[Answer]]] = {}

    def own_forward(self, role: str, values: Mapping[str, Array]) -> dict[str, bool]:
        """Whether each quantity that a backward function gave is right for the student's own forward function.

        Left out is what cannot be known.
        """
        return judged(self._kit, self._sample, role, values, lambda way: self._probed(way).get(role, ()))

    def lines(self, mistakes: Sequence[Mistake]) -> list[Mistake]:
        """The mistakes, each with the line that it is in, where there is no doubt."""
        return [self._placed(m) for m in mistakes]

    def _placed(self, mistake: Mistake) -> Mistake:
        where = mistake.where
        signature = self._kit.layout.by_name(where.function) if where else None
        if where is None or signature is None or where.line:
            return mistake
        line = line_of(self._outlined(), self._kit, signature, mistake)
        if line is None:
            return mistake
        cell, line = self._submission.at(line)
        return replace(mistake, where=Where(where.function, line, cell))

    def _outlined(self) -> Outline:
        if self._outline is None:
            self._run((), Surroundings())
        return self._outline or {}

    def _probed(self, way: Way) -> dict[str, Sequence[Answer]]:
        """The answers to the probes of every backward function that is asked for."""
        if way.moves not in self._answers:
            plain = ways(float(np.finfo(self._kit.assignment.grading.precision).eps))[1]
            wanted = [r for r in map(self._kit.role, (t.name for t in self._kit.assignment.tasks)) if r in BACKWARD.values()]
            made = {role: probes(self._kit.layout, role, self._sample, way, plain) for role in wanted}
            asked = {role: p.calls for role, p in made.items() if p}
            course = self._kit.layout.convention
            around = Surroundings({**way.modules, **course.modules}, self._kit.layout.adapter, course.definitions)
            answers = iter(self._run([call for some in asked.values() for call in some], around).answers)
            self._answers[way.moves] = {role: [next(answers, Answer("unreached")) for _ in c] for role, c in asked.items()}
        return self._answers[way.moves]

    def _run(self, calls: Sequence[Call], around: Surroundings) -> Run:
        limits = self._kit.assignment.grading
        names = tuple(t.name for t in self._kit.assignment.tasks)
        with self._fresh() as worker:
            run = worker.run(
                self._submission.source,
                self._submission.name,
                calls,
                limits.deadline_seconds,
                limits.memory_mib,
                around,
                names,
            )
        self._outline = run.outline
        return run
