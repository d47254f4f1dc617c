"""What a plot in lines and one in characters share: numbers on a logarithmic scale, ticks, labels that keep apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


def short(value: float, minus: str = "−") -> str:
    """A number in two significant digits.

    >>> short(0.00084), short(0.1), short(1.04), short(190_000.0), short(0.0), short(math.inf)
    ('8.4e−4', '0.10', '1.0', '1.9e5', '0', 'inf')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else f"{value}"
    digits, _, exponent = f"{value:.1e}".partition("e")
    power = int(exponent)
    if -2 <= power <= 1:
        return f"{float(f'{value:.1e}'):.{max(0, 1 - power)}f}"
    return f"{digits}e{minus if power < 0 else ''}{abs(power)}"


@dataclass(frozen=True)
class Decades:
    """A logarithmic axis from 10^low at the bottom to 10^high at the top; 1 is always on it."""

    low: int
    high: int

    @classmethod
    def around(cls, values: Iterable[float]) -> Decades:
        """The smallest that shows all values that have a logarithm."""
        logs = [math.log10(v) for v in values if 0 < v < math.inf]
        return cls(math.floor(min((*logs, -1.0))), math.ceil(max((*logs, 0.0))))

    def depth(self, value: float) -> float:
        """How far below the top a value stands, from 0 to 1; 0 at the very bottom, infinity at the top."""
        return self.of_power(self.low if value == 0 else self.high if value == math.inf else math.log10(value))

    def of_power(self, power: float) -> float:
        """How far below the top that power of ten stands."""
        return (self.high - power) / (self.high - self.low)


def ticks(low: int, high: int, most: int) -> list[int]:
    """Round numbers from low to high, at most that many, one of them 0 where it lies between.

    >>> ticks(0, 50, 6), ticks(-15, 1, 9), ticks(0, 3, 6)
    ([0, 10, 20, 30, 40, 50], [-14, -12, -10, -8, -6, -4, -2, 0], [0, 1, 2, 3])
    """
    steps = (n * 10**k for k in range(20) for n in (1, 2, 5))
    step = next(s for s in steps if high // s - -(-low // s) < most)
    return [step * k for k in range(-(-low // step), high // step + 1)]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places at least a gap apart, nearest to the wanted ones, between low and high if all fit there.

    Least squares under an order: what is too near becomes one block around its mean (pooling of adjacent violators).

    >>> spread([5.0, 1.0, 5.0], 2.0, 0.0, 10.0)
    [4.0, 1.0, 6.0]
    """
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    blocks: list[tuple[float, int]] = []  # means of what each place would be without the gaps before it, and how many
    for rank, k in enumerate(order):
        mean, count = wanted[k] - rank * gap, 1
        while blocks and blocks[-1][0] >= mean:
            other, several = blocks.pop()
            mean, count = (mean * count + other * several) / (count + several), count + several
        blocks.append((mean, count))
    last = max(low, high - (len(wanted) - 1) * gap)
    free = [min(max(mean, low), last) for mean, count in blocks for _ in range(count)]
    places = dict(zip(order, free, strict=True))
    return [places[k] + order.index(k) * gap for k in range(len(wanted))]
