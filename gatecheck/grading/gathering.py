"""A live function -> source text: the function and everything that it names, to run in a process of its own.

A notebook's functions see the notebook's globals. What they need is collected by name: functions and classes as source,
modules as imports, plain constants as literals. Anything else (an array that lies around in the notebook, say) is refused:
it is what makes a notebook's results depend on which cells were run.
"""

from __future__ import annotations

import builtins
import inspect
import math
import textwrap
import types
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import Problem, SubmissionError


def gather(function: Callable[..., Any], also: Iterable[str] = ()) -> str:
    """Source text that defines the function, and of the names in `also` those that stand beside it.

    Raises SubmissionError where the function, or something that it names, cannot be written down.
    """
    found: dict[str, str] = {}
    scope = getattr(function, "__globals__", None)
    if not isinstance(function, types.FunctionType) or scope is None:
        raise SubmissionError(Problem(f"{function!r} is not a function written in Python"))
    _add(function.__name__, function, found)
    for name in also:
        if isinstance(scope.get(name), types.FunctionType) and name not in found:
            _add(name, scope[name], found)
    return "\n\n".join(found.values()) + "\n"


def _add(name: str, value: Any, found: dict[str, str]) -> None:
    """Write a name down, after everything that it needs."""
    found[name] = ""  # a function may name itself
    text = _written(name, value)
    if isinstance(value, (types.FunctionType, type)):
        for needed, scope in _needs(value):
            if needed not in found and needed in scope:
                _add(needed, scope[needed], found)
    del found[name]
    found[name] = text


def _written(name: str, value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}"
    if isinstance(value, (types.FunctionType, type)) and value.__module__ not in ("numpy", "builtins", "math"):
        return _source(name, value)
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, type)) or hasattr(value, "__name__"):
        return f"from {value.__module__} import {value.__name__} as {name}"
    if _plain(value):
        return f"{name} = {value!r}"
    message = f"{name} is a {type(value).__name__} outside of the function"
    raise SubmissionError(Problem(message, None, f"Give {name} to the function as an argument, or compute it inside."))


def _source(name: str, value: Any) -> str:
    try:
        text = textwrap.dedent(inspect.getsource(value))
    except (OSError, TypeError):
        advice = "Define it in a file or in a notebook's cell, and run that first."
        raise SubmissionError(Problem(f"the source of {name} is not known", None, advice)) from None
    own = value.__name__
    if isinstance(value, types.FunctionType) and (own == "<lambda>" or value.__closure__):
        advice = "Write it with def, outside of other functions."
        raise SubmissionError(Problem(f"{name} is defined inside something else", None, advice))
    return text if own == name else f"{text}\n{name} = {own}"


def _needs(value: Any) -> Iterable[tuple[str, dict[str, Any]]]:
    """The global names that a function or a class's methods use."""
    functions = [value] if isinstance(value, types.FunctionType) else [f for f in vars(value).values() if isinstance(f, types.FunctionType)]
    for function in functions:
        codes = [function.__code__]
        while codes:
            code = codes.pop()
            codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
            for name in code.co_names:
                if not hasattr(builtins, name) or name in function.__globals__:
                    yield name, function.__globals__


def _plain(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_plain, value))
    return isinstance(value, (bool, int, str, type(None))) or (isinstance(value, float) and math.isfinite(value))
