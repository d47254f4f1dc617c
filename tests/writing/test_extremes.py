"""Saturated gates, huge and tiny numbers, sizes of one, no steps at all: no warning, no NaN, in code and in programs.

Asked of every cell wherever the equations and their gradients themselves have values well within a float's reach, which
forty digits tell. A warning is an error here, as everywhere in these tests.
"""

import functools
from dataclasses import replace

import numpy as np
import pytest
from arithmetics import AT_FORTY_DIGITS, EXACT, exact
from covering import cells

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.drawing import draw
from gatecheck.assignment.execution import run
from gatecheck.calculus.backward import derive
from gatecheck.writing.reference import code

GROUPS = ("inputs", "initial", "parameters", "upstream")
#: A product of three such numbers is still a float.
HUGE = 1e100


@functools.cache
def made(name):
    """A cell's program, and its reference as a module."""
    cell, module = cells()[name], {}
    exec(compile(code(cell), f"{name}.py", "exec"), module)
    return compiled(derive(cell, cell.outputs)), module


def drawn(name, steps=2, size=None, batch=2):
    cell = cells()[name]
    numbers = {letter: size or 2 + k for k, letter in enumerate(cell.sizes)}
    return draw(cell, np.random.default_rng(8), {**numbers, "B": batch, "T": steps})


def scaled(data, **by):
    return replace(data, **{g: {n: k * a for n, a in getattr(data, g).items()} for g, k in by.items()})


def _closed(a):
    """A sigmoid that is half a tanh and a half is zero where it should be below a float's rounding of a half."""
    value = AT_FORTY_DIGITS["sigmoid"](a)
    return np.where(value < 2.0**-54, EXACT.mpf(0), value)


WITHIN_REACH = {**AT_FORTY_DIGITS, "sigmoid": _closed}
EXTREMES = {
    "saturated gates": {"parameters": 200.0},
    "saturated with the other sign": {"parameters": -200.0},
    "huge inputs": {"inputs": 1e5},
    "huge states": {"initial": -1e5},
    "denormal parameters": {"parameters": 1e-310},
    "denormal inputs and states": {"inputs": 1e-310, "initial": 1e-310},
    "denormal gradients": {"upstream": 1e-315},
    "zeros": {"inputs": 0.0, "initial": 0.0, "parameters": 0.0},
}


def representable(program, data):
    """Whether all that a program computes is a real number within reach."""
    wide = replace(data, **{g: {n: exact(a) for n, a in getattr(data, g).items()} for g in GROUPS})
    try:
        done = run(program, wide, operations=WITHIN_REACH)
    except (ZeroDivisionError, ValueError, TypeError):  # a pole, or a complex number
        return False
    arrays = [a for group in vars(done).values() for a in group.values()]
    return all(isinstance(v, EXACT.mpf) and abs(v) < HUGE for a in arrays for v in a.flat)


def from_code(name, data):
    """Everything that the reference gives for a sequence, or a step where it has no sequence."""
    cell, (_, module) = cells()[name], made(name)
    inputs, initial, upstream = (list(g.values()) for g in (data.inputs, data.initial, data.upstream))
    if "forward" in module:
        *states, kept = module["forward"](*inputs, *initial, data.parameters)
        *found, dp = module["backward"](*upstream, kept, data.parameters)
        return [*states, *found, *dp.values()]
    *states, kept = module["step"](*(a[0] for a in inputs), *initial, data.parameters)
    *found, dp = module["step_backward"](*(u[0] for u in upstream), kept, data.parameters)
    return [*states, *found, *(dp[n] for n in cell.parameters)]


def from_program(name, data):
    done = run(made(name)[0], data)
    return [a for group in vars(done).values() for a in group.values()]


@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("name", cells())
def test_extreme_numbers_give_no_warning_and_no_nan(name, extreme):
    data = scaled(drawn(name, steps=1), **EXTREMES[extreme])
    if not representable(made(name)[0], data):
        pytest.skip("the equations themselves have no such value")
    for array in (*from_program(name, data), *from_code(name, data)):
        assert np.isfinite(array).all()


@pytest.mark.parametrize("name", cells())
def test_sizes_of_one_are_sizes_like_others(name):
    for size, batch in ((1, 1), (1, 3), (None, 1)):
        data = drawn(name, 2, size, batch)
        done = run(made(name)[0], data)
        found = from_code(name, data)
        assert all(np.isfinite(a).all() for a in (*found, *from_program(name, data)))
        if "forward" in made(name)[1]:
            asked = (n for n in data.inputs if n not in cells()[name].data)
            right = [done.lines[n] for n in cells()[name].outputs] + [done.gradients[n] for n in asked]
            right += [*done.initial.values(), *done.parameters.values()]
            for mine, theirs in zip(found, right, strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-12 * (1 + np.abs(theirs).max()))


@pytest.mark.parametrize("name", cells())
def test_a_sequence_of_no_steps_gives_arrays_without_rows_and_gradients_of_zero(name):
    data = drawn(name, 3)
    if not data.inputs:
        pytest.skip("nothing tells how many steps there are")
    cut = replace(data, **{g: {n: a[:0] for n, a in getattr(data, g).items()} for g in ("inputs", "upstream")})
    full, none = run(made(name)[0], data), run(made(name)[0], cut)
    for group in ("lines", "gradients"):
        shapes = {n: (0, *a.shape[1:]) for n, a in getattr(full, group).items()}
        assert {n: a.shape for n, a in getattr(none, group).items()} == shapes
    for group in ("initial", "parameters"):
        assert all(not a.any() and a.shape == getattr(full, group)[n].shape for n, a in getattr(none, group).items())
    if "forward" in made(name)[1]:
        whole = from_code(name, data)
        for array, like in zip(from_code(name, cut), whole, strict=True):
            assert not array.any()
            assert array.shape in (like.shape, (0, *like.shape[1:]))


@pytest.mark.parametrize("name", ["slstm", "exponential"])
def test_the_logarithm_of_a_closed_gate_is_a_number(name):
    data = scaled(drawn(name, steps=1), parameters=-1e3)
    module = made(name)[1]
    *states, kept = module["forward"](*data.inputs.values(), *data.initial.values(), data.parameters)
    found = module["backward"](*data.upstream.values(), kept, data.parameters)
    assert all(np.isfinite(a).all() for a in (*states, *found[:-1], *found[-1].values()))
