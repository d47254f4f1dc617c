"""Whether a polynomial with closed sums is zero: they are multiplied out one after another, the cheapest first.

What a proof compares is the same, mostly, once the sums of slopes are multiplied out, which stand in a term each; those
of the equation, whose product may have millions of terms, stand in nearly all and are seldom reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import reduce

from ...cells import Size
from .factors import Monomial, Number
from .indexed import Ring
from .polynomials import MOST_TERMS, Polynomial, Terms, TooLarge, accumulate, merged

#: Of vectors whose size nobody asks for.
_ANY = Size.of("any")


def vanishes(found: Polynomial, ring: Ring) -> bool:
    """Whether it is zero, for all that is known of its generators. Raises TooLarge where it gets too many terms."""
    cleared = False
    while found.terms:
        held = Counter(g for m in found.terms for g in {*_sums(m, ring)})
        if not held and cleared:
            return False
        if not held:
            found, cleared = _cleared(found, ring), True
            continue
        least, terms = min(held, key=lambda g: (held[g] * len(ring.key(g)), g)), Terms()
        for m, c in found.terms.items():
            accumulate(terms, ((n, c * d) for n, d in _opened(m, least, ring).terms.items()))
            if len(terms) > MOST_TERMS:
                raise TooLarge
        found = Polynomial(ring, terms, found.size)
    return True


def _cleared(found: Polynomial, ring: Ring) -> Polynomial:
    """What is zero only where that is: without Σ_i before what arrives, times all that stands below a bar."""
    terms: Terms = {}
    for m, c in found.terms.items():
        accumulate(terms, [(_unsummed(m, ring), c)])
    below: dict[int, Number] = {}
    for g, e in (factor for m in terms for factor in m):
        below[g] = max(below.get(g, 0), -e)
    above = Polynomial(ring, {tuple(sorted((g, e) for g, e in below.items() if e > 0)): 1}, _ANY)
    return Polynomial(ring, terms, _ANY).times(above)


def _unsummed(monomial: Monomial, ring: Ring) -> Monomial:
    """Every term of a pairing holds what arrives once: sums over i are the same where what is summed is."""
    for g, e in monomial:
        kind, parts, *_ = ring.generators[g]
        if kind == "total" and e == 1 and _arrives(root := parts[-1], ring):  # type: ignore[arg-type]
            return merged(tuple(f for f in monomial if f[0] != g), root)  # type: ignore[arg-type]
    return monomial


def _arrives(monomial: Monomial, ring: Ring) -> bool:
    """Whether the gradient that is paired is inside."""
    found = (ring.generators[g] for g, _ in monomial)
    return any(k == "gradient" or (k == "image" and _arrives(parts[-1], ring)) for k, parts, *_ in found)  # type: ignore[arg-type]


def _sums(monomial: Monomial, ring: Ring) -> Iterator[int]:
    """The sums of a monomial that can be multiplied out, those inside of products with matrices and of totals too."""
    for g, e in monomial:
        kind, parts, *_ = ring.generators[g]
        if e < 0 or e != int(e):  # below a bar or a root they stay as they are
            continue
        if kind == "sum":
            yield g
        elif kind in ("image", "total"):
            yield from _sums(parts[-1], ring)  # type: ignore[arg-type]


def _opened(monomial: Monomial, least: int, ring: Ring) -> Polynomial:
    """The monomial with one of its sums multiplied out."""
    holding = [(g, e) for g, e in monomial if least in _sums(((g, e),), ring)]
    whole = Polynomial(ring, {tuple(f for f in monomial if f not in holding): 1}, _ANY)
    for g, e in holding:
        whole = reduce(Polynomial.times, [_inside(g, least, ring)] * int(e), whole)
    return whole


def _inside(generator: int, least: int, ring: Ring) -> Polynomial:
    kind, parts, *_ = ring.generators[generator]
    if generator == least:
        return Polynomial(ring, dict(ring.key(generator)), _ANY)
    inner = _opened(parts[-1], least, ring)  # type: ignore[arg-type]
    terms: Terms = {}
    for m, c in inner.terms.items():
        scalars, rest = ring.split(m)
        if kind == "total":
            if not rest:  # that is the size, which is not known here
                raise TooLarge
            closed = ring.total(Polynomial(ring, {m: c}, _ANY))
            accumulate(terms, closed.terms.items())
            continue
        image = ring.image(parts[0], bool(parts[1]), rest)  # type: ignore[arg-type]
        accumulate(terms, [(merged(scalars, ((image, 1),)), c)])
    return Polynomial(ring, terms, _ANY)
