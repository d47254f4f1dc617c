"""Results that something else was returned for, or added to: an argument, a value of the step, another result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..assignment.execution import run
from ..assignment.expressions import Expression
from ..assignment.mistake import Wrong
from ..assignment.program import Data, Program
from ..assignment.wrong.results import whole
from .case import Case
from .exchange import Array, at_hand, expected
from .ladder import far

_MANY = "Other values are returned for {}"
_HINT = "Look at the last lines: is another value returned in its place, or has one array two names?"


def instead(case: Case, program: Program, left: list[str]) -> Iterator[tuple[Wrong, ...]]:
    """Every array of the right shape that a wrong result agrees with, or is too large by."""
    assert isinstance(case.data, Data)
    truth = expected(case.layout, case.role, program, case.data)
    done = run(program, case.data, "backward" in case.role)
    right = case.given(replace(program, change=replace(program.change, results={})))
    named = {**at_hand(done, case.data, case.step), **right}
    for q in left:
        value = case.values[q]
        for name, array in named.items():
            if array.shape == value.shape and name not in (q, q.removesuffix("_prev")):
                for expression, made, title, wrong in _ways(name, array, truth[q]):
                    if far(value, made, case.scale[q]) <= case.limits[q]:
                        yield (whole(case.role, q, "wrong-result", expression, title, wrong, many=_MANY, hint=_HINT),)


def _ways(name: str, array: Array, truth: Array) -> Iterator[tuple[Expression, Array, str, str]]:
    told = _told(name)
    yield name, array, f"{{}} is {told}", told
    yield ["+", "{}", name], truth + array, f"{{}} has {told} added to it", f"{{}} + {told}"
    yield ["+", "{}", ["*", -1.0, name]], truth - array, f"{{}} has {told} subtracted from it", f"{{}} − {told}"


def _told(name: str) -> str:
    if name.startswith("~d"):
        return f"{name[1:]} as it arrives"
    return name.replace("[t-1]", "_prev").replace("[T-1]", " of the last step")
