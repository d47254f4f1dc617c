"""Every wrong program of every cell, planted by its numbers: it is seen, and named as what it is."""

import functools
from pathlib import Path

import numpy as np
import pytest
from covering import dear, general

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.key import build
from gatecheck.assignment.wrong_training import MISTAKES
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load
from gatecheck.conventions import layout
from gatecheck.errors import ConventionError
from gatecheck.grading import diagnosis
from gatecheck.grading.diagnosis import diagnose
from gatecheck.grading.exchange import expected
from gatecheck.grading.ladder import TOLERANCE, far, scales
from gatecheck.grading.sample import sample

DEAR = [pytest.param(name, marks=dear(name)) for name in library()]


@functools.cache
def case(name):
    """A cell's layout, its key, and the numbers that its programs run on."""
    made = layout(load(name), "gatecheck")
    key = build(made)
    return made, key, sample(made, key.program, "c0ffee")


@pytest.fixture(autouse=True)
def remembered(monkeypatch):
    """What a program gives is worked out once: every wrong program is tried as the explanation of every other."""
    known = {}

    def once(made, role, program, data):
        name = role, id(data), repr(program.change)
        if name not in known:
            known[name] = data, expected(made, role, program, data)  # with the data, whose id it is known by
        return known[name][1]

    monkeypatch.setattr(diagnosis, "expected", once)
    return once


def planted(name, given):
    """Every wrong program in every function that shows it; numbers that are not finite are refused before."""
    made, key, drawn = case(name)
    for wrong in key.wrong:
        for role in wrong.roles:
            if role in {s.role for s in made.signatures}:
                values = given(made, role, key.program.changed(wrong.change), drawn.of(role))
                if all(np.isfinite(v).all() for v in values.values()):
                    yield made, key, drawn.of(role), wrong, role, values


@pytest.mark.slow
@pytest.mark.parametrize("name", DEAR)
def test_every_wrong_program_differs_from_the_right_one_by_a_wide_margin(name, remembered):
    for made, key, data, wrong, role, values in planted(name, remembered):
        truth = remembered(made, role, key.program, data)
        scale = scales(truth)
        assert max(far(values[q], truth[q], scale[q]) for q in truth) > 1e3 * TOLERANCE, (wrong.title, role)


@pytest.mark.parametrize("name", DEAR)
def test_every_wrong_program_is_named_for_what_it_claims(name, remembered):
    for made, key, data, wrong, role, values in planted(name, remembered):
        if role in ("forward", "backward") and len(wrong.roles) > 1:
            continue  # the step shows it already
        found = diagnose(made, role, key.program, key.wrong, data, values)
        claims = {(f.wrong.left, f.wrong.wrong) for f in found.found}
        assert found.complete, (wrong.title, role)
        assert claims == {(wrong.left, wrong.wrong)}, (wrong.title, role)
        assert found.certain, (wrong.title, role)


@pytest.mark.parametrize("name", library())
def test_right_numbers_are_never_called_a_mistake(name):
    made, key, _ = case(name)
    for seed in ("1", "2", "3"):
        drawn = sample(made, key.program, seed)
        for signature in made.signatures:
            values = expected(made, signature.role, key.program, drawn.of(signature.role))
            found = diagnose(made, signature.role, key.program, key.wrong, drawn.of(signature.role), values)
            assert not found.found
            assert found.certain


# ------------------------------------------------------------------------------------------------ the training step

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))


@pytest.mark.parametrize("convention", general())
@pytest.mark.parametrize("name", [*library(), *ODD], ids=lambda c: getattr(c, "stem", c))
def test_every_wrong_training_step_is_named_for_what_it_is(name, convention):
    cell = load(name)
    try:
        made = layout(cell, convention)
    except ConventionError:
        pytest.skip("the convention has no place for this cell")
    program = compiled(derive(cell, cell.outputs))
    data = sample(made, program, "c0ffee").updates
    for wrong in MISTAKES:
        (role,) = wrong.roles
        truth = expected(made, role, program, data)
        values = expected(made, role, program.changed(wrong.change), data)
        scale = scales(truth)
        if len(made.arrays) == 1 and wrong.id in ("norm-per-array", "norms-added"):
            assert all(far(values[q], truth[q], scale[q]) < TOLERANCE for q in truth)
            continue
        # A mistake is in every array: none is credited by chance.
        assert min(far(values[q], truth[q], scale[q]) for q in truth) > 1e4 * TOLERANCE, wrong.title
        found = diagnose(made, role, program, MISTAKES, data, values)
        assert [f.wrong for f in found.found] == [wrong]
        assert found.certain, wrong.title
        assert not diagnose(made, role, program, MISTAKES, data, truth).found
