"""How far a result is off, and in which part of it."""

import numpy as np
import pytest

from gatecheck.grading.distance import whereabouts

TIME = ("time step", "sequence", "unit")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((0,), ", in time step 0 only"),
        ((slice(2, 5),), ", in time steps 2–4 only"),
        (([0, 2, 3],), ", in time steps 0, 2–3 only"),
        ((slice(None), 1), ", in sequence 1 only"),
        ((slice(None), slice(None), [0, 3]), ", in units 0, 3 only"),
        ((4, 0), ", in time step 4 and sequence 0 only"),
        ((slice(None),), ""),
    ],
)
def test_a_part_that_is_wrong_is_told_where_the_rest_is_right(place, said):
    right = np.ones((5, 3, 4), dtype=bool)
    right[place] = False
    assert whereabouts(right, TIME) == said


def test_what_is_wrong_somewhere_along_every_axis_is_in_no_part():
    assert whereabouts(~np.eye(4, dtype=bool), ("row", "column")) == ""
