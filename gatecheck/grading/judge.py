"""Submission + kit -> Report. The student's code runs in a worker; everything here happens outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..assignment.kit import Kit
from ..conventions import BACKWARD, ROLES, TRAINING
from ..errors import Fault, printable, quoted
from ..version import __version__
from .explanation import shares
from .intake import Submission
from .repeating import on_others, plan, settled
from .report import Check, Mistake, Report, Status
from .running import Answer, Run, Surroundings, Worker
from .sample import new_seed, sample
from .second import SecondLook
from .suspicions import suspected
from .typed import TypedFormulas
from .unanswered import unwritten
from .verdicts import Verdicts

#: How often a run that something else may have ended is made again.
AGAIN = 2
#: How many lines of a traceback are told: the innermost.
TRACED = 4


def grade(
    submission: Submission,
    kit: Kit,
    worker: Worker | None = None,
    seed: str | None = None,
    fresh: Callable[[], Worker] = Worker,
) -> Report:
    """Run a submission and judge it.

    worker: one that was started early, so that it warms up while the judge imports; it is used up. seed: hexadecimal,
    for the same inputs again; fresh by default. fresh: makes a worker where none was given, and another for a run that
    was disturbed. A fault of ours becomes a report with outcome "error", no lower score.
    """
    seed = seed or new_seed()
    with worker or fresh() as running:
        try:
            drawn = sample(kit.layout, kit.key.program, seed)
        except Fault as fault:
            return _untried(submission, kit, seed, Run("error", (), str(fault)))
        limits, asked = kit.assignment.grading, plan(kit.layout, _roles(kit), drawn)
        made = [a.call for a in asked]
        course = kit.layout.convention
        around = Surroundings(course.modules, kit.layout.adapter, course.definitions)
        what = submission.source, submission.name, made, limits.deadline_seconds, limits.memory_mib, around
        run = running.run(*what)
    for _ in range(AGAIN):
        if run.disturbed:
            with fresh() as again:
                run = again.run(*what)
    if run.disturbed and run.isolated:  # in isolation it cannot have done that itself
        return unjudged(submission, kit, "Something else ended it, every time it was tried: is there enough memory?")
    if run.raised and run.raised.line:  # a notebook's lines are counted by cells
        line = run.raised.line
        run = replace(run, message=run.message.replace(f"line {line}", submission.place(line), 1))
    if len(run.answers) != len(asked) or run.outcome in ("rejected", "error"):
        return _untried(submission, kit, seed, run)
    answers = settled(kit.layout, kit.key.program, drawn, asked, run.answers)
    second, typed = SecondLook(submission, kit, drawn, fresh), TypedFormulas(kit, submission, seed)
    verdicts = Verdicts(kit, drawn, run, answers, on_others(asked, run.answers), submission.place, typed, second)
    for task in kit.assignment.tasks:
        verdicts.add(task)
    found = list(suspected(kit, drawn, run, answers, verdicts.checks, verdicts.mistakes))
    checks = list(_traced(kit, found, answers, submission.place))
    mistakes = second.lines(verdicts.mistakes, checks)
    warnings = dict.fromkeys(_warnings(kit, answers))
    return _report(submission, kit, seed, run, checks, mistakes, tuple(warnings))


def rejected(name: str, kit: Kit, message: str) -> Report:
    """The report of a file that cannot be read at all."""
    return _untried(Submission(name, b"", ""), kit, "", Run("rejected", (), message))


def unjudged(submission: Submission, kit: Kit, message: str) -> Report:
    """The report of a submission that could not be judged, by no fault of its own."""
    return _untried(submission, kit, "", Run("error", (), message))


def _roles(kit: Kit) -> tuple[str, ...]:
    """The functions to call, in order; a backward function needs the cache of its forward one."""
    wanted = {kit.role(t.name) for t in kit.assignment.tasks if t.kind == "code"}
    known = {s.role for s in kit.layout.functions}
    wanted |= {forward for forward, back in BACKWARD.items() if back in wanted and forward in known}
    return tuple([role for role in (*ROLES, *TRAINING) if role in wanted])


def _untried(submission: Submission, kit: Kit, seed: str, run: Run) -> Report:
    """The report of a submission whose functions could not be called: nothing earned, and why."""
    status: Status = "undetermined" if run.outcome == "error" else "skipped"
    checks = [Check(t.name, q, status, 0.0, share) for t in kit.assignment.tasks for q, share in shares(kit, t).items()]
    return _report(submission, kit, seed, run, checks, (), ())


def _traced(
    kit: Kit, checks: Sequence[Check], answers: Mapping[str, Sequence[Answer]], place: Callable[[int], str]
) -> Iterator[Check]:
    """The checks; the first failed one of a task whose function raised tells by which lines of the file."""
    told: set[str] = set()
    for check in checks:
        raised = [a.raised for a in answers.get(kit.role(check.task), ()) if a.raised and not unwritten(a.raised)]
        if raised and check.status == "failed" and check.task not in told:
            told.add(check.task)
            frames = raised[0].trace[-TRACED:]
            lines = (f"{place(line)}, in {printable(name)}: {quoted(text)}" for line, name, text in frames)
            check = replace(check, trace=tuple(lines))
        yield check


def _warnings(kit: Kit, answers: Mapping[str, Sequence[Answer]]) -> Iterator[str]:
    """What is right and yet dangerous: arguments changed in place, results that do not stay what they are."""
    for role, found in answers.items():
        signature = kit.layout.signature(role)
        if any(answer.overwritten for answer in found):
            yield (
                f"What {signature.name} returns is overwritten by a later call: make a new array in every call,"
                " and leave the cache as it is."
            )
        if any(answer.overflows for answer in found):
            yield (
                f"{signature.name} gives NaN or infinite numbers for large arguments, where np.exp overflows:"
                " subtract the largest number before a softmax, and write a sigmoid as 1 / (1 + np.exp(-x))."
            )
        for k in (k for answer in found for k in answer.modified):
            name = signature.takes[k].name
            yield f"{signature.name} changed its argument {name} in place: put the result into a new array instead."


def _report(
    submission: Submission,
    kit: Kit,
    seed: str,
    run: Run,
    checks: Sequence[Check],
    mistakes: Sequence[Mistake],
    warnings: tuple[str, ...],
) -> Report:
    return Report(
        tool=__version__,
        assignment=kit.assignment.slug,
        title=kit.assignment.title,
        cell=kit.cell.name,
        cell_sha256=kit.cell.sha256,
        convention=kit.layout.convention.name,
        variant=None,
        file=submission.name,
        sha256=submission.sha256,
        student=None,
        receipt=None,
        outcome=run.outcome,
        isolated=run.isolated,
        seed=seed,
        seconds=run.seconds,
        cpu_seconds=run.cpu_seconds,
        checks=tuple(checks),
        mistakes=tuple(mistakes),
        warnings=(*submission.warnings, *warnings),
        message=run.message,
    )
