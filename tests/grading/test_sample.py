"""The numbers that submissions are tried on show what they have to show."""

from pathlib import Path

import numpy as np
import pytest

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.training import norm
from gatecheck.calculus.backward import derive
from gatecheck.cells import library, load, read
from gatecheck.conventions import layout
from gatecheck.grading.sample import sample

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
