"""What is said of a slip: its id, its title and a hint, where an equation or a gradient has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..expressions import Expression
from ..printing import Printed
from ..variants import Variant


class Said(NamedTuple):
    """A slip in words; {old} and {new} stand for formulas, {place} for "the equation of c" or "the gradient of c"."""

    id: str
    title: str
    hint: str


_TERM = "Compare your line with the equation, term by term."
_CHAIN = "The chain rule multiplies by every derivative on the way: compare factor by factor."
_PRIME = "σ′ is y (1 − y) and tanh′ is 1 − y², where y is what comes out of the function."
_OTHER = "Both have the same shape, so nothing crashes."
_SQUARE = "A square matrix fits both ways, so nothing crashes."

_SAID: Mapping[str, Said] = {
    "missing-term": Said("missing-term", "A term is missing from {place}: {old}", _TERM),
    "missing-factor": Said("missing-factor", "A factor is missing in {place}: {old}", _CHAIN),
    "missing-factors": Said("missing-factor", "Factors are missing in {place}: {old}", _CHAIN),
    "wrong-sign": Said("wrong-sign", "{old} has the wrong sign in {place}", "Check the signs, term by term."),
    "time-shift": Said("wrong-time", "{new} stands where {old} belongs in {place}", "Mind which step each comes from."),
    "wrong-derivative": Said("wrong-activation-derivative", "{new} stands for {old} in {place}", _PRIME),
    "missing-function": Said("missing-activation", "{old} is taken without its function in {place}", _CHAIN),
    "wrong-function": Said("wrong-activation", "{new} stands for {old} in {place}", _OTHER),
    "function-twice": Said(
        "activation-twice", "{old} is activated once more in {place}", "The function belongs there once."
    ),
    "extra-function": Said(
        "activation-twice", "{new} stands for {old} in {place}", "What stands there needs no further function."
    ),
    "missing-square": Said("missing-square", "A square is missing in {place}: {old}", _PRIME),
    "doubled-for-square": Said("doubled-for-square", "{new} stands for {old} in {place}", _PRIME),
    "wrong-sigmoid": Said("wrong-activation", "{new} stands for {old} in {place}", "σ(a) is 1 / (1 + exp(−a))."),
    "largest-for-sum": Said("mean-for-sum", "A maximum stands for the sum over the batch in {place}", _TERM),
    "axis-dropped": Said("axis-dropped", "The sum is over all units too in {place}", "Add up over the batch: axis=0."),
    "inner-for-outer": Said("inner-for-outer", "An inner product stands for an outer one in {place}", _TERM),
    "missing-power": Said("missing-power", "{new} stands for {old} in {place}", _TERM),
    "wrong-power": Said("wrong-power", "{new} stands for {old} in {place}", _PRIME),
    "wrong-square": Said("wrong-square", "{new} stands for {old} in {place}", _PRIME),
    "missing-matrix": Said("missing-matrix", "{new} stands for {old} in {place}", _SQUARE),
    "wrong-number": Said("wrong-number", "{new} stands for {old} in {place}", _TERM),
    "extra-square": Said("extra-square", "{new} stands for {old} in {place}", _TERM),
    "sum-for-mean": Said(
        "sum-for-mean", "A sum stands for a mean in {place}: {old}", "A mean divides by their number."
    ),
    "mean-for-sum": Said("mean-for-sum", "A mean stands for a sum in {place}: {old}", "A gradient adds up."),
    "doubled": Said("doubled-term", "{old} counts twice in {place}", "Every reader contributes once."),
    "halved": Said(
        "halved-term", "{old} counts half in {place}", "Look for a factor 1/2 too many, or a 2 that is missing."
    ),
    "factor-twice": Said("factor-twice", "{old} is multiplied twice in {place}", _CHAIN),
    "divided": Said("divided", "{old} divides instead of multiplying in {place}", _CHAIN),
    "sum-for-product": Said("sum-for-product", "A sum stands for a product in {place}: {new}", _CHAIN),
    "product-for-sum": Said("product-for-sum", "A product stands for a sum in {place}: {new}", _TERM),
    "missing-brackets": Said(
        "missing-brackets", "Brackets are missing in {place}: {old}", "A factor multiplies the sum."
    ),
    "transposed": Said("transposed", "{new} stands for {old} in {place}", _SQUARE),
    "missing-transpose": Said(
        "missing-transpose",
        "{new} stands for {old} in {place}",
        f"{_SQUARE} In the formula it is transposed; with rows of a batch that is da @ W, without a .T.",
    ),
    "outside-product": Said(
        "factor-outside-product",
        "{new} stands for {old} in {place}",
        "What stands beside a matrix does not go through it.",
    ),
    "inside-product": Said(
        "factor-inside-product", "{new} stands for {old} in {place}", "What goes through a matrix is mixed by it."
    ),
    "factor-elsewhere": Said("factor-elsewhere", "A factor stands at another term in {place}: {new}", _TERM),
    "concat-order": Said("concat-order", "The parts stand in another order in {place}: {new}", _OTHER),
    "opposite": Said(
        "opposite-polarity", "{new} stands for {old} in {place}", "Which of the two does the equation have?"
    ),
    "wrong-name": Said("wrong-quantity", "{new} stands where {old} belongs in {place}", _OTHER),
}


def said(variant: Variant, printed: Printed, place: str, shift: int = 0, ahead: bool = False) -> Said:
    """A slip in words, at its place; ahead: which is an equation of the forward pass."""
    words = _SAID[kind(variant)]
    if ahead and words.hint == _CHAIN:
        words = words._replace(hint=_TERM)
    old, new = (printed.write(e, shift) for e in (variant.old, variant.new))
    title = words.title.format(old=old, new=new, place=place)
    return words._replace(title=title[0].upper() + title[1:] if title.startswith("the ") else title)


def said_of_many(variant: Variant, printed: Printed, places: str, shift: int = 0) -> tuple[str, tuple[str, str]]:
    """The title where it is made in several places, with {old} and {new} for what differs; and what these are here."""
    title = _SAID[kind(variant)].title.replace("{place}", places)
    return title, (printed.write(variant.old, shift), printed.write(variant.new, shift))


def kind(variant: Variant) -> str:
    """The slip, where another name may be the same one of another step."""
    shifted = variant.slip == "wrong-name" and _plain(variant.old) == _plain(variant.new)
    return "time-shift" if shifted else variant.slip


def identity(variant: Variant) -> tuple[str, int]:
    """The id that a slip is reported under, and how unlikely it is beside others."""
    slip = kind(variant)
    return _SAID[slip].id, list(_SAID).index(slip)


def _plain(name: Expression) -> Expression:
    return name.removesuffix("[t-1]") if isinstance(name, str) else name
