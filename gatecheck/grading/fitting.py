"""Coefficients by least squares: how often each term of a gradient counts, each step of a sum, a result as a whole.

No slip expresses an invented constant. But a gradient is linear in its terms: what a student's numbers make of them is
solved for, and is a mistake where it leaves nothing over. Many numbers that agree with few coefficients to rounding
error are not a coincidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..assignment.adjoint import owner, reader
from ..assignment.change import Change
from ..assignment.expressions import product
from ..assignment.mistake import Words, Wrong, fixed
from ..assignment.printing import Printed
from ..assignment.program import Data, Program, arriving
from ..assignment.wrong.numbers import ROUNDING, plain, times
from ..assignment.wrong.results import clipped, multiplied, shifted
from ..assignment.wrong.together import together
from ..conventions import Layout
from .case import Case
from .exchange import Array, expected
from .lanes import in_lanes, looped
from .reach import Reach

#: How many numbers must agree beyond those that tell the coefficients.
SPARE = 3
#: Steps of a sequence whose contributions can be told apart.
LONGEST = 20


def fitted(case: Case, program: Program, left: list[str]) -> Iterator[tuple[Wrong, ...]]:
    """What explains some of the wrong quantities by coefficients; whether it does is for others to see.

    left: the quantities that are wrong by a program.
    """
    assert isinstance(case.data, Data)
    if "backward" in case.role:
        yield from ((wrong,) for wrong in _terms(case, program, left))
        if not case.step and 2 <= case.data.steps <= LONGEST:
            yield from _steps(case, case.data, program, [q for q in left if q[1:] in program.parameters])


def ratios(case: Case, program: Program, left: list[str]) -> Iterator[Wrong]:
    """One number that a whole result may be multiplied by, or that may be added to it."""
    assert isinstance(case.data, Data)
    truth = expected(case.layout, case.role, program, case.data)
    for q in left:
        yield from _ratio(case, q, truth[q])


def _ratio(case: Case, q: str, truth: Array) -> Iterator[Wrong]:
    """One number that a whole result is multiplied by, or that is added to it, or that it is clipped to."""
    value, role, numbers = case.values[q], case.role, (case.sizes, case.stacked)
    limit = plain(float(np.abs(value).max(initial=0.0)))
    if np.isfinite(limit) and np.abs(truth).max(initial=0.0) > limit > 0:
        yield clipped(role, q, limit)
    size = float(np.vdot(truth, truth))
    if size > 0:
        yield multiplied(role, q, plain(float(np.vdot(truth, value)) / size), *numbers)
    yield shifted(role, q, plain(float(np.mean(value - truth))), *numbers)


def _terms(case: Case, program: Program, left: list[str]) -> Iterator[Wrong]:
    """How often each contribution to a gradient counts, and what arrives from outside."""
    reach = Reach(program, case.role, case.steps)
    for name, entry in program.gradients.items():
        for lag in (0, 1):
            own = [c for c in entry if c[0] == lag]
            rest = [c for c in entry if c[0] != lag]
            reached = sorted(reach.of(Change(gradients={name: rest})) & case.values.keys()) if own else []
            if not reached or not set(reached) <= set(left):
                continue
            if not lag and name in case.layout.cell.outputs:
                own = [[0, arriving(name)], *own]
            k = _solved(case, program, name, rest, own, reached)
            if _odd(k) and not _several(k):
                yield _weighed(case.layout, program, name, lag, rest, own, k)


def _odd(k: Sequence[float]) -> list[float]:
    """The coefficients that are not as they should be."""
    return [a for a in k if abs(a - 1) > ROUNDING]


def _several(k: Sequence[float]) -> bool:
    """Whether it takes several mistakes to make these: a term that is missing, and one with the wrong sign."""
    return {round(a, 6) for a in _odd(k)} == {0.0, -1.0}


def _solved(
    case: Case, program: Program, name: str, rest: list[list[Any]], own: list[list[Any]], reached: list[str]
) -> list[float]:
    """The coefficients of some contributions that come nearest to the student's numbers, where these tell them."""
    without = [*rest, *([0, product([-1.0, e])] for _, e in own if e == arriving(name))]
    changes = [Change(gradients={name: [*without, *some]}) for some in ([], *([c] for c in own))]
    assert isinstance(case.data, Data)
    ((_, found),) = in_lanes(case.layout, case.role, program, changes, case.data)
    rows, wanted = [], []
    for q in reached:
        lanes = np.broadcast_to(found[q], (len(changes), *case.values[q].shape))
        flat = lanes.reshape(len(lanes), -1) / case.scale[q]
        rows.append((flat[1:] - flat[0]).T)
        wanted.append(case.values[q].ravel() / case.scale[q] - flat[0])
    matrix, target = np.concatenate(rows), np.concatenate(wanted)
    if len(target) < 2 * len(own) or not (np.isfinite(matrix).all() and np.isfinite(target).all()):
        return []
    k, _, rank, _ = np.linalg.lstsq(matrix, target, rcond=None)
    return [plain(float(a)) for a in k] if rank == len(own) else []


def _weighed(
    layout: Layout,
    program: Program,
    name: str,
    lag: int,
    rest: list[list[Any]],
    own: list[list[Any]],
    k: list[float],
) -> Wrong:
    arrives = arriving(name)
    changed = list(rest)
    for a, (_, e) in zip(k, own, strict=True):
        weight = a - 1 if e == arrives else a
        if abs(weight) > ROUNDING:
            changed.append([lag, product([weight, e])])

    def saying() -> Words:
        printed = Printed(layout.cell, program, layout.loss)
        odd = [(a, e) for a, (_, e) in zip(k, own, strict=True) if abs(a - 1) > ROUNDING]
        told = ", ".join(f"{printed.write(e, lag)} counts {times(a)}" for a, e in odd)
        title = f"In the gradient of {printed.symbol(name)}, {told}"
        if len(odd) > 1 and all(abs(a) < ROUNDING and e != arrives for a, e in odd):
            through = [printed.symbol(owner(layout.cell, reader(program, e))) for _, e in odd]
            paths = [f"{reads} → {printed.symbol(name)}" for reads in dict.fromkeys(through)]
            title = f"Paths are missing from the gradient of {printed.symbol(name)}: {', '.join(paths)}"
        shown = [c for c in changed if arrives not in str(c[1])]
        return Words(
            title,
            printed.symbol(f"d{name}"),
            printed.gradient(name, sorted(shown, key=lambda c: c[0])) if shown else "0",
            printed.gradient(name, program.gradients[name]),
            "Every reader of a quantity contributes to its gradient, once.",
        )

    quantity = f"d{name}{'_prev' if lag else ''}"
    roles = ("step_backward", "backward")
    return Wrong("wrong-coefficient", roles, quantity, Change(gradients={name: changed}), saying, unlikely=40)


def _steps(case: Case, data: Data, program: Program, wrong: list[str]) -> Iterator[tuple[Wrong, ...]]:
    """How often each step counts in the gradient of a parameter."""
    if not wrong:
        return
    names = [q[1:] for q in wrong]
    changes = [Change(weights=dict.fromkeys(names, tuple(w))) for w in np.eye(data.steps)]
    lanes = looped(case.layout, case.role, program, changes, data)
    # A bias alone has too few numbers: all that one loop adds up is asked together, too.
    for some in (wrong, *([q] for q in wrong if len(wrong) > 1)):
        matrix = np.concatenate([lanes[q].reshape(data.steps, -1).T / case.scale[q] for q in some])
        value = np.concatenate([case.values[q].ravel() / case.scale[q] for q in some])
        doubled = 2.0 ** np.arange(data.steps)  # what is added to itself, which a bias is too short to tell
        k, _, rank, _ = np.linalg.lstsq(matrix, value, rcond=None)
        enough = rank == data.steps and len(value) >= data.steps + SPARE
        if enough or np.allclose(matrix @ doubled, value, ROUNDING, 0.0):
            weights = [plain(float(a)) for a in (k if enough else doubled)]
            if len(set(weights)) > 1:  # where all count alike, it is the result that is multiplied
                counted = [_counted(q, weights) for q in some]
                yield tuple(together(counted, program)) or tuple(counted)


def _counted(q: str, k: list[float]) -> Wrong:
    """The gradient of a parameter to which the steps contribute more or less than once."""
    name = q[1:]
    ratios = {round(a / b, 6) for a, b in pairwise(k) if abs(b) > ROUNDING}
    if all(abs(a) < ROUNDING for a in (*k[1:-1], k[0])) and abs(k[-1] - 1) < ROUNDING:
        what = "counts the last step only"
    elif all(abs(a + 1) < ROUNDING for a in k[:-1]) and abs(k[-1] - 1) < ROUNDING:
        what = "subtracts every step but the last"
    elif ratios in ({2.0}, {0.5}):
        what = "is added to itself at every step"
    elif all(abs(a - 1) < ROUNDING for a in k[1:]):
        what = f"counts the first step {times(k[0])}"
    elif all(abs(a - 1) < ROUNDING for a in k[:-1]):
        what = f"counts the last step {times(k[-1])}"
    else:
        what = "does not count every step once"
    words = Words(
        f"The sum over time for {name} {what}",
        f"∂L/∂{name}",
        "Σ_t k_t …",
        "Σ_t …",
        "A parameter is used at every step: its gradient is the sum of what all of them contribute, once each.",
        many=f"The sum over time for each of {{}} {what}",
        places=(name,),
    )
    change = Change(weights={name: tuple(k)})
    return Wrong(
        "wrong-sum-over-time", ("backward",), q, change, fixed(words), unlikely=40, likening=lambda: [words.many]
    )
