"""Sums that stay factors of a product, and whether what they make is zero."""

from fractions import Fraction

import pytest

from gatecheck.calculus.proof.indexed import Ring
from gatecheck.calculus.proof.opening import vanishes
from gatecheck.cells import Size

H = Size.of("H")
ring = Ring(closed=True)
x, y, z = (ring.symbol("value", name, 0, H) for name in "xyz")
W = ring.matrix("W", H, H)

ZERO = (
    (x + y) * z - x * z - y * z,
    W.times((x + y) * z) - W.times(x * z) - W.times(y * z),
    ring.total((x + y) * W.times((x - y) * z)) - ring.total(W.times(x * z - y * z) * (x + y)),
    (x + y) * (x - y) - x * x + y * y,
    x * ring.power(x * (x + z) * y, Fraction(-1)) * (x + z) * y - ring.number(Fraction(1)),
)
OTHER = (
    (x + y) * z - x * z,
    W.times((x + y) * z) - W.times(x * z),
    ring.total((x + y) * z) - ring.total((x + z) * y),
    ring.power(W.times((x + y) * z), Fraction(1, 2)) - ring.power(W.times((x + y) * y), Fraction(1, 2)),
    ring.power((x + y) * z, Fraction(-1)) - ring.power((x + y) * y, Fraction(-1)),
)


@pytest.mark.parametrize("k", range(len(ZERO)))
def test_what_is_zero_when_multiplied_out_is_found_so(k):
    assert vanishes(ZERO[k], ring)


@pytest.mark.parametrize("k", range(len(OTHER)))
def test_what_differs_is_not_zero(k):
    assert not vanishes(OTHER[k], ring)
