"""Expressions of a program as trees: taken apart, put together, looked through. Nothing here computes a number.

An expression is a number, a name, or a list [operation, argument, …]; `operations` says what each computes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

Expression = Any  # float | str | list[Any]: JSON has no closed type


def terms(expression: Expression) -> list[Expression]:
    """The terms of a sum; anything else is one."""
    return expression[1:] if isinstance(expression, list) and expression[0] == "+" else [expression]


def factors(expression: Expression) -> list[Expression]:
    """The factors of a product; anything else is one."""
    return expression[1:] if isinstance(expression, list) and expression[0] == "*" else [expression]


def total(parts: Iterable[Expression]) -> Expression:
    """A sum; sums in it are opened, zeros left out."""
    flat = [t for part in parts for t in terms(part) if t != 0.0]
    return flat[0] if len(flat) == 1 else ["+", *flat] if flat else 0.0


def product(parts: Iterable[Expression]) -> Expression:
    """A product; products in it are opened, numbers gathered in front."""
    number, flat = coefficient(f for part in parts for f in factors(part))
    if number == 0.0:
        return 0.0
    whole = flat if number == 1.0 and flat else [number, *flat]
    return whole[0] if len(whole) == 1 else ["*", *whole]


def negative(expression: Expression) -> Expression:
    """The same with the other sign."""
    return product([-1.0, expression])


def power(base: Expression, exponent: float) -> Expression:
    """A power, without needless ones; that of a power is one."""
    if isinstance(base, list) and base[0] == "^" and float(base[2]).is_integer() and float(exponent).is_integer():
        return power(base[1], base[2] * exponent)
    return 1.0 if exponent == 0 else base if exponent == 1 else ["^", base, float(exponent)]


def coefficient(arguments: Iterable[Expression]) -> tuple[float, list[Expression]]:
    """The number in front of a product, and its other factors."""
    number, others = 1.0, []
    for argument in arguments:
        if isinstance(argument, (str, list)):
            others.append(argument)
        else:
            number *= argument
    return number, others


def signed(expression: Expression) -> tuple[bool, Expression]:
    """Whether a term is negative, and the term without its sign."""
    number, others = coefficient(factors(expression))
    if number >= 0:
        return False, expression
    if not others:
        return True, -number
    rest = others if number == -1 else [-number, *others]
    return True, rest[0] if len(rest) == 1 else ["*", *rest]


#: Products of a matrix, which is a name, and a vector.
LINEAR = ("matmul", "matmul_t")
#: What is made of all units of a vector.
REDUCTIONS = ("sum", "mean", "logsumexp", "softmax")


def arguments(expression: Expression) -> list[tuple[int, Expression]]:
    """The arguments that are values of vectors and numbers, with their places in the list."""
    if not isinstance(expression, list):
        return []
    first = 2 if expression[0] in LINEAR else 1
    last = {"^": 2, "part": 2}.get(expression[0], len(expression))  # then comes a number, or how a vector is cut
    return list(enumerate(expression[first:last], first))


def names(expression: Expression) -> Iterator[str]:
    """Every name, in the order of reading, repeated where it is repeated."""
    if isinstance(expression, str):
        yield expression
    elif isinstance(expression, list) and expression[0] in LINEAR:
        yield expression[1]
    for _, argument in arguments(expression):
        yield from names(argument)


def vectors(expression: Expression) -> Iterator[str]:
    """The names that stand for values: all but those of matrices."""
    if isinstance(expression, str):
        yield expression
    for _, argument in arguments(expression):
        yield from vectors(argument)


def elementwise(expression: Expression) -> bool:
    """Whether an expression is made of sums, products and powers only."""
    known = not isinstance(expression, list) or expression[0] in ("+", "*", "^")
    return known and all(elementwise(a) for _, a in arguments(expression))


def uses(expression: Expression, operations: Collection[str]) -> bool:
    """Whether some operations are anywhere in an expression."""
    mine = isinstance(expression, list) and expression[0] in operations
    return mine or any(uses(a, operations) for _, a in arguments(expression))


def put(expression: list[Any], k: int, argument: Expression) -> Expression:
    """The expression with another k-th argument."""
    changed = [*expression[:k], argument, *expression[k + 1 :]]
    match changed[0]:
        case "+":
            return total(changed[1:])
        case "*":
            return product(changed[1:])
    return changed


def mapped(expression: Expression, leaf: Callable[[str], Expression]) -> Expression:
    """The expression with another one for every name."""
    if isinstance(expression, str):
        return leaf(expression)
    if isinstance(expression, list) and expression[0] in LINEAR:
        expression = [expression[0], leaf(expression[1]), *expression[2:]]
    for k, argument in arguments(expression):
        changed = mapped(argument, leaf)
        if changed is not argument:
            expression = [*expression[:k], changed, *expression[k + 1 :]]
    return expression


def replaced(expression: Expression, part: Expression, other: Expression) -> Expression:
    """The expression with another one in the place of a part, everywhere."""
    if expression == part:
        return other
    for k, argument in arguments(expression):
        changed = replaced(argument, part, other)
        if changed is not argument:
            expression = [*expression[:k], changed, *expression[k + 1 :]]
    return expression


def renamed(expression: Expression, other: Mapping[str, Expression]) -> Expression:
    """The expression with some names replaced, everywhere."""
    return mapped(expression, lambda name: other.get(name, name))
