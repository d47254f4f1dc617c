"""Wrong results: one that comes back scaled, shifted, turned or late, where all that it is made of is right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from math import prod

from ..change import RIGHT, Change
from ..expressions import Expression, negative, product
from ..mistake import Words, Wrong, fixed
from .numbers import ROUNDING, counted, shown
from .together import plural

_STEPS: tuple[tuple[str, Expression, str, str], ...] = (
    ("wrong-step", ["reversed", "{}"], "{} comes back in reversed order of time", "{}[T−1−t]"),
    ("wrong-step", ["earlier", "{}"], "{} is stored one step too late", "{}[t−1]"),
    ("wrong-step", ["later", "{}"], "{} is stored one step too early", "{}[t+1]"),
    ("wrong-step", ["delayed", "{}"], "{} is stored one step too late", "{}[t−1]"),
    ("wrong-step", ["last_only", "{}"], "{} is stored for the last step only", "0 before the last step"),
    ("wrong-step", ["first_only", "{}"], "{} is stored for the first step only", "0 after the first step"),
)
#: What people multiply by: id, title, formula.
_TIMES = {
    -1.0: ("wrong-sign", "{} has the other sign", "−{}"),
    2.0: ("scaled", "{} is twice what it should be", "2 {}"),
    0.5: ("scaled", "{} is half of what it should be", "{} / 2"),
    0.0: ("never-stored", "{} comes back zero", "0"),
}
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
        rows = [*(_STEPS if quantity in sequences else ()), *(_SQUARE if quantity in square else ())]
        rows += _STATE if quantity in sequences and quantity in states else ()
        for id, expression, title, wrong in rows:
            yield whole(role, quantity, id, expression, title, wrong)


def unclipped(role: str, quantity: str, limit: float) -> Wrong:
    """The gradient of a parameter that is returned as it is, where the task asks for a clipped one."""
    many = "{} are not clipped"
    words = Words(
        f"{quantity} is not clipped",
        quantity,
        quantity,
        f"clip({quantity}, −{limit:g}, {limit:g})",
        "Clip every gradient of a parameter before it is returned.",
        many=many,
        places=(quantity,),
    )
    change = Change(unclipped=(quantity,))
    return Wrong("clipping-left-out", (role,), quantity, change, fixed(words), likening=lambda: [many])


def multiplied(role: str, quantity: str, k: float, sizes: Mapping[str, int], stacked: int = 1) -> Wrong:
    """A result that is so many times what it should be; sizes: the number that each letter stands for.

    stacked: how many parameters the convention puts into one array.
    """
    for letters, what in (("B", "sequences"), ("T", "steps"), ("BT", "sequences times steps")):
        if k not in _TIMES and abs(k * prod(sizes[n] for n in letters) - 1.0) < ROUNDING:
            title, share = f"{{}} is divided by the number of {what}", [["^", f"#{n}", -1.0] for n in letters]
            text = f"{{}} / {letters}" if len(letters) == 1 else "{} / (B T)"
            return whole(role, quantity, "mean-for-sum", ["*", *share, "{}"], title, text)
    number, times = counted(k, sizes, stacked)
    usual = "scaled", f"{{}} is {times} times what it should be", f"{times} {{}}"
    id, title, wrong = _TIMES.get(k, usual)
    return whole(role, quantity, id, ["*", number, "{}"], title, wrong)


def shifted(role: str, quantity: str, k: float, sizes: Mapping[str, int], stacked: int = 1) -> Wrong:
    """A result that is too large by a number everywhere."""
    number, size = counted(abs(k), sizes, stacked)
    title = f"{{}} is too {'large' if k > 0 else 'small'} by {size} everywhere"
    expression = ["+", number if k > 0 else negative(number), "{}"]
    return whole(role, quantity, "shifted", expression, title, f"{{}} {'+' if k > 0 else '−'} {size}")


def clipped(role: str, quantity: str, limit: float) -> Wrong:
    """A result that is clipped where nobody asks for it."""
    at = shown(limit)
    expression = negative(["maximum", negative(["maximum", "{}", -limit]), -limit])
    hint = "Clipping changes a gradient: where the task does not ask for it, return the gradient as it is."
    title, text = f"{{}} is clipped to ±{at}", f"clip({{}}, −{at}, {at})"
    return whole(role, quantity, "clipped", expression, title, text, hint=hint)


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
        "what the equations give",
        hint,
        many=many or plural(title),
        places=(quantity,),
    )
    change = Change(results={quantity: filled(expression, quantity)})
    kind = (id, many or repr(expression))
    later = _later(quantity, change) if role == "step_backward" else RIGHT
    return Wrong(id, (role,), quantity, change, fixed(words), later, unlikely=60, likening=lambda: [kind])


def _later(quantity: str, change: Change) -> Change:
    """What a loop makes of a wrong result of its step backwards: the same is wrong with its own, or a sum of it."""
    if quantity.endswith("_prev"):
        state = {quantity.removeprefix("d").removesuffix("_prev"): change.results[quantity]}
        return Change(handed=state, left=state)
    expression = change.results[quantity]
    if isinstance(expression, list) and expression[0] == "+" and not isinstance(expression[1], str):
        return Change(results={quantity: ["+", product(["#T", expression[1]]), quantity]})
    return change


def filled(expression: Expression, quantity: str) -> Expression:
    """The expression with a name for {}."""
    if isinstance(expression, str):
        return expression.replace("{}", quantity)
    return [filled(e, quantity) for e in expression] if isinstance(expression, list) else expression
