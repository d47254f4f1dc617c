"""Somebody's forward and backward functions: how they are called, what they give, what they should not do."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import BadInput, Problem, nearest
from .trees import Array, Path, constant, label, replaced, tensors

#: A parameter that takes an argument by its place.
_PLACED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass
class Forward:
    """A forward function with the inputs that it is called with; inputs are never handed out themselves.

    named: whether they are handed over by name. cache: whether the last result is for the backward function alone
    (None: where it is no array and no number). changed: the inputs that a call was seen to change in place.
    """

    function: Callable[..., Any]
    inputs: dict[str, Any]
    named: bool
    cache: bool | None
    calls: int = 0
    changed: tuple[str, ...] = ()

    def results(self, moved: Mapping[Path, Any]) -> tuple[list[Any], list[Any]]:
        """(outputs, what comes after them: the cache, or nothing) with some tensors replaced."""
        given = replaced(self.inputs, moved)
        self.calls += 1
        with _told(self.function, given):
            found = self.function(**given) if self.named else self.function(*given.values())
        outputs = list(found) if isinstance(found, (tuple, list)) else [found]
        if self.cache is None:
            self.cache = len(outputs) > 1 and not isinstance(outputs[-1], (np.ndarray, np.number, float))
        return (outputs[:-1], outputs[-1:]) if self.cache else (outputs, [])

    def watched(self) -> tuple[list[Any], list[Any]]:
        """The same with nothing replaced, noticing inputs that are changed in place."""
        fresh = tensors(self.inputs)
        found = self.results(fresh)
        before = tensors(self.inputs)
        self.changed = tuple(label(p) for p, a in fresh.items() if not np.array_equal(a, before[p], equal_nan=True))
        return found


def forward_of(function: Callable[..., Any], inputs: Any, cache: bool | None) -> Forward:
    """A forward function and its inputs: a dict by name, a tuple or list by place, or one array.

    Raises BadInput where there is nothing to differentiate, or the function takes no such arguments.
    """
    _callable(function)
    placed = any(p.kind is inspect.Parameter.POSITIONAL_ONLY for p in _parameters(function))
    named = isinstance(inputs, dict) and not placed
    values = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    made = dict(inputs) if isinstance(inputs, dict) else dict(zip(_places(function, len(values)), values, strict=True))
    if not tensors(made):
        told = [found for name, value in made.items() if (found := constant(value, str(name)))]
        why, instead = told[0] if told else ("no input is an array of real numbers", 'inputs={"x": np.array([0.5])}')
        raise BadInput(Problem(f"there is nothing to differentiate: {why}", None, f"Give {instead}."))
    _fits(function, made, named)
    return Forward(function, replaced(made, tensors(made)), named, cache)


def _callable(function: Any) -> None:
    if not callable(function):
        advice = "Give the function itself, without calling it."
        raise BadInput(Problem(f"{function!r:.60} is no function", None, advice))


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # what is written in C may not say
        return [inspect.Parameter("arguments", inspect.Parameter.VAR_POSITIONAL)]


def _places(function: Callable[..., Any], number: int) -> list[str]:
    """The names of arguments given by place, as far as the function has any."""
    names = [p.name for p in _parameters(function) if p.kind in _PLACED][:number]
    return [*names, *(f"input {k}" for k in range(len(names), number))]


def _fits(function: Callable[..., Any], inputs: Mapping[str, Any], named: bool) -> None:
    signature = inspect.Signature(_parameters(function))
    try:
        signature.bind(*(() if named else inputs.values()), **(inputs if named else {}))
    except TypeError as error:
        taken = [p.name for p in signature.parameters.values()]
        unknown = [n for n in inputs if named and n not in taken]
        advice = nearest(unknown[0], taken) if unknown else f"It takes {', '.join(taken) or 'nothing'}."
        message = f"{name_of(function)} cannot be called with {', '.join(inputs)}: {error}"
        raise BadInput(Problem(message, None, advice)) from None


@contextmanager
def _told(function: Callable[..., Any], given: Mapping[str, Any]) -> Iterator[None]:
    """What a function raises says what it was called with."""
    try:
        yield
    except Exception as error:
        arguments = ", ".join(f"{n}: {kind(v)}" for n, v in given.items())
        error.add_note(f"gradcheck called {name_of(function)} with {arguments}")
        raise


def kind(value: Any) -> str:
    """An argument in a few words: float64 (2,3)."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {str(value.shape).replace(' ', '')}"
    return type(value).__name__


def name_of(function: Callable[..., Any]) -> str:
    """What a function is called in a message."""
    return str(getattr(function, "__name__", type(function).__name__))


@dataclass(frozen=True)
class Backward:
    """A backward function; a parameter named like an input gets that input, the others, in order, the rest.

    The rest: the gradient that reaches each output, then the cache. free: the other parameters; None: any number.
    """

    function: Callable[..., Any]
    inputs: Mapping[str, Any]
    named: tuple[str, ...]
    free: tuple[str, ...] | None

    def gradients(self, upstream: Sequence[Any], cache: Sequence[Any]) -> Any:
        """What it gives for the gradients that reach the outputs; raises BadInput where it has no place for them."""
        mine = {n: replaced(self.inputs[n], {}) for n in self.named}
        given = [u.copy() for u in upstream]
        if self.free is None:
            with _told(self.function, {**{f"upstream {k}": u for k, u in enumerate(given)}, **mine}):
                return self.function(*given, *cache, **mine)
        rest = next((r for r in self._ways(given, cache) if len(r) == len(self.free)), None)
        if rest is None:
            raise BadInput(self._misfit(len(upstream), bool(cache)))
        named = {**dict(zip(self.free, rest, strict=True)), **mine}
        with _told(self.function, named):
            return self.function(**named)

    def of_loss(self, outputs: Sequence[Array], cache: Sequence[Any]) -> bool:
        """Whether it has no place for the gradient that reaches the only output, a number: then that is 1."""
        if self.free is None or [o.shape for o in outputs] != [()]:
            return False
        return len(self.free) < 1 + (0 if self.named else len(cache))

    def _ways(self, upstream: Sequence[Any], cache: Sequence[Any]) -> Iterator[list[Any]]:
        """What its free parameters may be meant for."""
        yield [*upstream, *cache]
        if self.named:  # it reads inputs, and needs no cache
            yield [*upstream]
        if len(upstream) == 1 and upstream[0].ndim == 0:
            yield [*cache]

    def _misfit(self, outputs: int, cache: bool) -> Problem:
        rest = f"{outputs} upstream gradient{'s' if outputs != 1 else ''}{' and the cache' if cache else ''}"
        takes = f"it takes {', '.join(self.free or ()) or 'nothing'} beside inputs by their names"
        advice = "If forward's last result is its cache, say cache=True; else wrap it: lambda dy, cache: backward(…)."
        return Problem(f"{name_of(self.function)} has to be given {rest}, but {takes}", None, advice)


def backward_of(function: Callable[..., Any], inputs: Mapping[str, Any]) -> Backward:
    """A backward function, by its own parameters. Raises BadInput where it is none."""
    _callable(function)
    parameters = _parameters(function)
    by_place = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.POSITIONAL_ONLY)
    starred = any(p.kind in by_place for p in parameters)
    named = tuple(p.name for p in parameters if p.name in inputs and p.kind is not inspect.Parameter.POSITIONAL_ONLY)
    required = [p for p in parameters if p.name not in named and p.default is inspect.Parameter.empty]
    free = tuple(p.name for p in required if p.kind is not inspect.Parameter.VAR_KEYWORD)
    return Backward(function, inputs, named, None if starred else free)
