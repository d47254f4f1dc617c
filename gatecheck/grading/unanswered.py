"""Calls that gave nothing to look at: why not, in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..conventions import Layout, Signature
from ..errors import nearest, quoted
from .disguises import look_alike
from .exceptions import Raising, advice
from .running import Answer, Raised, Run
from .shapes import Letters


def unwritten(raised: Raised) -> bool:
    """Whether a function says that it is still to be written, in the starter's own words."""
    return re.fullmatch(r"\w+ is yours to write", raised.message) is not None


def unanswered(
    layout: Layout,
    signature: Signature,
    answer: Answer,
    run: Run,
    letters: Callable[[], Letters],
    place: Callable[[int], str],
) -> str:
    """Why there is nothing to look at, in a sentence; empty where there is.

    letters: of the sizes it was called with; place says where a line of the source is in the student's file.
    """
    name = signature.name
    match answer.status:
        case "returned" | "unsteady" | "constant":
            return f"{name} returns nothing: is the return statement missing?" if answer.value is None else ""
        case "raised":
            assert answer.raised is not None
            r = answer.raised
            if unwritten(r):
                return r.message
            where = f" in {place(r.line)}" if r.line else ""
            said = f"{name} raised {r.named}{where}{f': {quoted(r.message)}' if r.message else ''}"
            more = advice(Raising(r, layout, signature, letters(), run.names))
            return f"{said}.{more}" if more else said
        case "missing":
            if twin := look_alike(name, run.names):
                return f"There is no function {name}: {twin}. Type its name again."
            near = nearest(name, run.names)
            yours = near.removeprefix("Did you mean ").removesuffix("?") if near.startswith("Did") else ""
            return f"There is no function {name}." + (f" Yours is called {yours}: rename it." if yours else "")
        case "not_callable":
            return f"{name} is not a function."
        case "timeout":
            return f"{name} did not end within the time allowed: is there a loop that never ends?"
        case "died":
            return f"Python ended inside {name}, without an answer."
        case "depends":
            return "It needs the result of an earlier function, which gave none."
    return "It was not reached: an earlier function did not end."
