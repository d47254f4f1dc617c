"""The order of the slots in the slabs: the one with fewest calls that a search by exchanging finds."""

from __future__ import annotations

from itertools import combinations

from sympy import Symbol

from .calls import call
from .packing import arrange
from .places import deltas, settle
from .program import Program

#: How many orders are tried at most, and how many calls are packed in trying: the search costs about a second.
TRIALS, CALLS = 240, 8_000
#: A product is worth so many other calls.
PRODUCT = 4


def ordered(program: Program) -> list[Symbol]:
    """The slots, starting from those of like functions side by side."""
    best = _alike(program)
    least, trials = cost(program, best), 0
    limit = min(TRIALS, CALLS // sum(1 for _ in program.statements()))
    improved = True
    while improved and trials < limit:
        improved = False
        for a, b in combinations(range(len(best)), 2):
            for tried in (_exchanged(best, a, b), _moved(best, a, b), _moved(best, b, a)):
                trials += 1
                if trials < limit and (found := cost(program, tried)) < least:
                    best, least, improved = tried, found, True
    return best


def cost(program: Program, order: list[Symbol]) -> int:
    """Calls in the loops, products counting more."""
    runs, places = settle(program, order)
    total = 0
    for run in runs:
        if run.loop or run.products:
            for pack in arrange(program, run, places, "step"):
                total += PRODUCT * parts(order, pack.call.operands) if pack.call.product else run.loop
    for operand in {w.operand for w in program.weights}:
        total += PRODUCT * parts(order, [w.delta for w in program.weights if w.operand == operand])
    return total


def parts(order: list[Symbol], wanted: object) -> int:
    """Into how many stretches of the order what is wanted falls."""
    at = sorted(order.index(s) for s in set(wanted) if s in order)  # type: ignore[call-overload]
    return sum(1 for k, n in enumerate(at) if not k or n != at[k - 1] + 1) or 1


def _alike(program: Program) -> list[Symbol]:
    """By the function that is applied, as the functions come."""
    readers = {r: call(s).function for s in program.statements() for r in s.reads()}
    found = deltas(program)[::-1]
    lines = {d: v for v, d in program.deltas.items()}
    functions = list(dict.fromkeys(readers.get(lines.get(d, d), "") for d in found))
    return sorted(found, key=lambda d: functions.index(readers.get(lines.get(d, d), "")))


def _exchanged(order: list[Symbol], a: int, b: int) -> list[Symbol]:
    made = list(order)
    made[a], made[b] = made[b], made[a]
    return made


def _moved(order: list[Symbol], a: int, b: int) -> list[Symbol]:
    made = list(order)
    made.insert(b, made.pop(a))
    return made
