"""Two slips on the way to one value: neither explains anything alone, and both are named."""

import random

import numpy as np
import pytest
from test_diagnosis import COMMON, case, diagnosed

from gatecheck.assignment.wrong import wrong_programs
from gatecheck.grading import pairing
from gatecheck.grading.exchange import expected
from gatecheck.grading.found import applied

ROLE = "step_backward"


def planted(cell, *chosen):
    """What is found where some mistakes are made at once: each is picked by its quantity, and at random."""
    made, key, drawn, _ = case(cell)
    program, picked, data = key.program, [], drawn.of(ROLE)
    for quantity, like, rng in chosen:
        every = wrong_programs(made.cell, program, made.loss, ROLE)
        picked.append(rng.choice([w for w in every if w.quantity == quantity and like(w)]))
        program = applied(made, program, [picked[-1]])
    values = expected(made, ROLE, program, data)
    return picked, diagnosed(made, ROLE, key.program, data, program, values)


SLOW = [pytest.param(place, marks=pytest.mark.slow) for place in ("lstm: df da_f", "lstm: dg da_g")]


@pytest.mark.parametrize("place", ["gru: dz da_z", *SLOW])
def test_a_slip_in_a_gradient_and_one_in_the_gradient_above_it_are_both_named(place):
    cell, above, below = place.replace(":", "").split()
    rng, told = random.Random(3), 0
    for _ in range(4):
        picked, found = planted(cell, *((q, lambda w: w.id in COMMON, rng) for q in (above, below)))
        assert found.complete, [w.words.title for w in picked]
        assert len(found.found) <= 2
        told += {f.wrong.quantity for f in found.found} == {above, below}
    assert told >= 2  # some make the same program as one slip, as two signs do


@pytest.mark.parametrize("count", [2, 3])
def test_paths_that_are_missing_from_one_gradient_are_all_named(count):
    rng = random.Random(count)
    picked, found = planted("gru", *[("dh_prev", lambda w: w.id == "missing-path", rng)] * count)
    assert found.complete
    (one,) = found.found
    assert all(w.words.path in one.wrong.words.title for w in picked)
    assert sorted(one.wrong.words.right.split(" + ")) == sorted(picked[0].words.right.split(" + "))


def test_two_slips_in_one_gradient_have_its_right_equation_beside_them():
    rng = random.Random(1)
    kinds = "missing-path", "factor-outside-product", "missing-factor"
    picked, found = planted("gru", *[("dh_prev", lambda w, kind=kind: w.id == kind, rng) for kind in kinds[::2]])
    assert found.complete and len(found.found) == 2, [w.words.title for w in picked]
    rights = {f.wrong.words.right for f in found.found}
    assert len(rights) == 1
    assert sorted(rights.pop().split(" + ")) == sorted(picked[0].words.right.split(" + "))


def test_rows_that_add_up_are_found_and_no_others():
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(50, 12))
    rows[7] = 0.0
    rows[9, 3] = np.nan
    goal = rows[3] + rows[21]
    assert list(pairing._adding_up(rows, goal, 1e-9)) == [(3, 21)]
    assert list(pairing._adding_up(rows, goal + rows[40], 1e-9)) == [(3, 21, 40)]
    assert list(pairing._adding_up(rows, goal + 1e-6, 1e-9)) == []
    assert list(pairing._adding_up(rows, 0 * goal, 1e-9)) == []
    goal[5] = np.inf
    assert list(pairing._adding_up(rows, goal, 1e-9)) == [(3, 21)]
