"""Jacobians as products: the factors of a path, of a single edge, of a step, written from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, Integer, Mul
from sympy.core.parameters import distribute

from ..calculus.edges import Block, Broadcast, Diagonal, Edge, Matrix, Reduction, SoftmaxJacobian
from ..calculus.labels import Label
from ..calculus.paths import Path, Step
from ..cells import SCALAR
from .formulas import Formulas, part_name, signed

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
    late = tuple(s for s in steps if s.before == 0)
    return _whole(writer, *_factors(writer, late), abbreviation[0])


def local(writer: Formulas, edge: Edge) -> str:
    """The derivative of an edge's reader by what it reads, at the step at which the formula is written."""
    lag = edge.source.lag or 0
    return product(writer, tuple(Step(factor, edge.reader, -lag) for factor in edge.factors))


def _shifted(steps: Iterable[Step], later: int) -> tuple[Step, ...]:
    return tuple(Step(s.factor, s.line, s.before - later) for s in steps)


def product(writer: Formulas, steps: tuple[Step, ...]) -> str:
    """Factors from left to right; neighbouring diagonal ones become one diag(…), and scalars stand before all."""
    return _whole(writer, *_factors(writer, steps), *_identity(writer, steps))


def _whole(writer: Formulas, negative: bool, words: list[str], *more: str) -> str:
    text = writer.chain([*words, *more])
    return writer.negated(text) if negative else text


def _identity(writer: Formulas, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """What stands beside scalars where the product is nothing else: I, unless it is a scalar itself."""
    values = [_scalar(writer, step) for step in steps]
    if None in values:
        return ()
    if not steps or writer.system.size(steps[0].line.symbol) != SCALAR:
        return (writer.identity,)
    return () if any(value not in (1, -1) for value in values) else (writer.digits("1"),)


def _scalar(writer: Formulas, step: Step) -> Expr | None:
    """What a step multiplies by, where that is one number for all elements."""
    if isinstance(step.factor, Diagonal) and writer.system.size(step.factor.value) == SCALAR:
        return step.factor.value
    return None


def _factors(writer: Formulas, steps: tuple[Step, ...]) -> tuple[bool, list[str]]:
    """Whether the product is negative, and its factors."""
    negative, words = _scalars(writer, steps)
    first = len(words)
    diagonal: list[Step] = []
    for step in (*(s for s in steps if _scalar(writer, s) is None), None):
        if step is not None and isinstance(step.factor, Diagonal):
            diagonal.append(step)
            continue
        if diagonal:
            words.append(writer.diag(elementwise(writer, diagonal)))
            diagonal = []
        if step is not None and isinstance(step.factor, Block) and words[first:]:
            # The columns of W that meet this part.
            words[-1] = writer.part(words[-1], part_name(step.factor.join, step.factor.k))
        elif step is not None:
            words.append(_factor(writer, step))
    return negative, words


def _scalars(writer: Formulas, steps: Iterable[Step]) -> tuple[bool, list[str]]:
    """Numbers that multiply the whole product, those of a step together: they may stand anywhere, and stand first."""
    found = [(step, value) for step in steps if (value := _scalar(writer, step)) is not None]
    negative, words = False, []
    for before in sorted({step.before for step, _ in found}):
        together = [(step.line, value) for step, value in found if step.before == before]
        positions = {symbol: place for line, _ in together for symbol, place in line.positions.items()}
        with distribute(False):
            minus, value = signed(Mul(*(value for _, value in together)))
        negative ^= minus
        if value != 1:
            text = writer.factor(value, positions, -before, False)
            inverse = any(f.is_Pow and f.exp.is_negative for f in Mul.make_args(value))
            words.append(writer.bracketed(text) if inverse and not writer.bar else text)
    return negative, words


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


def summed(writer: Formulas, found: Iterable[Path]) -> tuple[tuple[str, str], ...]:
    """Paths as the addends of a Jacobian: short elementwise ones first."""
    paths = sorted(found, key=lambda p: (not p.elementwise, len(p.hops) if p.elementwise else 0))
    return tuple(_addend(writer, p.jacobian()) for p in paths)


def _addend(writer: Formulas, steps: tuple[Step, ...]) -> tuple[str, str]:
    negative, words = _factors(writer, steps)
    return writer.minus if negative else "+", _whole(writer, False, words, *_identity(writer, steps))
