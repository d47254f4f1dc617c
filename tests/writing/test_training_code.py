"""The training step of generated code, for every cell and every convention that fits it, against NumPy alone."""

import ast
import inspect
from pathlib import Path

import numpy as np
import oracle
import pytest
from covering import general

from gatecheck.calculus.gates import keepers
from gatecheck.calculus.system import system
from gatecheck.cells import library, load, read
from gatecheck.conventions import layout
from gatecheck.errors import BadInput, ConventionError
from gatecheck.writing.reference import code

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))


def fitting():
    """Every cell in every convention that fits it."""
    for name in [*library(), *ODD]:
        for convention in general():
            cell = load(name)
            try:
                layout(cell, convention)
            except ConventionError:
                continue
            yield pytest.param(cell, convention, id=f"{cell.name}-{convention}")


FITTING = list(fitting())


class Made:
    """A reference with a training step: its functions take and give arrays by name, whatever the convention."""

    def __init__(self, cell, convention):
        self.layout = layout(cell, convention)
        self.module = {}
        exec(compile(code(cell, convention, training=True), "reference.py", "exec"), self.module)
        rng = np.random.default_rng(2)
        sizes, _, _, self.p, _ = oracle.draw(cell, rng)
        self.sizes = sizes
        self.dp = {n: rng.normal(size=v.shape) for n, v in self.p.items()}

    def given(self, arrays):
        native = self.layout.convention.native
        return [{n: v.copy() for n, v in arrays.items()}] if native else [s.pack(arrays) for s in self.layout.stacks]

    def gave(self, result):
        if self.layout.convention.native:
            return result
        results = result if isinstance(result, tuple) else (result,)
        found = zip(self.layout.stacks, results, strict=True)
        return {n: a for s, array in found for n, a in s.unpack(array, self.sizes).items()}

    def call(self, name, *arguments):
        return self.gave(self.module[name](*arguments))


@pytest.mark.parametrize(("cell", "convention"), FITTING)
def test_the_functions_compute_what_they_say_and_leave_their_arguments_alone(cell, convention):
    made = Made(cell, convention)
    together = np.concatenate([d.ravel() for d in made.dp.values()])
    length = np.linalg.norm(together)
    for limit in (0.3, 0.5 * length, 2 * length):
        clipped, scaled = (made.call(f"clip_by_{n}", *made.given(made.dp), limit) for n in ("value", "norm"))
        for n, d in made.dp.items():
            assert (clipped[n] == np.clip(d, -limit, limit)).all()
            np.testing.assert_allclose(scaled[n], d if length <= limit else d * (limit / length), rtol=1e-14)
    p, dp = made.given(made.p), made.given(made.dp)
    new = made.call("sgd_step", *p, *dp, 0.25)
    for n in made.p:
        np.testing.assert_allclose(new[n], made.p[n] - 0.25 * made.dp[n], rtol=1e-14)
        assert (made.gave(p[0] if len(p) == 1 else tuple(p))[n] == made.p[n]).all()


@pytest.mark.parametrize(("cell", "convention"), FITTING)
def test_nothing_to_clip_is_left_as_it_is(cell, convention):
    made = Made(cell, convention)
    zero = made.given({n: np.zeros_like(d) for n, d in made.dp.items()})
    for name in ("clip_by_value", "clip_by_norm"):
        assert not any(d.any() for d in made.call(name, *zero, 1.0).values())


@pytest.mark.parametrize(("cell", "convention"), FITTING)
def test_parameters_to_start_from_have_their_shapes_and_their_spread(cell, convention):
    made = Made(cell, convention)
    start = made.module["initial_parameters"]
    letters = [n for n in inspect.signature(start).parameters if n not in ("rng", "forget_bias")]
    numbers = {**made.sizes, **{n: 31 + 9 * k for k, n in enumerate(letters)}}
    made.sizes = numbers
    drawn = made.gave(start(np.random.default_rng(3), *(numbers[n] for n in letters)))
    again = made.gave(start(np.random.default_rng(3), *(numbers[n] for n in letters)))
    assert set(drawn) == set(cell.parameters)
    for n, value in drawn.items():
        assert value.shape == tuple(s.value(numbers) for s in cell.shapes[n])
        assert value.dtype == np.float64
        assert (value == again[n]).all()
        if value.ndim == 2:
            bound = np.sqrt(6 / sum(value.shape))
            assert 0.9 * bound < np.abs(value).max() < bound
            assert abs(value.mean()) < 0.3 * bound
        else:
            assert len(set(value)) == 1


@pytest.mark.parametrize(("cell", "convention"), FITTING)
def test_the_forget_bias_goes_to_the_gates_that_keep_a_state_with_their_sign(cell, convention):
    made, opened = Made(cell, convention), {k.bias: k.sign for k in keepers(system(cell))}
    start = made.module["initial_parameters"]
    known = inspect.signature(start).parameters
    assert ("forget_bias" in known) == bool(opened)
    numbers = [made.sizes[n] for n in known if n not in ("rng", "forget_bias")]
    if opened:
        assert known["forget_bias"].default == 1
        drawn = made.gave(start(np.random.default_rng(3), *numbers, forget_bias=3))
        assert all((drawn[n] == 3 * sign).all() for n, sign in opened.items())
        assert all(f"{n} is {'-' if sign < 0 else ''}forget_bias" in start.__doc__ for n, sign in opened.items())
    else:
        drawn = made.gave(start(np.random.default_rng(3), *numbers))
    rest = {n: v for n, v in drawn.items() if v.ndim == 1 and n not in opened}
    assert all(v.dtype == np.float64 and set(v) <= {0, 1} for v in rest.values())


def test_what_multiplies_starts_at_one_and_what_is_added_at_zero():
    for name, ones in (("lstm_peephole", {"p_f", "p_i", "p_o"}), ("gru_reset_after", set()), ("lstm", set())):
        start = Made(load(name), "gatecheck").module["initial_parameters"]
        drawn = start(np.random.default_rng(3), 4, 5, forget_bias=2.0)
        assert {n for n, v in drawn.items() if v.ndim == 1 and v[0] == 1} == ones
        assert all(v[0] in (0, 2) for n, v in drawn.items() if v.ndim == 1 and n not in ones)


def test_a_network_learns_with_what_was_generated():
    cell = load("lstm")
    module = {}
    exec(compile(code(cell, training=True), "reference.py", "exec"), module)
    rng = np.random.default_rng(4)
    p = module["initial_parameters"](rng, 2, 5)
    x, wanted = rng.normal(size=(6, 3, 2)), 0.5 * rng.uniform(-1, 1, size=(6, 3, 5))
    zero, losses = np.zeros((3, 5)), []
    for _ in range(60):
        h, c, kept = module["forward"](x, zero, zero, p)
        losses.append(0.5 * np.sum((h - wanted) ** 2))
        *_, dp = module["backward"](h - wanted, np.zeros_like(c), kept, p)
        p = module["sgd_step"](p, module["clip_by_norm"](dp, 1.0), 0.1)
    assert losses[-1] < 0.6 * losses[0]


@pytest.mark.parametrize(("cell", "convention"), FITTING)
def test_without_a_training_step_the_reference_is_what_it_was(cell, convention):
    plain, whole = code(cell, convention), code(cell, convention, training=True)
    assert whole.startswith(plain)
    added = [f.name for f in ast.parse(whole).body[len(ast.parse(plain).body) :]]
    assert [n for n in added if n not in ("glorot", "stack")] == [
        "initial_parameters",
        "clip_by_value",
        "clip_by_norm",
        "sgd_step",
    ]
    assert all(len(line) <= 120 for line in whole[len(plain) :].splitlines())


def test_a_cell_without_parameters_cannot_be_trained():
    with pytest.raises(BadInput, match="bare has no parameters: there is nothing to train"):
        code(read("x: D\nh[t] = tanh(x[t] + h[t-1])\n", "bare.cell"), training=True)
