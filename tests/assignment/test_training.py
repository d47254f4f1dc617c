"""The training step as data: it computes what NumPy does, and every mistake in it says something of its own."""

import numpy as np
import pytest

from gatecheck.assignment.change import Change
from gatecheck.assignment.program import Program
from gatecheck.assignment.training import FORMULAS, PROGRAMS, Update, norm, trained
from gatecheck.assignment.wrong.training import MISTAKES
from gatecheck.conventions import TRAINING

RIGHT = Program({}, {}, {})
RNG = np.random.default_rng(5)
P = {"W": RNG.normal(size=(3, 4)), "b": RNG.normal(size=5)}
DP = {"W": np.linspace(-2, 2, 12).reshape(3, 4), "b": np.linspace(1, -1, 5)}
ARRAYS = (("W",), ("b",))


def given(role, limit=0.5, rate=0.1):
    return trained(RIGHT, role, Update(P, DP, limit, rate), ARRAYS)


def test_there_is_a_program_and_a_formula_for_every_function_of_the_training_step():
    assert set(PROGRAMS) == set(FORMULAS) == set(TRAINING)


def test_by_value_every_number_is_clipped_on_both_sides():
    for name, value in given("clip_by_value").items():
        assert (value == np.clip(DP[name], -0.5, 0.5)).all()
        assert {-0.5, 0.5} <= set(value.ravel())


@pytest.mark.parametrize("limit", [0.5, 100.0])
def test_by_norm_all_numbers_are_scaled_alike_and_only_where_the_norm_exceeds_the_limit(limit):
    together = np.concatenate([d.ravel() for d in DP.values()])
    length = np.linalg.norm(together)
    for name, value in given("clip_by_norm", limit).items():
        np.testing.assert_allclose(value, DP[name] * (limit / length if length > limit else 1), rtol=1e-15)
    assert norm(given("clip_by_norm", limit)) == pytest.approx(min(limit, length))


def test_a_step_goes_against_the_gradient_by_the_rate():
    for name, value in given("sgd_step", rate=0.1).items():
        np.testing.assert_allclose(value, P[name] - 0.1 * DP[name], rtol=1e-15)


def test_what_lies_in_one_array_has_one_norm():
    (wrong,) = [w for w in MISTAKES if w.id == "norm-per-array"]
    program, update = RIGHT.changed(wrong.change), Update(P, DP, 0.5, 0.1)
    apart = trained(program, "clip_by_norm", update, ARRAYS)
    assert [np.linalg.norm(apart[n]) for n in P] == pytest.approx([0.5, 0.5])
    together = trained(program, "clip_by_norm", update, [("W", "b")])
    assert all((together[n] == given("clip_by_norm")[n]).all() for n in P)


def test_the_mistakes_differ_in_what_they_say():
    said = [(w.roles, *w.claim) for w in MISTAKES]
    assert len(set(said)) == len(said)
    for wrong in MISTAKES:
        (role,) = wrong.roles
        assert (wrong.words.left, wrong.words.right) == FORMULAS[role]
        assert wrong.words.wrong != wrong.words.right
        assert list(wrong.change.training) == [role]
        assert wrong.words.hint.endswith(".")


def test_a_mistake_in_the_training_step_leaves_the_cell_s_equations_alone():
    for wrong in MISTAKES:
        assert wrong.change.equations == Change()
        changed = RIGHT.changed(wrong.change)
        assert (changed.forward, changed.gradients, changed.parameters) == ({}, {}, {})
