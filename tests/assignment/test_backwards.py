"""Many loops backwards at once: each lane is what the loop alone gives."""

from pathlib import Path

import numpy as np
import pytest
from covering import dear

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.execution import run
from gatecheck.assignment.wrong import wrong_programs
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load
from gatecheck.conventions import layout
from gatecheck.grading.sample import sample

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = [pytest.param(n, marks=dear(n), id=getattr(n, "stem", n)) for n in (*library(), *ODD)]


@pytest.mark.parametrize("name", CELLS)
def test_a_lane_is_the_loop_alone(name):
    made = layout(load(name), "gatecheck")
    program = compiled(derive(made.cell, made.cell.outputs))
    data = sample(made, program, "1").of("backward")
    wrongs = wrong_programs(made.cell, program, made.loss, "backward")
    loops = [w.change for w in wrongs if w.change.laned and not w.change.local]
    assert loops or not made.cell.states
    for base in ([], loops[-1:]) if len(loops) < 40 else ([],):
        started = program.changed(sum(base, program.change))
        many = run(started, data, loops=[started.change + c for c in loops])
        for k, change in enumerate(loops):
            alone = run(started.changed(change), data)
            for part in ("gradients", "initial", "parameters"):
                for n, value in getattr(alone, part).items():
                    found = getattr(many, part)[n]
                    lane = found if found.ndim == value.ndim else found[:, k] if part == "gradients" else found[k]
                    np.testing.assert_allclose(lane, value, rtol=1e-12, atol=1e-14, err_msg=f"{n} {change}")
