"""Wrong results: one that comes back scaled, shifted or turned, where all that others are made of is right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..change import RIGHT, Change
from ..expressions import Expression
from ..mistake import Words, Wrong, fixed

#: How a result may be off as a whole: its expression, with {} for its name, in words.
_WHOLE: tuple[tuple[str, Expression, str, str], ...] = (
    ("wrong-sign", ["*", -1.0, "{}"], "{} has the other sign", "−{}"),
    ("scaled", ["*", 2.0, "{}"], "{} is twice what it should be", "2 {}"),
    ("scaled", ["*", 0.5, "{}"], "{} is half of what it should be", "{} / 2"),
    ("mean-for-sum", ["*", ["^", "#B", -1.0], "{}"], "{} is divided by the number of sequences", "{} / B"),
    ("scaled", ["*", "#B", "{}"], "{} is multiplied by the number of sequences", "B {}"),
    ("mean-for-sum", ["*", ["^", "#T", -1.0], "{}"], "{} is divided by the number of steps", "{} / T"),
    ("shifted", ["+", 1.0, "{}"], "{} is too large by 1 everywhere", "{} + 1"),
    ("shifted", ["+", -1.0, "{}"], "{} is too small by 1 everywhere", "{} − 1"),
    ("never-stored", ["*", 0.0, "{}"], "{} comes back zero", "0"),
)
_STEPS: tuple[tuple[str, Expression, str, str], ...] = (
    ("wrong-step", ["reversed", "{}"], "{} comes back in reversed order of time", "{}[T−1−t]"),
    ("wrong-step", ["earlier", "{}"], "{} is stored one step too late", "{}[t−1]"),
    ("wrong-step", ["later", "{}"], "{} is stored one step too early", "{}[t+1]"),
    ("wrong-step", ["delayed", "{}"], "{} is stored one step too late", "{}[t−1]"),
    ("wrong-step", ["last_only", "{}"], "{} is stored for the last step only", "0 before the last step"),
    ("wrong-step", ["first_only", "{}"], "{} is stored for the first step only", "0 after the first step"),
)
#: Of a state, which has an initial value.
_STATE: tuple[tuple[str, Expression, str, str], ...] = (
    ("wrong-step", ["after", "{}", "{}0"], "{} is stored before it is updated", "{}[t−1]"),
)
_SQUARE: tuple[tuple[str, Expression, str, str], ...] = (
    ("transposed", ["transposed", "{}"], "{} comes back transposed", "{}ᵀ"),
)
_HINT = "All that it is made of is right: look at the last lines, where it is put together and returned."


def results(
    role: str, states: Collection[str], quantities: Iterable[str], sequences: Collection[str], square: Collection[str]
) -> Iterator[Wrong]:
    """What may be wrong with each of the results as a whole.

    sequences: those that have numbers for every step; square: matrices that can be turned without an error.
    """
    for quantity in quantities:
        rows = [*_WHOLE, *(_STEPS if quantity in sequences else ()), *(_SQUARE if quantity in square else ())]
        rows += _STATE if quantity in sequences and quantity in states else ()
        for id, expression, title, wrong in rows:
            yield whole(role, quantity, id, expression, title, wrong)


def whole(
    role: str,
    quantity: str,
    id: str,
    expression: Expression,
    title: str,
    wrong: str,
    many: str = "",
    hint: str = _HINT,
) -> Wrong:
    """A result that is off as a whole; expression, title and wrong with {} for its name, many for those of several."""
    words = Words(
        title.format(quantity),
        quantity,
        wrong.format(quantity),
        quantity,
        hint,
        many=many or _plural(title),
        places=(quantity,),
    )
    change = Change(results={quantity: filled(expression, quantity)})
    kind = (id, many or repr(expression))
    later = _later(quantity, change) if role == "step_backward" else RIGHT
    return Wrong(id, (role,), quantity, change, fixed(words), later, unlikely=60, likening=lambda: [kind])


def _later(quantity: str, change: Change) -> Change:
    """What a loop makes of a wrong result of its step backwards: the same is wrong with its own."""
    if quantity.endswith("_prev"):
        state = {quantity.removeprefix("d").removesuffix("_prev"): change.results[quantity]}
        return Change(handed=state, left=state)
    return change


def _plural(title: str) -> str:
    for one, several in ((" is ", " are "), (" has ", " have "), (" comes ", " come "), ("it should", "they should")):
        title = title.replace(one, several, 1)
    return title


def filled(expression: Expression, quantity: str) -> Expression:
    """The expression with a name for {}."""
    if isinstance(expression, str):
        return expression.replace("{}", quantity)
    return [filled(e, quantity) for e in expression] if isinstance(expression, list) else expression
