"""Slips: what may stand in the place of one node of an expression. None knows a cell, or what the expression is for."""

from __future__ import annotations

from .functions import derivative, function
from .matrices import matrix
from .parts import extra, lost, name, sign
from .scope import Operator, Scope, Slips
from .sums import moved, multiple, multiplied, products

__all__ = ["OPERATORS", "Operator", "Scope", "Slips", "multiplied"]

#: The likelier slips first.
OPERATORS: tuple[Operator, ...] = (
    lost,
    sign,
    derivative,
    function,
    matrix,
    multiple,
    name,
    moved,
    extra,
    products,
)
