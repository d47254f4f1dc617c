"""What an exception in student code comes of, and what to do about it: a sentence after Python's own words.

Environments are told as such: what a notebook or an older NumPy had and this one has not is no fault of calculus.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..conventions import Layout, Signature
from ..errors import nearest
from .shapes import Letters, plain
from .transcript import Raised

#: Names that NumPy 1.24 took away, and what to write instead.
TAKEN = {"float": "float", "int": "int", "bool": "bool", "object": "object", "str": "str", "long": "int"}
#: Functions that people look for in NumPy, and what to write instead.
NEVER = {
    "sigmoid": "1 / (1 + np.exp(-x))",
    "relu": "np.maximum(0, x)",
    "softmax": "e / e.sum(...), where e = np.exp(x - x.max(...)),",
    "sech": "1 / np.cosh(x)",
}
DIVIDED = "Is a length divided by /? In Python 3 that is no whole number: write //."
OUTER = "A vector has one axis, which .T leaves as it is: np.outer(a, b) is the matrix of all products."
_SHAPE = re.compile(r"\((\d+,|\d+(?:,\d+)+)\)")


@dataclass(frozen=True)
class Raising:
    """An exception and where it was met: in which function, whose arrays have which letters, beside which names."""

    raised: Raised
    layout: Layout
    signature: Signature
    letters: Letters
    names: Sequence[str] = ()


def advice(found: Raising) -> str:
    """What to do, as sentences with a space before each; empty where nothing more can be said than Python says."""
    tell = ADVICE.get(found.raised.kind)
    return "".join(f" {sentence}" for sentence in tell(found)) if tell else ""


def _name(found: Raising) -> Iterator[str]:
    match = re.search(r"name '(\w+)' is not defined", found.raised.message)
    if match is None:
        return
    name = match[1]
    if name in ("np", "numpy"):
        yield "Write import numpy as np at the top of the file."
    elif name in ("exit", "quit"):
        yield f"{name}() is for Python's prompt: a function ends with return, a file with its last line."
    elif name in [s.name for s in found.layout.stored]:
        yield f"A notebook may have it, but a function has what it is given: {_given(found, name)}."
    elif (near := nearest(name, _near(found))).startswith("Did"):
        yield near
    else:
        yield "A notebook may have it from another cell; here is only what this file defines."


def _given(found: Raising, array: str) -> str:
    """How a function comes by an array of parameters."""
    gathered = [s.name for f in found.layout.functions for s in f.takes if s.kind == "parameters"]
    cached = [s.name for s in found.signature.takes if s.kind == "cache"]
    one = f'{array} = {gathered[0]}["{array}"]' if gathered else array
    return f"{one}, from {cached[0]}" if cached else one


def _near(found: Raising) -> list[str]:
    return [*(s.name for s in (*found.signature.takes, *found.signature.gives)), *found.names]


def _unbound(found: Raising) -> Iterator[str]:
    yield "This function gives it a value, but not on the way to this line: inside an if, a loop, or further down."


def _attribute(found: Raising) -> Iterator[str]:
    match = re.match(r"module 'numpy' has no attribute '(\w{1,40})'", found.raised.message)
    if match is None:
        return
    name = match[1]
    if name in TAKEN:
        yield f"np.{name} is no longer in NumPy: write {TAKEN[name]}."
    elif name in NEVER:
        yield f"NumPy has no {name}: write {NEVER[name]} as a function of your own."
    else:
        yield f"This NumPy has no {name}: another version, or another module, may have it."


def _module(found: Raising) -> Iterator[str]:
    yield "Only NumPy and Python's own modules are there: write it with NumPy."


def _key(found: Raising) -> Iterator[str]:
    arrays = [s.name for s in found.layout.stored] if found.layout.stacks else list(found.layout.cell.parameters)
    name = found.raised.message.strip("'\"")
    if name.isidentifier() and name not in arrays and (near := nearest(name, arrays)).startswith("Did"):
        yield near


def _type(found: Raising) -> Iterator[str]:
    said = found.raised.message
    if re.search("interpreted as an integer|slice indices must be integers|sequence of integers or a single", said):
        yield DIVIDED
    own = f"{found.signature.name.split('.')[-1]}()"
    if own in said and re.search(r"positional arguments? but|required positional argument", said):
        yield f"It is called as {found.signature}."


def _index(found: Raising) -> Iterator[str]:
    said = found.raised.message
    if "only integers, slices" in said:
        yield DIVIDED
    elif match := re.search(r"is out of bounds for axis \d+ with size (\d+)", said):
        letter = found.letters.names.get(int(match[1]))
        yield f"That axis is {f'{letter} = ' if letter else ''}{match[1]} long: take every length from the arguments."


def _value(found: Raising) -> Iterator[str]:
    """Arrays that do not fit: in letters, and how they would."""
    shapes = [tuple(int(n) for n in text.split(",") if n) for text in _SHAPE.findall(found.raised.message)]
    if len(shapes) == 2:
        one, two = shapes
        product = "aligned" in found.raised.message
        if not found.letters.foreign(one + two):
            yield f"These are {found.letters.shape(one)} and {found.letters.shape(two)}."
        yield from (_product if product else _broadcast)(one, two)
    elif "matmul" in found.raised.message and (
        match := re.search(r"size (\d+) is different from (\d+)", found.raised.message)
    ):
        met = (found.letters.names.get(int(n), n) for n in match.groups())
        yield f"The lengths that should be the same are {' and '.join(met)}."
        if not found.layout.batched:
            yield OUTER


def _product(one: tuple[int, ...], two: tuple[int, ...]) -> Iterator[str]:
    if len(one) == len(two) == 1:
        yield OUTER
    elif len(one) == len(two) == 2:
        if two[1] == one[0]:
            yield "The other way round they fit."
        elif one[1] == two[1]:
            yield "With .T after the second they fit."
        elif one[0] == two[0]:
            yield "With .T after the first they fit."


def _broadcast(one: tuple[int, ...], two: tuple[int, ...]) -> Iterator[str]:
    for short, long in ((one, two), (two, one)):
        if len(short) == 1 and len(long) == 2 and short[0] == long[0]:
            yield f"NumPy lines up the last axes: reshape(-1, 1) makes {plain((*short, 1))} of {plain(short)}."
            return
    if len(one) == len(two) and one == two[::-1]:
        yield "One of them is transposed."


ADVICE: Mapping[str, Callable[[Raising], Iterator[str]]] = {
    "NameError": _name,
    "UnboundLocalError": _unbound,
    "AttributeError": _attribute,
    "ModuleNotFoundError": _module,
    "KeyError": _key,
    "TypeError": _type,
    "IndexError": _index,
    "ValueError": _value,
}
