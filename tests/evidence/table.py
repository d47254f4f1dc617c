"""How often the mistake is named, measured on mutants of right solutions that students might have written.

    python -m tests.evidence.table                          development: seeds 0 to 99
    python -m tests.evidence.table --unnamed                and what was not named, by the kind of edit
    python -m tests.evidence.table --seeds 1000-1999        the figure that counts; it is printed in numbers only

A mutant is one random edit. It is no fault where it still scores full marks, and no numeric one where something is
missing, raises, never ends, or has a wrong shape or NaN in it. A numeric fault is named where mistakes that are certain
explain every quantity that is off; otherwise it is located only. A name is refuted where other random inputs do not
bring the same names again, with the same quantities and formulas. Where grading itself raises, gatecheck is at fault.
"""

import time
from argparse import ArgumentParser, RawTextHelpFormatter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import groupby, product
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

from gatecheck.assignment.kit import Kit, kit_for
from gatecheck.grading.intake import submission_from
from gatecheck.grading.judge import grade
from gatecheck.grading.report import Mistake, Report
from gatecheck.grading.running import Worker
from gatecheck.grading.zygote import Zygote

from .mutating import Mutant, Program

SOLUTIONS = Path(__file__).parent / "solutions"
#: What is measured; the other solutions show that right ones score full marks.
PAIRS = tuple(product(("rnn", "lstm", "gru"), ("gatecheck", "cs231n", "d2l")))
#: From here on seeds are for the figure alone: whoever has seen the faults can fit the diagnosis to them.
HELD_OUT = 1000
#: Random inputs on which a name must come again.
AGAIN = 2
DEADLINE_SECONDS = 2.0


@dataclass(frozen=True)
class Solution:
    """A right solution: the file is convention/cell/style.py."""

    path: Path

    @property
    def cell(self) -> str:
        return self.path.parent.name

    @property
    def convention(self) -> str:
        return self.path.parent.parent.name

    @property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def __str__(self) -> str:
        return self.path.relative_to(SOLUTIONS).as_posix()


@dataclass(frozen=True)
class Fault:
    """A mutant that computes wrong numbers, and what was said of it; seconds: the judge's processor time.

    raised: what grading it raised, a fault of gatecheck's own.
    """

    solution: Solution
    mutant: Mutant
    mistakes: tuple[Mistake, ...]
    off: tuple[str, ...]
    unexplained: tuple[str, ...]
    refuted: bool
    seconds: float
    raised: str = ""

    @property
    def named(self) -> bool:
        """Whether what is certain explains all that is off."""
        return any(m.certain for m in self.mistakes) and not self.unexplained

    @property
    def once(self) -> bool:
        """Whether there is one name for the one edit."""
        return self.named and len(self.mistakes) == 1


def solutions() -> list[Solution]:
    """All of them, by their paths."""
    return [Solution(path) for path in sorted(SOLUTIONS.rglob("*.py"))]


@cache
def kit(cell: str, convention: str) -> Kit:
    """The assignment that a solution solves; a mutant that hangs does not hold it up for long."""
    made = kit_for(cell, convention)
    grading = replace(made.assignment.grading, deadline_seconds=DEADLINE_SECONDS)
    return replace(made, assignment=replace(made.assignment, grading=grading))


def graded(zygote: Zygote, solution: Solution, source: str, seed: str) -> tuple[Report, float]:
    """The report on a source that stands in for a solution, and the judge's processor time; the run's is not in it."""
    submission, worker = submission_from(solution.path.name, source.encode()), Worker(zygote.fork)
    start = time.process_time()
    report = grade(submission, kit(solution.cell, solution.convention), worker, seed, lambda: Worker(zygote.fork))
    return report, time.process_time() - start


def fault(zygote: Zygote, solution: Solution, mutant: Mutant, seed: int) -> Fault | None:
    """What is said of a mutant; None where it is no numeric fault."""
    report, seconds = graded(zygote, solution, mutant.source, f"{seed:x}0")
    failed = [c for c in report.checks if c.status == "failed"]
    certain = [m for m in report.mistakes if m.certain]
    # What no function returns has no error of its own: it is off because a mistake in it explains the rest.
    inside = {m.quantity for m in certain}
    if report.outcome != "graded" or not failed or any(c.error is None and c.quantity not in inside for c in failed):
        return None
    explained = inside.union(*(m.explains for m in certain))
    again = range(1, AGAIN + 1) if certain else ()
    return Fault(
        solution,
        mutant,
        report.mistakes,
        off=tuple(f"{c.task} {c.quantity}" for c in failed),
        unexplained=tuple(c.quantity for c in failed if c.quantity not in explained),
        refuted=any(said(graded(zygote, solution, mutant.source, f"{seed:x}{k}")[0]) != said(report) for k in again),
        seconds=seconds,
    )


def said(report: Report) -> set[tuple[str, str, str, str]]:
    """What a report is certain of."""
    return {(m.id, m.quantity, m.wrong, m.right) for m in report.mistakes if m.certain}


def faults(pair: tuple[str, str], seeds: Sequence[int], count: int) -> list[Fault]:
    """The first so many numeric faults that the seeds make of a pair's solutions, no two of them alike."""
    with Zygote() as zygote:
        return list(_drawn(zygote, pair, seeds, count))


def _drawn(zygote: Zygote, pair: tuple[str, str], seeds: Sequence[int], count: int) -> Iterator[Fault]:
    programs = {s: Program(s.source) for s in solutions() if (s.cell, s.convention) == pair}
    seen, found = set(), 0
    for seed, (solution, program) in product(seeds, programs.items()):
        mutant = program.mutant(f"{solution} {seed}")
        if found < count and mutant.source not in seen:
            seen.add(mutant.source)
            try:
                made = fault(zygote, solution, mutant, seed)
            except Exception as error:
                made = Fault(solution, mutant, (), (), (), False, 0.0, raised=repr(error))
            if made:
                found += 1
                yield made


def measured(seeds: Sequence[int], count: int, jobs: int) -> list[Fault]:
    """The faults of all pairs, so many of each; the same ones however many jobs there are."""
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        return [f for found in pool.map(partial(faults, seeds=seeds, count=count), PAIRS) for f in found]


# ------------------------------------------------------------------------------------------------ printing


def table(found: Sequence[Fault], title: str) -> Table:
    """The figures of each pair and of all."""
    made = Table(title=title, title_justify="left", show_footer=True)
    for name, total in zip(("cell", "convention", *COLUMNS), ("all", "", *figures(found)), strict=True):
        made.add_column(name, total, justify="left" if name in ("cell", "convention") else "right")
    for pair in PAIRS:
        own = [f for f in found if (f.solution.cell, f.solution.convention) == pair]
        made.add_row(*pair, *figures(own))
    return made


COLUMNS = ("faults", "named", "one name", "located", "refuted", "raised", "judge: median", "95 %")


def figures(found: Sequence[Fault]) -> list[str]:
    """A row of the table: counts, percentages of the faults, milliseconds."""
    if not found:
        return ["0", *[""] * (len(COLUMNS) - 1)]
    named = [f for f in found if f.named]
    times = [1e3 * f.seconds for f in found]
    late = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return [
        f"{len(found)}",
        percent(named, found),
        percent([f for f in named if f.once], named),
        percent([f for f in found if not f.named], found),
        f"{sum(f.refuted for f in found)}",
        f"{sum(bool(f.raised) for f in found)}",
        f"{median(times):.0f} ms",
        f"{late:.0f} ms",
    ]


def percent(part: Sequence[Fault], whole: Sequence[Fault]) -> str:
    return f"{100 * len(part) / len(whole):.1f} %" if whole else ""


def listing(found: Iterable[Fault]) -> Iterator[str]:
    """What was not named or not once, or was refuted, by the kind of edit: the edit, what is off, what was said."""
    poor = sorted((f for f in found if not f.once or f.refuted), key=lambda f: f.mutant.rule)
    for rule, group in groupby(poor, key=lambda f: f.mutant.rule):
        cases = list(group)
        yield f"\n{rule} ({len(cases)})"
        for f in cases:
            verdict = f.raised or ("refuted" if f.refuted else "several names" if f.named else "not named")
            yield f"  {f.solution}:{f.mutant}"
            yield f"    {verdict}; off: {shortened(f.off)}"
            yield from (f"    {'said' if m.certain else 'guessed'}: {m.title}" for m in f.mistakes)


def shortened(off: Sequence[str]) -> str:
    """The quantities that are off, by task."""
    tasks = groupby((text.split() for text in off), key=lambda words: words[0])
    return "; ".join(f"{task} {' '.join(words[1] for words in group)}" for task, group in tasks)


def seeds(text: str) -> range:
    """A-B, both included.  Raises: ValueError."""
    first, last = map(int, text.split("-"))
    return range(first, last + 1)


def main() -> None:
    parser = ArgumentParser("python -m tests.evidence.table", None, __doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("--seeds", type=seeds, default=seeds("0-99"), metavar="A-B", help="seeds of the edits")
    parser.add_argument("--count", type=int, default=70, help="numeric faults of each cell and convention")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--unnamed", action="store_true", help=f"list what was not named; not from seed {HELD_OUT} on")
    asked = parser.parse_args()
    if asked.unnamed and asked.seeds[-1] >= HELD_OUT:
        parser.error(f"seeds from {HELD_OUT} on are held out: their faults are counted, never shown")
    found = measured(asked.seeds, asked.count, asked.jobs)
    Console(width=120).print(table(found, f"One edit each, seeds {asked.seeds[0]} to {asked.seeds[-1]}"))
    if asked.unnamed:
        print(*listing(found), sep="\n")


if __name__ == "__main__":
    main()
