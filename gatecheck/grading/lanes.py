"""Many wrong programs at once: each is a lane of arrays that all of them share until the place where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..assignment.change import Change
from ..assignment.expressions import Expression, total
from ..assignment.operations import Among
from ..assignment.program import Data, Program
from ..conventions import Layout
from .exchange import Array, expected

#: Lanes at a time: more would not fit the processor's caches.
MOST = 512


def in_lanes(
    layout: Layout, role: str, program: Program, changes: Sequence[Change], data: Data
) -> Iterator[tuple[range, dict[str, Array]]]:
    """What a function gives by each of the changed programs, a range of them at a time.

    Every change replaces expressions only. A quantity that a range of changes leaves alone has no axis of lanes; that
    of the others is the first.
    """
    for first in range(0, len(changes), MOST):
        some = changes[first : first + MOST]
        yield range(first, first + len(some)), expected(layout, role, merged(program, some), data)


def looped(layout: Layout, role: str, program: Program, changes: Sequence[Change], data: Data) -> dict[str, Array]:
    """What a function that goes backwards gives with each of some changes of its loop, as in_lanes does."""
    return expected(layout, role, program, data, loops=[program.change + c for c in changes])


def merged(program: Program, changes: Sequence[Change]) -> Program:
    """One program with a lane for each of some changes."""
    count = len(changes)
    return replace(
        program,
        forward=_merged(program.forward, [c.forward for c in changes], count, Among),
        gradients=_merged(program.gradients, [c.gradients for c in changes], count, _contributions),
        parameters=_merged(program.parameters, [c.parameters for c in changes], count, Among),
        change=replace(program.change, forward={}, gradients={}, parameters={}),
    )


def _merged(
    entries: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
    count: int,
    among: Callable[[int, Any, dict[int, Any]], Any],
) -> dict[str, Any]:
    others: dict[str, dict[int, Any]] = {}
    for lane, change in enumerate(changes):
        for name, entry in change.items():
            others.setdefault(name, {})[lane] = entry
    return {n: among(count, entry, others[n]) if n in others else entry for n, entry in entries.items()}


def _contributions(count: int, usual: list[list[Any]], other: dict[int, list[list[Any]]]) -> list[list[Any]]:
    """The contributions to a gradient, those of the same step and those of t+1 each as one that has lanes."""
    made = []
    for lag in (0, 1):
        own = _of(usual, lag)
        lanes = {lane: e for lane, entry in other.items() if (e := _of(entry, lag)) != own}
        if lanes:
            made.append([lag, Among(count, own, lanes)])
        elif own != 0.0:
            made.append([lag, own])
    return made


def _of(contributions: list[list[Any]], lag: int) -> Expression:
    return total(e for found, e in contributions if found == lag)


def distances(found: Array, value: Array, scale: float) -> Array:
    """The largest difference in every lane, as a part of the scale; infinite where a number is not finite."""
    with np.errstate(all="ignore"):
        gap = np.abs(found - value).reshape(len(found), -1).max(axis=1, initial=0.0) / scale
    return np.where(np.isnan(gap), np.inf, gap)
