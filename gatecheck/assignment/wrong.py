"""Wrong programs, derived from the equations: general operators, each with a sentence that names the mistake."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from sympy import Expr

from ..calculus.backward import Backward, Gradient, Term, derive, differentiate
from ..calculus.symbols import ELEMENTWISE, gradient, label, sigmoid, tanh
from ..calculus.system import Line, System, preactivation
from ..cells import Cell
from ..writing.equations import Formula, addend, equation, parameter, quantity
from ..writing.formulas import Formulas
from .compiling import compiled, expression, terms
from .mistake import Wrong
from .program import Change, Program

_FORWARD = ("step", "forward")
_BACKWARD = ("step_backward", "backward")


def wrong_programs(cell: Cell) -> list[Wrong]:
    """Every mistake that the operators below can plant in a cell, in the order in which they are tried."""
    backward = derive(cell)
    operators = (
        _returned_in_another_order,
        _exchanged,
        _fed,
        _opposite_polarity,
        _other_activation,
        _missing_path,
        _missing_carry,
        _missing_activation_derivative,
        _stopped,
        _overwritten,
    )
    return [found for operator in operators for found in operator(backward, Formulas(backward.system))]


# Forward.


def _twins(backward: Backward) -> Iterator[tuple[str, str]]:
    """Pairs of results of one size: only these can be exchanged without an error."""
    cell = backward.cell
    return ((a, b) for a, b in combinations(cell.outputs, 2) if cell.size(a) == cell.size(b))


def _returned_in_another_order(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
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


def _exchanged(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
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


def _fed(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
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


def _opposite_polarity(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A gate used as 1 - gate: what keeps in one convention writes in the other."""
    for line in backward.system.lines:
        if line.activation and isinstance(line.expression, sigmoid):
            reader = next((x for x in backward.system.lines if x is not line and x.expression.has(line.symbol)), None)
            if reader is None:
                continue
            turned = Line(
                reader.name, reader.of, reader.expression.subs(line.symbol, 1 - line.symbol), reader.positions
            )
            yield Wrong(
                "opposite-polarity",
                f"The gate {line.name} works the other way round",
                _FORWARD,
                reader.of.name,
                reader.name,
                equation(writer, turned).right,
                equation(writer, reader).right,
                f"You use {line.name} where the cell has 1 − {line.name}. Both conventions are taught; "
                "this assignment's is the one on the right.",
                _derived(backward, line, 1 - line.expression),
            )


def _other_activation(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
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
                _derived(backward, line, other),
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
            _derived(backward, line, argument),
        )


def _derived(backward: Backward, line: Line, expression: Expr) -> Change:
    """The change of a line, and of every gradient that follows from it: what is right for the wrong forward."""
    system = backward.system
    lines = tuple(Line(x.name, x.of, expression, x.positions) if x is line else x for x in system.lines)
    return _difference(
        compiled(backward), compiled(differentiate(System(system.cell, lines, system.sizes), backward.loss))
    )


def _difference(right: Program, wrong: Program) -> Change:
    def changed(name: str) -> dict[str, Any]:
        return {n: v for n, v in getattr(wrong, name).items() if v != getattr(right, name)[n]}

    return Change(changed("forward"), changed("gradients"), changed("parameters"))


# Backward.


def _missing_path(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A contribution dropped from a gradient that has several."""
    for found in (*backward.quantities, *backward.inputs):
        for term in found.terms:
            rest = tuple(t for t in found.terms if t is not term)
            handed = term.lag == 0 and _arrives(backward, found)
            if rest or found.loss or handed:
                yield _without(backward, writer, found, term, rest)


def _arrives(backward: Backward, found: Gradient) -> bool:
    """Whether a gradient reaches this name from outside the step."""
    return found.name in backward.cell.outputs


def _without(backward: Backward, writer: Formulas, found: Gradient, term: Term, rest: tuple[Term, ...]) -> Wrong:
    whole = quantity(writer, Gradient(found.name, rest, found.loss))
    lost = addend(writer, term)
    right = Formula(whole.left, (*whole.addends, *lost))
    reader = _shown(term)
    readers = ", ".join(dict.fromkeys(_shown(t) for t in found.terms))
    return Wrong(
        "missing-path",
        f"A path is missing from the gradient of {found.name}: {reader} → {found.name}",
        _BACKWARD,
        f"d{found.name}" + ("_prev" if term.lag else ""),
        whole.left,
        whole.right,
        right.right,
        f"{found.name} is read by {readers}. A gradient is the sum over all readers; "
        f"yours lacks what comes through {reader}.",
        Change(gradients={found.name: terms(rest)}),
        f"{reader} → {found.name}",
    )


def _shown(term: Term) -> str:
    """The quantity of the cell file whose equation reads the name."""
    return term.line.of.name


def _missing_carry(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A step that ignores the gradient of a state that reaches it, and starts from its own readers only."""
    for name in backward.cell.states:
        found = backward.gradient(name)
        if not found.now or not found.later:
            continue
        whole = quantity(writer, Gradient(name, found.now, found.loss))
        right = Formula(whole.left, (*whole.addends, *(a for t in found.later for a in addend(writer, t))))
        yield Wrong(
            "missing-carry",
            f"What step t+1 sends back to {name} is not used",
            _BACKWARD,
            f"d{name}",
            whole.left,
            whole.right,
            right.right,
            f"The gradient of {name} that reaches the step is replaced, where what comes through "
            f"{', '.join(dict.fromkeys(map(_shown, found.now)))} should be added to it.",
            Change(unused=(name,)),
            f"{name}[t+1] → {name}",
        )


def _missing_activation_derivative(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    for line in backward.system.lines:
        if line.activation:
            found = backward.gradient(preactivation(line.name))
            right = quantity(writer, found)
            upstream = gradient(line.name)
            word = f"{writer.function(line.expression) if line.expression.is_Function else '√'}′"
            yield Wrong(
                "missing-activation-derivative",
                f"The derivative {word} is missing in the gradient of {line.name}",
                _BACKWARD,
                f"d{found.name}",
                right.left,
                writer.name(label(upstream)),
                right.right,
                f"{line.name} is {writer.function(line.expression) if line.expression.is_Function else '√'} of its "
                f"pre-activation {found.name}: the chain rule multiplies by its derivative.",
                Change(gradients={found.name: [[0, expression(upstream)]]}),
            )


def _stopped(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    for name in backward.cell.states:
        found = backward.gradient(name)
        whole = quantity(writer, Gradient(name, found.now, found.loss))
        right = Formula(whole.left, (*whole.addends, *(a for t in found.later for a in addend(writer, t))))
        yield Wrong(
            "not-carried-back",
            f"The gradient of {name} is not carried back from step t+1",
            ("backward",),
            f"d{name}",
            whole.left,
            whole.right,
            right.right,
            f"The last step is right and every earlier one wrong: add the gradient of {name} that step t+1 sends back.",
            Change(stopped=(name,)),
            f"{name}[t+1] → {name}",
        )


def _overwritten(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    for found in backward.parameters:
        right = parameter(writer, found)
        once = Formula(right.left, tuple((s, text.removeprefix("Σ_t ")) for s, text in right.addends))
        yield Wrong(
            "overwritten-over-time",
            f"The gradient of {found.name} is overwritten at every step",
            ("backward",),
            f"d{found.name}",
            right.left,
            once.right,
            right.right,
            "A parameter is used at every step, so its gradient is a sum over all steps: += where you have =.",
            Change(overwritten=(found.name,)),
            many="The gradients of {} are overwritten at every step",
        )
