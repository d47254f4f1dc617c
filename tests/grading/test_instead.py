"""Results that are something else: an argument, another result, a value of the step."""

from itertools import permutations

import numpy as np
import pytest
from covering import dear

from gatecheck.assignment.change import Change
from gatecheck.assignment.key import build
from gatecheck.cells import library, load
from gatecheck.conventions import layout
from gatecheck.grading.case import case_of
from gatecheck.grading.diagnosis import diagnose
from gatecheck.grading.exchange import expected
from gatecheck.grading.instead import instead
from gatecheck.grading.repeating import other
from gatecheck.grading.sample import sample

CELLS = [pytest.param(name, marks=dear(name)) for name in library()]


@pytest.mark.parametrize("role", ["step_backward", "backward"])
@pytest.mark.parametrize("name", CELLS)
def test_a_result_that_is_another_one_or_has_it_added_is_seen(name, role):
    made = layout(load(name), "gatecheck")
    program = build(made).program
    data = sample(made, program, "c0ffee").of(role)
    truth = expected(made, role, program, data)
    for mine, theirs in permutations(truth, 2):
        if truth[mine].shape == truth[theirs].shape and not np.allclose(truth[mine], truth[theirs]):
            for value in (truth[theirs], truth[mine] + truth[theirs]):
                case = case_of(made, role, program, data, {**truth, mine: value}, None)
                found = [w for (w,) in instead(case, program, [mine])]
                assert any(not case.off(case.errors(program.changed(w.change))) for w in found), (mine, theirs)
            return


def test_two_gradients_in_each_other_s_place_are_one_mistake():
    made = layout(load("gru"), "gatecheck")
    program = build(made).program
    data = sample(made, program, "c0ffee").of("step_backward")
    again = other("step_backward", data)
    crossed = program.changed(Change(results={"dU_z": "dU_n", "dU_n": "dU_z"}))
    values, others = (expected(made, "step_backward", crossed, given) for given in (data, again))
    found = diagnose(made, "step_backward", program, data, values, other=(again, others))
    assert found.certain
    assert [f.wrong.words.title for f in found.found] == ["Other values are returned for dU_z and dU_n"]
