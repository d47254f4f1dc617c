"""Wrong backward steps and loops: general operators on the derived gradients, each with a sentence for the mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sympy import Expr, Mul

from ..calculus.backward import Backward, Gradient, Term
from ..calculus.symbols import Times, TransposedTimes, gradient, label, sigmoid, tanh
from ..calculus.system import Line, preactivation
from ..writing.equations import Formula, addend, parameter, quantity
from ..writing.formulas import Formulas
from .compiling import expression, terms
from .mistake import Wrong
from .program import Change
from .wrong_forward import square

_BACKWARD = ("step_backward", "backward")


def missing_path(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A contribution dropped from a gradient that has several."""
    for found in (*backward.quantities, *backward.without_data().inputs):
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
    right = Formula(whole.left, (*whole.addends, lost))
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


def missing_carry(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A step that ignores the gradient of a state that reaches it, and starts from its own readers only."""
    for name in backward.cell.states:
        found = backward.gradient(name)
        if not found.now or not found.later:
            continue
        whole = quantity(writer, Gradient(name, found.now))
        loss = [("+", writer.write(found.loss))] if found.loss else []
        right = Formula(whole.left, (*whole.addends, *loss, *(addend(writer, t) for t in found.later)))
        yield Wrong(
            "missing-carry",
            f"The gradient that reaches {name} is not used",
            _BACKWARD,
            f"d{name}",
            whole.left,
            whole.right,
            right.right,
            f"What comes through {', '.join(dict.fromkeys(map(_shown, found.now)))} replaces the gradient of {name} "
            "that reaches the step; it should be added to it.",
            Change(unused=(name,)),
            f"{name}[t+1] → {name}",
        )


def missing_activation_derivative(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """The gradient of an activation passed on as that of its pre-activation."""
    for line in backward.system.lines:
        if line.activation:
            found = backward.gradient(preactivation(line.name))
            right = quantity(writer, found)
            upstream = gradient(line.name)
            word = f"{right_name(writer, line)}′"
            yield Wrong(
                "missing-activation-derivative",
                f"The derivative {word} is missing in the gradient of {line.name}",
                _BACKWARD,
                f"d{found.name}",
                right.left,
                writer.name(label(upstream)),
                right.right,
                f"{line.name} is {right_name(writer, line)} of its pre-activation {found.name}: "
                "the chain rule multiplies by its derivative.",
                Change(gradients={found.name: [[0, expression(upstream)]]}),
            )


def other_activation_derivative(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """tanh′ where σ′ belongs, and the other way round."""
    for line in backward.system.lines:
        if not line.activation or not isinstance(line.expression, (sigmoid, tanh)):
            continue
        v, found = line.symbol, backward.gradient(preactivation(line.name))
        other = 1 - v**2 if isinstance(line.expression, sigmoid) else v * (1 - v)
        word = "tanh′" if isinstance(line.expression, sigmoid) else "σ′"
        right = quantity(writer, found)
        wrong = gradient(line.name) * other
        yield Wrong(
            "wrong-activation-derivative",
            f"{word} stands for {writer.function(line.expression)}′ in the gradient of {line.name}",
            _BACKWARD,
            f"d{found.name}",
            right.left,
            writer.write(wrong, {v: 0}),
            right.right,
            f"{line.name} is {right_name(writer, line)} of its pre-activation.",
            Change(gradients={found.name: [[0, expression(wrong)]]}),
        )


def right_name(writer: Formulas, line: Line) -> str:
    """The activation of a line, as printed."""
    return writer.function(line.expression) if line.expression.is_Function else "√"


def changed_term(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A term of a gradient without one of its factors, with the other sign, or through an untransposed matrix."""
    for found in (*backward.quantities, *backward.without_data().inputs):
        for term in found.terms:
            for identity, title, hint, wrong in _variants(backward, writer, found, term):
                terms_now = tuple(replace(t, expression=wrong) if t is term else t for t in found.terms)
                right, left = quantity(writer, found), quantity(writer, replace(found, terms=terms_now))
                yield Wrong(
                    identity,
                    title,
                    _BACKWARD,
                    f"d{found.name}" + ("_prev" if term.lag else ""),
                    right.left,
                    left.right,
                    right.right,
                    hint,
                    Change(gradients={found.name: terms(terms_now)}),
                )


def _variants(
    backward: Backward, writer: Formulas, found: Gradient, term: Term
) -> Iterator[tuple[str, str, str, Expr]]:
    factors = [f for f in Mul.make_args(term.expression) if not f.is_number]
    carriers = [f for f in factors if any(label(s).kind == "gradient" for s in f.free_symbols)]
    plain = [f for f in factors if f not in carriers]
    whole = len(plain) == 1 and found.name == preactivation(term.line.name)  # its absence has a name of its own
    for factor in [] if whole else plain:
        text = writer.write(factor, term.line.positions, term.lag)
        title = f"A factor is missing in the gradient of {found.name}: {text}"
        hint = f"The chain rule multiplies by the derivative of {_shown(term)} with respect to {found.name}."
        yield "missing-factor", title, hint, term.expression / factor
    title = f"The gradient of {found.name} has the wrong sign in its part through {_shown(term)}"
    yield "wrong-sign", title, "Differentiate once more, and mind the minus.", -term.expression
    turned = {a: Times(*a.args) for a in term.expression.atoms(TransposedTimes) if square(backward, a.args[0])}
    if turned:
        title = f"A transpose is missing in the gradient of {found.name}: {_shown(term)} → {found.name}"
        hint = "A square matrix fits both ways: backwards it is the transpose of what it is forwards."
        yield "missing-transpose", title, hint, term.expression.xreplace(turned)


def stopped(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A loop that does not hand a gradient from t+1 to t."""
    for name in backward.cell.states:
        found = backward.gradient(name)
        whole = quantity(writer, Gradient(name, found.now, found.loss))
        right = Formula(whole.left, (*whole.addends, *(addend(writer, t) for t in found.later)))
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


def overwritten(backward: Backward, writer: Formulas) -> Iterator[Wrong]:
    """A loop that keeps the parameter gradient of one step only."""
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
