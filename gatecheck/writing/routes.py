"""Jacobians as products: the factors of a path, of a single edge, of a step, written from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Integer

from ..calculus.edges import Block, Broadcast, Diagonal, Edge, Matrix, Reduction, SoftmaxJacobian
from ..calculus.paths import Path, Step
from ..calculus.symbols import Label
from .formulas import Formulas, part_name

#: A way through step t-1 that several paths share -> its abbreviation, and what that stands for.
Short = Mapping[tuple[str, ...], tuple[str, str]]


def at(writer: Formulas, name: str, lag: int) -> str:
    """A quantity at its step: c, c[t−1], c[t+1] for lag -1."""
    return writer.name(Label("value", name, 0), -lag)


def jacobian(writer: Formulas, path: Path, short: Short | None = None, later: int = 0) -> str:
    """The product of a path's factors, the last hop first; written `later` steps later."""
    abbreviation = (short or {}).get(path.names[: path.early + 1])
    steps = path.jacobian()
    if abbreviation is None:
        return product(writer, _shifted(steps, later))
    late = product(writer, tuple(s for s in steps if s.before == 0))
    return writer.chain([late, abbreviation[0]])


def local(writer: Formulas, edge: Edge) -> str:
    """The derivative of an edge's reader by what it reads, at the step at which the formula is written."""
    lag = edge.source.lag or 0
    return product(writer, tuple(Step(factor, edge.reader, -lag) for factor in edge.factors))


def _shifted(steps: Iterable[Step], later: int) -> tuple[Step, ...]:
    return tuple(Step(s.factor, s.line, s.before - later) for s in steps)


def product(writer: Formulas, steps: tuple[Step, ...]) -> str:
    """Factors from left to right; neighbouring diagonal ones become one diag(…)."""
    words: list[str] = []
    diagonal: list[Step] = []
    for step in (*steps, None):
        if step is not None and isinstance(step.factor, Diagonal):
            diagonal.append(step)
            continue
        if diagonal:
            words.append(writer.diag(elementwise(writer, diagonal)))
            diagonal = []
        if step is not None and isinstance(step.factor, Block) and words:
            # The columns of W that meet this part.
            words[-1] = writer.part(words[-1], part_name(step.factor.join, step.factor.k))
        elif step is not None:
            words.append(_factor(writer, step))
    return writer.chain(words)


def elementwise(writer: Formulas, steps: Iterable[Step]) -> str:
    """Diagonal factors as one elementwise product; their numbers come first, as one number."""
    number, found = Integer(1), list(steps)
    texts = []
    for s in found:
        assert isinstance(s.factor, Diagonal)
        coefficient, value = s.factor.value.as_coeff_Mul()
        number *= coefficient
        if value != 1:
            texts.append(writer.factor(value, s.line.positions, -s.before, len(found) == 1 and coefficient == 1))
    inside = writer.times.join(texts)
    if abs(number) != 1 or not texts:
        inside = writer.dot.join([writer.write(abs(number)), *filter(None, (inside,))])
    return writer.negated(inside) if number < 0 else inside


def _factor(writer: Formulas, step: Step) -> str:
    match step.factor:
        case Matrix(parameter=parameter, transposed=transposed):
            matrix = writer.write(parameter)
            return writer.transposed(matrix) if transposed else matrix
        case Block():
            return writer.part(writer.identity, part_name(step.factor.join, step.factor.k))
        case Reduction():
            return writer.transposed(writer.ones)
        case Broadcast():
            return writer.ones
        case SoftmaxJacobian(y=y):
            return writer.softmax_jacobian(writer.write(y, step.line.positions, -step.before))
    raise AssertionError(step.factor)


def abbreviations(writer: Formulas, found: tuple[Path, ...]) -> dict[tuple[str, ...], tuple[str, str]]:
    """A letter for each way through step t-1 that several paths share: c → h is ρ in all three of an LSTM's."""
    shared: dict[tuple[str, ...], Path] = {}
    seen: set[tuple[str, ...]] = set()
    for path in found:
        prefix = path.names[: path.early + 1]
        if path.early and prefix in seen:
            shared.setdefault(prefix, path)
        seen.add(prefix)
    named = {}
    for k, (prefix, path) in enumerate(shared.items(), 1):
        name = writer.abbreviation(k if len(shared) > 1 else 0)
        named[prefix] = (name, product(writer, tuple(s for s in path.jacobian() if s.before)))
    return named


def summed(writer: Formulas, found: Iterable[Path], later: int = 0) -> tuple[tuple[str, str], ...]:
    """Paths as the addends of a Jacobian: short elementwise ones first."""
    paths = sorted(found, key=lambda p: (not p.elementwise, len(p.hops) if p.elementwise else 0))
    return tuple(("+", jacobian(writer, p, later=later)) for p in paths)
