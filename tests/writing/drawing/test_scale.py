"""Numbers and places that a plot in lines and one in characters share."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecheck.writing.drawing.scale import Decades, short, spread, ticks

PLACES = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00084, "8.4e−4"), (0.01, "0.010"), (0.00999, "0.010"), (0.0999, "0.10"), (0.77, "0.77"), (0.996, "1.0"),
     (1.04, "1.0"), (9.96, "10"), (12.4, "12"), (99.6, "1.0e2"), (1.9e5, "1.9e5"), (5e-324, "4.9e−324"), (0.0, "0"),
     (math.inf, "inf")],
)  # fmt: skip
def test_numbers_have_two_significant_digits(value, text):
    assert short(value) == text
    assert short(value, "-").isascii()


@given(st.floats(1e-300, 1e300))
def test_a_short_number_is_the_number_to_two_digits(value):
    assert float(short(value, "-")) == pytest.approx(value, rel=0.051)


@given(PLACES, st.floats(0.1, 20))
def test_spread_places_keep_their_distance_and_their_order(wanted, gap):
    low, high = -1e3, 1e3 + gap * len(wanted)
    places = spread(wanted, gap, low, high)
    ranked = sorted(zip(wanted, places, strict=True))
    assert all(b[1] - a[1] >= gap - 1e-6 for a, b in pairwise(ranked) if a[0] < b[0])
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(sorted(places)))
    assert min(places) >= low - 1e-6 and max(places) <= high + 1e-6


def test_places_that_are_far_apart_stay_where_they_are_and_near_ones_share_the_way():
    assert spread([0.0, 10.0, 5.0], 2.0, 0.0, 10.0) == [0.0, 10.0, 5.0]
    assert spread([5.0, 5.0], 2.0, 0.0, 10.0) == [4.0, 6.0]
    assert spread([0.0, 0.0], 2.0, 0.0, 10.0) == [0.0, 2.0]
    assert spread([10.0, 10.0], 2.0, 0.0, 10.0) == [8.0, 10.0]


@given(st.integers(-400, 0), st.integers(1, 400), st.integers(2, 12))
def test_ticks_are_round_few_and_on_the_axis(low, high, most):
    found = ticks(low, high, most)
    assert 1 <= len(found) <= most
    assert 0 in found and found == sorted(found) and low <= found[0] and found[-1] <= high
    steps = {b - a for a, b in pairwise(found)}
    assert len(steps) <= 1 and all(str(s).rstrip("0") in ("1", "2", "5") for s in steps)


def test_an_axis_holds_every_value_even_those_that_have_no_logarithm():
    axis = Decades.around([0.0, 3e-5, 2.0, math.inf])
    assert axis == Decades(-5, 1)
    assert [axis.depth(v) for v in (math.inf, 10.0, 1.0, 1e-5, 0.0)] == pytest.approx([0, 0, 1 / 6, 1, 1])
    assert Decades.around([0.0]) == Decades(-1, 0)
