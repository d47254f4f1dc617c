"""The prime field of proofs."""

from fractions import Fraction
from random import Random

import pytest
from sympy import isprime, primerange

from gatecheck.calculus.proof.degrees import Degrees
from gatecheck.calculus.proof.residues import Field, NoSquare, Residues, Unlucky, modulus
from gatecheck.cells import SCALAR, Size

P = modulus()
HALF = Fraction(1, 2)


def field():
    return Field({"H": 3}, "1")


def square(seed):
    return Residues(P, [pow(Random(seed).randrange(P), 2, P)], SCALAR)


def test_the_modulus_is_the_least_safe_prime_of_its_form():
    step = 8
    for prime in primerange(3, 180):
        step *= prime
    assert isprime(P) and isprime((P - 1) // 2) and P % step == step - 1
    assert not any(isprime(n) and isprime(n // 2) for n in range(step - 1, P, step))


def test_every_prime_below_180_is_a_square_and_minus_one_is_none():
    assert all(pow(prime, (P - 1) // 2, P) == 1 for prime in primerange(2, 180))
    assert pow(P - 1, (P - 1) // 2, P) == P - 1


def test_a_field_can_be_asked_for_more_squares():
    other = modulus(frozenset({191, 1009}))
    assert isprime(other) and isprime(other // 2)
    assert all(pow(prime, other // 2, other) == 1 for prime in (2, 3, 179, 191, 1009))


def test_roots_obey_the_rules_of_positive_numbers():
    do, a, b = field(), square(1), square(2)
    third = Fraction(1, 3)
    assert (do.power(a, HALF) * do.power(a, HALF)).values == a.values
    assert do.power(a * b, third).values == (do.power(a, third) * do.power(b, third)).values
    assert do.power(do.power(a, third), Fraction(-3, 2)).values == do.power(a, -HALF).values
    eight, two = (do.power(a.scaled(Fraction(n)), HALF) for n in (8, 2))
    assert eight.values == two.scaled(Fraction(2)).values


def test_what_has_no_root_or_no_inverse_is_not_used():
    with pytest.raises(Unlucky):
        field().power(-square(1), HALF)
    with pytest.raises(Unlucky):
        field().power(Residues(P, [0], SCALAR), Fraction(-1))
    with pytest.raises(NoSquare) as error:
        field().power(field().number(Fraction(next(n for n in primerange(180, 400) if pow(n, P // 2, P) != 1))), HALF)
    assert len(error.value.primes) == 1


def test_a_function_has_one_value_at_an_argument():
    do = field()
    a = do.draw(Size.of("H"))
    assert do.apply("tanh", a).values == do.apply("tanh", a).values != do.apply("exp", a).values
    assert len(set(do.apply("tanh", a).values)) == 3
    assert do.whole("softmax", a).values == do.whole("softmax", a).values


def test_a_step_knows_constants():
    do = field()
    steps = [do.apply("step", do.number(Fraction(n))).values for n in (-2, 0, 3)]
    assert steps == [[0], [0], [1]]
    assert do.apply("step", do.draw(SCALAR)).values[0] > 1


def test_what_is_drawn_in_vain_is_forgotten():
    do, seen = field(), []

    def work():
        value = do.apply("tanh", do.number(Fraction(1))).values[0]
        seen.append(value)
        if len(seen) < 3:
            raise Unlucky(value)
        return value

    assert do.attempt(work, 5) == seen[-1] and len(set(seen)) == 3 and do.tries == 2
    assert do.apply("tanh", do.number(Fraction(1))).values == [seen[-1]]


def test_what_other_draws_do_not_change_is_not_tried_again():
    tried = []

    def work():
        tried.append(1)
        raise Unlucky(7)

    with pytest.raises(Unlucky):
        field().attempt(work, 50)
    assert len(tried) == 2


def test_degrees_bound_what_vanishes():
    do = Degrees({"H": 3})
    x, w = do.draw(Size.of("H")), do.draw_matrix(Size.of("H"), Size.of("H"))
    product = w.times(x)
    assert (product.above, product.below) == (2, 0)
    ratio = product * do.power(x, Fraction(-1))
    assert (ratio.above, ratio.below) == (2, 1)
    assert ((total := do.total(ratio)).above, total.below) == (4, 3)
    assert do.apply("tanh", ratio).whole == 1 and do.argument == 3
    assert do.power(x, HALF).above == HALF


def test_the_orders_of_roots_are_counted_once_for_each_number():
    do, a = field(), square(1)
    for exponent in (HALF, -HALF, Fraction(1, 3)):
        do.power(a, exponent)
    do.power(square(2), Fraction(-5, 2))
    assert do.orders == 6 * 2
