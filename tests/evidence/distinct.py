"""Whether every wrong program of a cell is told from all others by its numbers, or is the same program in other words.

    python -m tests.evidence.distinct              every cell of the library, a line each
    python -m tests.evidence.distinct lstm --same  and which are the same, a line each

Each mistake that a function of a cell can show is made by itself, and the function is run on two draws of numbers. Two
are told apart where some result differs in both draws. Two are the same where every result agrees to rounding in both:
declared are one formula in two ways (they change the same line), what is read through one line alone (they change
different ones), and loops that come to the same. What differs in one draw only depends on luck.
"""

from argparse import ArgumentParser, RawTextHelpFormatter
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from rich.console import Console
from rich.table import Table

from gatecheck.assignment.key import build
from gatecheck.assignment.mistake import Wrong
from gatecheck.assignment.program import Data, Program
from gatecheck.cells import library, load
from gatecheck.conventions import Layout, layout
from gatecheck.grading.case import Case, case_of
from gatecheck.grading.exchange import expected
from gatecheck.grading.found import applied
from gatecheck.grading.lanes import in_lanes
from gatecheck.grading.sample import sample

ROLES = ("step", "step_backward", "forward", "backward")
SEEDS = ("5eed", "ace")
#: Of the largest number: results that agree so far are the same, and what differs by more than the second is told.
SAME, TOLD = 1e-9, 1e-7
REASONS = ("one formula", "one reader", "loops")


@dataclass
class Found:
    """Of one cell: how many wrong programs there are, and which of them the numbers do not tell apart.

    right: those that give the right numbers, always; same: pairs of the same program with the reason; lucky: pairs that
    one draw tells apart and the other does not; narrow: pairs whose results differ, but by little.
    """

    cell: str
    programs: int = 0
    right: int = 0
    same: list[tuple[str, Wrong, Wrong]] = field(default_factory=list)
    lucky: list[tuple[Wrong, Wrong]] = field(default_factory=list)
    narrow: int = 0


def found_in(cell: str, seeds: Sequence[str] = SEEDS) -> Found:
    """What is told apart in all functions of a cell."""
    made = layout(load(cell), "gatecheck")
    program, found = build(made).program, Found(cell)
    for role in sorted({s.role for s in made.signatures} & set(ROLES), key=ROLES.index):
        _of_role(made, program, role, found, seeds)
    return found


def _of_role(made: Layout, program: Program, role: str, found: Found, seeds: Sequence[str]) -> None:
    draws = [sample(made, program, seed).of(role) for seed in seeds]
    cases = [case_of(made, role, program, d, expected(made, role, program, d), None) for d in draws]
    wrongs = [w for w in cases[0].wrongs(program) if role.startswith("step") or not _of_step(w)]
    rows = [_results(case, program, wrongs) for case in cases]
    usual = [np.concatenate([case.values[q].ravel() / case.scale[q] for q in case.values]) for case in cases]
    right = np.all([np.abs(r - u).max(axis=1) <= SAME for r, u in zip(rows, usual, strict=True)], axis=0)
    found.programs += len(wrongs)
    found.right += int(right.sum())
    close = [_close(r, np.flatnonzero(~right)) for r in rows]
    for pair in sorted(close[0].keys() | close[1].keys()):
        gaps = [c.get(pair, np.inf) for c in close]
        if max(gaps) <= SAME:
            found.same.append((_reason(*(wrongs[k] for k in pair)), *(wrongs[k] for k in pair)))
        elif max(gaps) > TOLD and min(gaps) <= SAME:
            found.lucky.append(tuple(wrongs[k] for k in pair))
        else:
            found.narrow += 1


def _of_step(wrong: Wrong) -> bool:
    """Whether it is a mistake of an equation, which a step shows."""
    return bool(wrong.change.local and any(role.startswith("step") for role in wrong.roles))


def _results(case: Case, program: Program, wrongs: Sequence[Wrong]) -> np.ndarray:
    """A row of all results for each wrong program, as parts of their scales; infinite where it is not finite."""
    size = sum(v.size for v in case.values.values())
    rows = np.empty((len(wrongs), size))
    local = [k for k, w in enumerate(wrongs) if w.change.local]
    assert isinstance(case.data, Data)
    for some, made in in_lanes(case.layout, case.role, program, [wrongs[k].change for k in local], case.data):
        full = [np.broadcast_to(made[q], (len(some), *v.shape)) / case.scale[q] for q, v in case.values.items()]
        rows[[local[k] for k in some]] = np.concatenate([f.reshape(len(some), -1) for f in full], axis=1)
    for k in set(range(len(wrongs))) - set(local):
        given = case.given(applied(case.layout, program, [wrongs[k]]))
        rows[k] = np.concatenate([np.asarray(given[q]).ravel() / case.scale[q] for q in case.values])
    return np.where(np.isfinite(rows), rows, 1e300)


def _close(rows: np.ndarray, those: np.ndarray) -> dict[tuple[int, int], float]:
    """The pairs of rows that differ by little, and by how much."""
    rows = np.clip(rows, -1e6, 1e6)
    along = rows @ np.cos(np.arange(1.0, rows.shape[1] + 1) ** 1.5)
    order, reach = those[np.argsort(along[those])], TOLD * rows.shape[1]
    found = {}
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            if along[other] - along[one] > reach * max(1.0, abs(along[one])):
                break
            gap = float(np.abs(rows[one] - rows[other]).max())
            if gap <= TOLD:
                found[min(one, other), max(one, other)] = gap
    return found


def _reason(one: Wrong, other: Wrong) -> str:
    """Why two mistakes make the same program."""
    if not (one.change.local and other.change.local):
        return "loops"
    return "one reader" if one.change.apart(other.change) else "one formula"


def table(found: Sequence[Found]) -> Table:
    """A line for each cell."""
    made = Table(title="Wrong programs told apart by their numbers", title_justify="left")
    for column in ("cell", "wrong programs", "told from all", "same pairs", *REASONS, "right", "by luck", "narrow"):
        made.add_column(column, justify="left" if column == "cell" else "right")
    for one in found:
        why = Counter(reason for reason, _, _ in one.same)
        shared = {id(w) for _, *pair in one.same for w in pair} | {id(w) for pair in one.lucky for w in pair}
        alone = one.programs - one.right - len(shared)
        reasons = (why[reason] for reason in REASONS)
        counts = (one.programs, alone, len(one.same), *reasons, one.right, len(one.lucky), one.narrow)
        made.add_row(one.cell, *(f"{n:,}" for n in counts))
    return made


def listing(found: Sequence[Found]) -> Iterator[str]:
    """Which are the same, and why; and which are told by luck."""
    for one in found:
        yield from (f"{one.cell}: {why}: {a.words.title} = {b.words.title}" for why, a, b in one.same)
        yield from (f"{one.cell}: by luck: {a.words.title} = {b.words.title}" for a, b in one.lucky)


def main() -> None:
    parser = ArgumentParser("python -m tests.evidence.distinct", None, __doc__, formatter_class=RawTextHelpFormatter)
    parser.add_argument("cells", nargs="*", metavar="CELL", help="cells of the library, or files; all of them if none")
    parser.add_argument("--same", action="store_true", help="list what is the same, and why")
    asked = parser.parse_args()
    found = [found_in(cell) for cell in asked.cells or library()]
    Console(width=140).print(table(found))
    if asked.same:
        print(*listing(found), sep="\n")


if __name__ == "__main__":
    main()
