"""The fast style in a course's or a framework's layout: the numbers of the readable one."""

import numpy as np
import oracle
import pytest

from gatecheck.cells import load
from gatecheck.conventions import layout
from gatecheck.conventions.weights import laid
from gatecheck.errors import ConventionError
from gatecheck.writing.fast.functions import code
from gatecheck.writing.reference import code as reference

LAYOUTS = (
    *(f"lstm in {convention}" for convention in ("cs231n", "pytorch", "onnx", "split")),
    "gru_reset_after in keras",
    "lstm_softmax in dlai",
)


def loaded(text):
    made = {"__name__": "generated"}
    exec(text, made)
    return made


@pytest.mark.parametrize("names", LAYOUTS)
def test_it_gives_the_readable_style_s_numbers(names):
    name, convention = names.split(" in ")
    cell = load(name)
    wanted = layout(cell, convention)
    over, back = wanted.signature("forward"), wanted.signature("backward")
    _, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(8), T=5)
    arrays = laid(wanted, p | {n: np.zeros_like(p[n]) for n in wanted.zero})

    def argument(role, slot):
        if slot.plain in ("parameter", "parameters"):
            return arrays if slot.plain == "parameters" else arrays[slot.of]
        given = x0[slot.of] if slot.plain == "initial" else (upstream if slot.gradient else x)[slot.of]
        return wanted.axes(role, slot).there(given)

    found = []
    for module in (loaded(code(cell, convention=convention)), loaded(reference(cell, convention))):
        *results, cache = module[over.name](*(argument("forward", s) for s in over.takes))
        gradients = module[back.name](*(argument("backward", s) for s in back.takes[:-1]), cache)
        found.append([*results, *(gradients.values() if back.named else gradients)])
    for fast, readable in zip(*found, strict=True):
        assert oracle.far(fast, readable) < 1e-12


def test_classes_have_no_fast_style():
    with pytest.raises(ConventionError, match="dlfs2 has no functions for a whole sequence"):
        code(load("lstm"), convention="dlfs2")
