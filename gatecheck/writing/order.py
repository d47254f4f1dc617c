"""In which order a derivation is told: backwards through the equations, each gradient where its readers are done."""

from __future__ import annotations

from dataclasses import dataclass

from ..calculus.backward import Backward, Gradient
from ..calculus.system import Line, System, preactivation
from ..cells import Equation


@dataclass(frozen=True)
class Block:
    """Lines of the forward pass, and the gradients that differentiating them completes."""

    lines: tuple[Line, ...]
    gradients: tuple[Gradient, ...]


def blocks(backward: Backward, whole: bool = False) -> list[Block]:
    """The derivation from the last equation to the first; alike, independent neighbours share a block.

    The gradient of a name stands with the earliest equation that reads it in the same step, since by then all have
    contributed; a name that only the next step reads stands with the earliest of those. whole: an equation and its
    pre-activation are one.
    """
    system = backward.system
    groups = _groups(system, whole)
    placed = {g.name: _place(g, groups) for g in (*backward.quantities, *backward.inputs)}
    unread = [g for g in (*backward.quantities, *backward.inputs) if placed[g.name] is None]
    found = [Block((), tuple(unread))] if unread else []
    for k, group in reversed(list(enumerate(groups))):
        gradients = [g for g in (*reversed(backward.quantities), *backward.inputs) if placed[g.name] == k]
        found.append(Block(group, tuple(gradients)))
    return found


def _place(gradient: Gradient, groups: list[tuple[Line, ...]]) -> int | None:
    readers = gradient.now or gradient.later
    where = {line.name: k for k, group in enumerate(groups) for line in group}
    return min((where[term.line.name] for term in readers), default=None)


def _groups(system: System, whole: bool) -> list[tuple[Line, ...]]:
    """Lines in file order: neighbouring equations that share a form and do not read each other go together."""
    runs: list[list[Equation]] = []
    for equation in system.cell.equations:
        if runs and _gated(system, equation) and all(_gated(system, e) for e in runs[-1]):
            names = {e.name for e in runs[-1]}
            if not any(r.lag == 0 and r.name in names for r in equation.reads()):
                runs[-1].append(equation)
                continue
        runs.append([equation])
    groups: list[tuple[Line, ...]] = []
    for run in runs:
        lines = [line for e in run for line in system.lines_of(e)]
        if whole:
            groups.append(tuple(lines))
            continue
        inner = tuple(line for line in lines if line.name == preactivation(line.of.name))
        outer = tuple(line for line in lines if line not in inner)
        groups.extend(g for g in (inner, outer) if g)
    return groups


def _gated(system: System, equation: Equation) -> bool:
    return len(system.lines_of(equation)) == 2
