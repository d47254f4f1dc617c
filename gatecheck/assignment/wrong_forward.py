"""Wrong forward steps and loops: general operators on the equations, each with a sentence that names the mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations, permutations
from typing import Any

from sympy import Add, Expr, Symbol

from ..calculus.backward import Backward, Gradient, differentiate
from ..calculus.symbols import ELEMENTWISE, Times, TransposedTimes, label, sigmoid, tanh
from ..calculus.system import System
from ..conventions.parameters import parts
from ..writing.equations import Formula, equation
from ..writing.formulas import Formulas
from .compiling import expression, parameter, terms
from .mistake import Wrong
from .operations import Expression
from .program import Change

_FORWARD = ("step", "forward")
_BACKWARD = ("step_backward", "backward")


def _twins(backward: Backward) -> Iterator[tuple[str, str]]:
    """Pairs of results of one size: only these can be exchanged without an error."""
    cell = backward.cell
    return ((a, b) for a, b in combinations(cell.outputs, 2) if cell.size(a) == cell.size(b))


def returned_in_another_order(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """Two results of one size in each other's place."""
    for a, b in _twins(backward):
        yield Wrong(
            "return-order-swapped",
            f"{a} and {b} are returned in the wrong order",
            _FORWARD,
            a,
            "returned",
            f"{b}, {a}",
            f"{a}, {b}",
            f"Your first result is {b} and your second is {a}; both have the same shape, so nothing crashes.",
            Change(returned=(a, b)),
            later=Change(exchanged=(a, b)),
        )


def exchanged(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A loop that hands two states on in each other's place."""
    for a, b in _twins(backward):
        if a in backward.cell.states and b in backward.cell.states:
            yield Wrong(
                "states-exchanged",
                f"{a} and {b} are exchanged from one step to the next",
                ("forward",),
                a,
                f"{a}, {b}",
                f"{b}, {a} of the step before",
                f"{a}, {b} of the step before",
                "Look at the line that calls your step: it unpacks the results in another order than they come.",
                Change(exchanged=(a, b)),
            )


def fed(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A loop that starts every step from the initial value."""
    for name in backward.cell.states:
        yield Wrong(
            "not-carried",
            f"{name} is not carried from step to step",
            ("forward",),
            name,
            f"{name}[t−1]",
            f"{name}0 at every step",
            f"{name} of the step before",
            f"The first step is right, every later one wrong: each must start from the {name} of the one before.",
            Change(fed=(name,)),
        )


def opposite_polarity(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A gate used as 1 - gate: what keeps in one convention writes in the other."""
    for line in backward.system.lines:
        if line.activation and isinstance(line.expression, sigmoid):
            readers = [x for x in backward.system.lines if x is not line and x.expression.has(line.symbol)]
            turned = {x.name: x.expression.subs(line.symbol, 1 - line.symbol) for x in readers}
            for reader in readers[:1]:
                right, wrong = (
                    equation(writer, reader),
                    equation(writer, replace(reader, expression=turned[reader.name])),
                )
                yield Wrong(
                    "opposite-polarity",
                    f"The gate {line.name} works the other way round",
                    _FORWARD,
                    reader.of.name,
                    right.left,
                    wrong.right,
                    right.right,
                    f"{line.name} and 1 − {line.name} have changed places. Both conventions are taught; "
                    "this assignment's is the one on the right.",
                    _derived(backward, turned),
                )


def other_activation(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """Another function than the cell's, or none."""
    others: dict[type[Expr], type[Expr]] = {sigmoid: tanh, tanh: sigmoid}
    for line in backward.system.lines:
        if not line.activation or type(line.expression) not in ELEMENTWISE.values():
            continue
        argument, used = line.expression.args[0], type(line.expression)
        word = writer.function(line.expression)
        right = equation(writer, line)
        if used in others:
            other = others[used](argument)
            yield Wrong(
                "wrong-activation",
                f"{line.name} uses {writer.function(other)} where the cell has {word}",
                _FORWARD,
                line.name,
                right.left,
                writer.write(other, line.positions),
                right.right,
                f"Compare the activation of {line.name} with the equation: σ gives numbers between 0 and 1, "
                "tanh between −1 and 1.",
                _derived(backward, {line.name: other}),
            )
        yield Wrong(
            "missing-activation",
            f"The {word} of {line.name} is missing",
            _FORWARD,
            line.name,
            right.left,
            writer.write(argument, line.positions),
            right.right,
            f"{line.name} is its pre-activation here; the function that follows is not applied.",
            _derived(backward, {line.name: argument}),
        )


def missing_term(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A sum that lacks one of its terms: a bias, a product."""
    for line in backward.system.lines:
        for lost in line.expression.args if line.expression.is_Add else ():
            rest = Add(*(a for a in line.expression.args if a is not lost))
            wrong = equation(writer, replace(line, expression=rest))
            written = writer.addends(lost, line.positions)
            yield Wrong(
                "missing-term",
                f"A term is missing from the equation of {line.of.name}: {written[0][1]}",
                _FORWARD,
                line.of.name,
                wrong.left,
                wrong.right,
                Formula(wrong.left, (*wrong.addends, *written)).right,
                f"Compare your line for {line.of.name} with the equation, term by term.",
                _derived(backward, {line.name: rest}),
            )


def transposed(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """Every square matrix the wrong way round, which its shape does not show."""
    changed: dict[str, Expr] = {}
    for line in backward.system.lines:
        turned = {a: TransposedTimes(*a.args) for a in line.expression.atoms(Times) if square(backward, a.args[0])}
        if turned:
            changed[line.name] = line.expression.xreplace(turned)
    for line in [x for x in backward.system.lines if x.name in changed][:1]:
        right, wrong = equation(writer, line), equation(writer, replace(line, expression=changed[line.name]))
        yield Wrong(
            "transposed",
            "The square matrices are transposed in the forward step",
            _FORWARD,
            line.of.name,
            right.left,
            wrong.right,
            right.right,
            "A square matrix fits both ways. Rows of a batch are multiplied as v @ W.T.",
            _derived(backward, changed),
        )


def square(backward: Backward, matrix: Symbol) -> bool:
    """Whether a matrix can be transposed without an error."""
    rows, columns = backward.cell.shapes[label(matrix).name]
    return rows == columns


def permuted_gates(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """Parameters of gates in each other's place: columns sliced in another convention's order."""
    gates = _alike(backward)
    for order in permutations(gates):
        if order == tuple(gates):
            continue
        moved = [(a, b) for a, b in zip(gates, order, strict=True) if a != b]
        renamed = {mine: theirs for a, b in moved for mine, theirs in zip(gates[a], gates[b], strict=True)}
        yield Wrong(
            "gates-permuted",
            _places(moved, order),
            (*_FORWARD, *_BACKWARD),
            moved[0][0],
            "gates",
            ", ".join(order),
            ", ".join(gates),
            "Each gate has its own parameters: compare the order in which you take them apart and put them together.",
            Change(renamed=renamed),
        )


def _places(moved: list[tuple[str, str]], order: tuple[str, ...]) -> str:
    if len(moved) == 2:
        return f"The parameters of {moved[0][0]} and {moved[1][0]} have changed places"
    return f"The gates stand in another order: {', '.join(order)}"


def _alike(backward: Backward) -> dict[str, tuple[str, ...]]:
    """The gates whose parameters have the same kinds and shapes, at most four: name -> parameters."""
    groups: dict[Any, dict[str, tuple[str, ...]]] = {}
    found = parts(backward.cell)
    for name in backward.cell.assigned:
        mine = [p for p in found if p.equation == name]
        kind = tuple((p.kind, backward.cell.shapes[p.parameter]) for p in mine)
        if mine and all(sum(p.parameter == q.parameter for q in found) == 1 for p in mine):
            groups.setdefault(kind, {})[name] = tuple(p.parameter for p in mine)
    largest = max(groups.values(), key=len, default={})
    return largest if 2 <= len(largest) <= 4 else {}


def _derived(backward: Backward, changed: dict[str, Expr]) -> Change:
    """The change of some lines, and of every gradient that follows: what is right for the wrong forward."""
    system = backward.system
    lines = tuple(replace(x, expression=changed[x.name]) if x.name in changed else x for x in system.lines)
    wrong = differentiate(System(system.cell, lines, system.sizes), backward.loss, known=backward)
    return Change(
        {name: expression(e) for name, e in changed.items()},
        _differing(
            (*backward.quantities, *backward.inputs), (*wrong.quantities, *wrong.inputs), lambda g: terms(g.terms)
        ),
        _differing(backward.parameters, wrong.parameters, lambda g: [parameter(t) for t in g.terms]),
    )


def _differing(
    right: Iterable[Gradient], wrong: Iterable[Gradient], compiled: Callable[[Gradient], Expression]
) -> dict[str, Expression]:
    """The entries of a program that differ."""
    pairs = ((a, b) for a, b in zip(right, wrong, strict=True) if a.terms != b.terms)
    return {b.name: made for a, b in pairs if (made := compiled(b)) != compiled(a)}
