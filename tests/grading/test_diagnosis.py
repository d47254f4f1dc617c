"""Wrong programs of every cell, planted by their numbers: each is seen, and named as what it is."""

import functools
import random
from pathlib import Path

import numpy as np
import pytest
from covering import dear, general

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.key import build
from gatecheck.assignment.wrong import wrong_programs
from gatecheck.assignment.wrong.training import MISTAKES
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load
from gatecheck.conventions import layout
from gatecheck.errors import ConventionError
from gatecheck.grading.diagnosis import diagnose, off_by
from gatecheck.grading.exchange import expected
from gatecheck.grading.found import applied
from gatecheck.grading.ladder import TOLERANCE, far, scales
from gatecheck.grading.repeating import other
from gatecheck.grading.sample import sample

DEAR = [pytest.param(name, marks=dear(name)) for name in library()]


@functools.cache
def case(name, convention="gatecheck"):
    """A cell's layout, its key, and the numbers that its programs run on."""
    made = layout(load(name), convention)
    key = build(made)
    return made, key, sample(made, key.program, "c0ffee"), sample(made, key.program, "beef")


def planted(name, role, some):
    """Some wrong programs of a function with what each gives, where the numbers are finite."""
    made, key, drawn, fresh = case(name)
    if role not in {s.role for s in made.signatures}:
        return
    every = wrong_programs(made.cell, key.program, made.loss, role)
    for wrong in random.Random(name + role).sample(every, min(some, len(every))):
        program = applied(made, key.program, [wrong])
        values = expected(made, role, program, drawn.of(role))
        if all(np.isfinite(v).all() for v in values.values()):
            yield made, key.program, drawn.of(role), fresh.of(role), wrong, program, values


def diagnosed(made, role, right, data, program, values):
    """The diagnosis, as grading has it: with what the function gives for other numbers."""
    others = other(role, data)
    return diagnose(made, role, right, data, values, other=(others, expected(made, role, program, others)))


def right_all_the_same(made, role, right, data, values):
    """Whether a wrong program gives the right numbers: Σ(v - mean(v)) is zero, whatever is left out of it."""
    return not off_by(made, role, right, data, values)


@pytest.mark.parametrize("role", ["step", "step_backward"])
@pytest.mark.parametrize("name", DEAR)
def test_a_wrong_step_is_explained_by_what_gives_its_numbers_on_fresh_inputs_too(name, role):
    for made, right, data, fresh, wrong, program, values in planted(name, role, 4):
        if right_all_the_same(made, role, right, data, values):
            continue
        found = diagnosed(made, role, right, data, program, values)
        assert found.complete, (wrong.words.title, role)
        wanted = expected(made, role, program, fresh)
        if all(np.isfinite(v).all() for v in wanted.values()):
            assert not off_by(made, role, found.program, fresh, wanted), (wrong.words.title, found.found)


@pytest.mark.parametrize("role", ["forward", "backward"])
@pytest.mark.parametrize("name", DEAR)
def test_a_wrong_loop_is_explained_by_what_gives_its_numbers_on_fresh_inputs_too(name, role):
    for made, right, data, fresh, wrong, program, values in planted(name, role, 2):
        if wrong.change.local or right_all_the_same(made, role, right, data, values):
            continue
        found = diagnosed(made, role, right, data, program, values)
        assert found.complete, (wrong.words.title, role)
        wanted = expected(made, role, program, fresh)
        if all(np.isfinite(v).all() for v in wanted.values()):
            assert not off_by(made, role, found.program, fresh, wanted), (wrong.words.title, found.found)


@pytest.mark.parametrize("role", ["step_backward"])
@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_two_and_three_wrong_gradients_come_out_as_as_many_mistakes(name, role):
    made, key, drawn, _ = case(name)
    data = drawn.of(role)
    every = [w for w in wrong_programs(made.cell, key.program, made.loss, role) if w.id in COMMON]
    picked = random.Random(7)
    whole = 0
    for count in (2, 2, 2, 3, 3):
        some = picked.sample(every, count)
        if len({w.quantity for w in some}) < count:
            continue
        program = key.program
        for wrong in some:
            program = applied(made, program, [wrong])
        found = diagnosed(made, role, key.program, data, program, expected(made, role, program, data))
        whole += found.complete
        assert len(found.found) <= count, [w.words.title for w in some]
    assert whole >= 3


COMMON = ("missing-factor", "wrong-sign", "missing-activation-derivative", "wrong-activation-derivative", "wrong-time")


@pytest.mark.parametrize("name", library())
def test_right_numbers_are_never_called_a_mistake(name):
    made, key, _, _ = case(name)
    for seed in ("1", "2", "3"):
        drawn = sample(made, key.program, seed)
        for signature in made.signatures:
            values = expected(made, signature.role, key.program, drawn.of(signature.role))
            found = diagnose(made, signature.role, key.program, drawn.of(signature.role), values)
            assert not found.found
            assert found.certain


def test_what_explains_one_call_and_not_the_other_is_not_certain():
    made, key, drawn, _ = case("lstm")
    data = drawn.of("step_backward")
    every = wrong_programs(made.cell, key.program, made.loss, "step_backward")
    wrong = next(w for w in every if w.id == "missing-path")
    values = expected(made, "step_backward", applied(made, key.program, [wrong]), data)
    others = other("step_backward", data)
    right = expected(made, "step_backward", key.program, others)
    found = diagnose(made, "step_backward", key.program, data, values, other=(others, right))
    assert found.found and not found.certain


# ------------------------------------------------------------------------------------------------ the training step

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))


@pytest.mark.parametrize("convention", general())
@pytest.mark.parametrize("name", [pytest.param(n, marks=dear(n), id=getattr(n, "stem", n)) for n in (*library(), *ODD)])
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
        assert min(far(values[q], truth[q], scale[q]) for q in truth) > 1e4 * TOLERANCE, wrong.words.title
        found = diagnose(made, role, program, data, values)
        assert [f.wrong for f in found.found] == [wrong]
        assert found.certain, wrong.words.title
        assert not diagnose(made, role, program, data, truth).found
