"""How a course or framework lays a cell out: names, order, orientation, signatures. One data file each.

A convention names the arguments and results of four functions (step, step_backward, forward, backward) by kind:

    input, previous (what is read at [t-1]), initial (the same, before the first step), state (what a step hands on),
    output (the last of them), cache, parameter (one array each), parameters (one dict by name);
    "initial output" is the output's alone; "d …" is the gradient of any of these.
    index (a one-hot input as whole numbers), total (a loss, summed over time), last (a state after the last step).

A third word says of which name of the described cell an entry is; where the cell has none of that name, it is left out.
results = "dict" has results by name, and clip = 5.0 cuts gradients off. A name with a dot is a method's: parameters and
cache are in its object, and shown says what it takes where that is more than what is left.

A convention may name the functions of the training step around a cell, too (clip_by_value, clip_by_norm, sgd_step);
these take a limit or a rate, one number each.

Layout applies a convention to a cell.
"""

from __future__ import annotations

from .arrays import Block, Stack
from .axes import Axes
from .files import Convention, convention, conventions
from .layouts import Layout, layout
from .signatures import BACKWARD, ROLES, TRAINING, Signature, Slot

__all__ = [
    "BACKWARD",
    "ROLES",
    "TRAINING",
    "Axes",
    "Block",
    "Convention",
    "Layout",
    "Signature",
    "Slot",
    "Stack",
    "convention",
    "conventions",
    "layout",
]
