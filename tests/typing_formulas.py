"""Answers as students type them, for tests: what each is judged to be."""

from functools import cache

from covering import cells

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.typed.asked import asked, quantities
from gatecheck.assignment.typed.faults import Unreadable
from gatecheck.assignment.typed.meaning import meaning
from gatecheck.assignment.typed.names import Names
from gatecheck.assignment.typed.parsing import lines
from gatecheck.assignment.typed.tree import Typed
from gatecheck.assignment.typed.worlds import Worlds
from gatecheck.calculus.backward import derive


@cache
def program(name):
    cell = cells()[name]
    return compiled(derive(cell, cell.outputs))


@cache
def worlds(name):
    return Worlds(cells()[name], program(name), "a seed")


@cache
def wanted(name, quantity):
    return asked(cells()[name], program(name), quantity)


def expression(name, quantity, text):
    """What an answer stands for. Raises Unreadable."""
    (line,) = lines(f"{quantity} = {text}")
    if isinstance(line, Unreadable):
        raise line
    assert isinstance(line, Typed)
    return meaning(line.right, Names(cells()[name], program(name), wanted(name, quantity)))


def accepted(name, quantity, text):
    """Whether an answer is the formula."""
    return worlds(name).right(expression(name, quantity, text), wanted(name, quantity).right) is True


def close(name, quantity, text):
    """Whether its numbers are those of the formula."""
    return worlds(name).agree(expression(name, quantity, text), wanted(name, quantity).right)


def refused(name, quantity, text):
    """What is said of an answer that cannot be read, with its advice, and the stretch that is wrong."""
    try:
        expression(name, quantity, text)
    except Unreadable as error:
        start = len(f"{quantity} = ")
        return f"{error.message}. {error.advice}".strip(), text[max(error.start - start, 0) : error.end - start]
    raise AssertionError(f"{text} can be read")


def everything(name):
    """All that a formula can be asked for of a cell."""
    return quantities(cells()[name], program(name))
