"""The numbers that submissions are tried on, and how differences between numbers are measured."""

import math
from pathlib import Path

import numpy as np
import pytest

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.execution import run
from gatecheck.assignment.training import norm
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load, read
from gatecheck.conventions import layout
from gatecheck.grading.ladder import SMALLEST, TOLERANCE, far, scales
from gatecheck.grading.sample import TAME, sample


@pytest.mark.parametrize("name", library())
def test_no_number_of_a_sample_hides_the_others(name):
    """The normaliser of an sLSTM comes near zero in every third draw."""
    made = layout(load(name), "gatecheck")
    program = compiled(derive(made.cell))
    for seed in range(8):
        drawn = sample(made, program, f"{seed:x}")
        for data in (drawn.step, drawn.sequence):
            done = run(program, data)
            assert max(np.abs(a).max() for group in vars(done).values() for a in group.values()) < TAME


def test_a_seed_gives_the_same_sample_again_and_another_seed_another():
    made = layout(load("slstm"), "gatecheck")
    program = compiled(derive(made.cell))
    one, two, other = (sample(made, program, seed) for seed in ("a", "a", "b"))
    assert one.step.sizes == two.step.sizes
    assert all((one.sequence.parameters[n] == v).all() for n, v in two.sequence.parameters.items())
    assert one.sequence.parameters["b_f"][0] != other.sequence.parameters["b_f"][0]


# The training step.

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))


def drawn(cell, seed):
    return sample(layout(cell, "gatecheck"), compiled(derive(cell, cell.outputs)), seed)


@pytest.mark.parametrize("cell", [*library(), *ODD], ids=lambda c: getattr(c, "stem", c))
def test_every_array_of_gradients_is_clipped_on_both_sides_and_left_alone_in_another_call(cell):
    for seed in ("1", "2", "c0ffee"):
        up, down, below = drawn(load(cell), seed).updates
        for name in up.gradients:
            beyond = np.array([u.gradients[name] / u.limit for u in (up, down)])
            assert beyond.min() < -1
            assert beyond.max() > 1
        assert below.limit > norm(below.gradients) > 2
        assert len({u.rate for u in (up, down, below)}) == 3
        assert not {0.0, 1.0} & {u.rate for u in (up, down, below)}


def test_a_cell_without_parameters_has_nothing_to_train():
    cell = read("x: D\nh[t] = tanh(x[t] + h[t-1])\n", "bare.cell")
    assert layout(cell, "gatecheck").training == ()
    assert drawn(cell, "1").updates == ()


# How far.


def test_a_difference_is_a_part_of_the_largest_number():
    scale = scales({"a": np.array([3.0, -4.0])})["a"]
    assert far(np.array([3.0, -3.0]), np.array([3.0, -4.0]), scale) == 0.25


def test_what_is_zero_but_for_rounding_is_measured_by_the_others():
    truth = {"da": np.array([1.0, 2.0]), "db": np.array([1e-17, 0.0])}
    scale = scales(truth)
    assert scale == {"da": 2.0, "db": 2.0 * SMALLEST}
    assert far(np.array([-1e-17, 3e-17]), truth["db"], scale["db"]) < TOLERANCE
    assert far(np.array([1e-9, 0.0]), truth["db"], scale["db"]) > TOLERANCE
    assert scales({"a": np.zeros(3), "b": np.zeros((2, 0))}) == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_not_finite_is_infinitely_far_even_from_itself(bad):
    truth = np.array([1.0, bad])
    assert far(truth, truth, scales({"a": truth})["a"]) == math.inf
    assert far(np.array([1.0, 2.0]), truth, 1.0) == far(truth, np.array([1.0, 2.0]), 1.0) == math.inf
