"""Numbers as one writes them down: rounded to so many decimals, for printing alone."""

from __future__ import annotations

#: Smaller and larger numbers are written with a power of ten.
_LARGE = 1e7
#: What is smaller than that is what rounding leaves of 0.
_NOISE = 1e-15
#: Characters of a number that was written by hand.
_WRITTEN = 12


def rounded(number: float, digits: int) -> str:
    """A number with so many decimals; where these say nothing, so many after the first digit, with a power of ten.

    >>> rounded(0.97313, 4), rounded(2, 4), rounded(0.0000123456, 4)
    ('0.9731', '2.0000', '1.2346e-05')
    """
    number = 0.0 if abs(number) < _NOISE else number
    text = f"{number:.{digits}f}"
    if abs(number) >= _LARGE or (number and not float(text)):
        return f"{number:.{digits}e}"
    return text if float(text) else text.lstrip("-")


def shortest(number: float, digits: int) -> str:
    """The same without the zeros at its end where nothing was rounded off: 2, 3.59, but 0.5250 for 0.52498."""
    text = rounded(number, digits)
    if "e" not in text and "." in text and abs(float(text) - number) < 1e-12:
        return text.rstrip("0").rstrip(".")
    return text


def as_given(number: float, digits: int) -> str:
    """A number that somebody gave, as they did: 2, 0.123456; one that no hand writes, 0.30000000000000004, shortest."""
    text = repr(number).removesuffix(".0")
    return text if len(text) <= _WRITTEN else shortest(number, digits)
