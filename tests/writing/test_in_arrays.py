"""References in a convention's own arrays: which there are, what they look like, and that nothing is lost at the edges.

That their numbers are right is tested with those of all layouts, against complex steps and the plain reference.
"""

import re

import numpy as np
import oracle
import pytest

from gatecheck.cells import library, load, read
from gatecheck.conventions import layout
from gatecheck.conventions.files import conventions
from gatecheck.conventions.weights import laid
from gatecheck.errors import ConventionError
from gatecheck.writing.reference import code

#: What no course lays out as one multiplies it: signs, numbers and axes that have to be taken off first.
AROUND = {
    ("dlai", "lstm"),  # two matrices in one; the course's own cell is lstm_softmax
    ("cmu11785", "gru_reset_after"),  # vectors without a batch
    ("minchar", "rnn_characters"),  # one function for all
    ("keras", "gru_reset_after"),
    ("keras", "gru_writes"),
    ("haiku", "gru"),
    ("haiku", "lstm"),
}


def layouts():
    for name in sorted(library()):
        for convention in conventions():
            if convention != "gatecheck":
                try:
                    yield layout(load(name), convention)
                except ConventionError:
                    continue


LAYOUTS = list(layouts())
OWN = [w for w in LAYOUTS if (w.convention.name, w.cell.name) not in AROUND and w.convention.name != "onnx"]


def named(wanted):
    return f"{wanted.convention.name}-{wanted.cell.name}"


def functions(text):
    """The text of each function by its name."""
    found = re.split(r"^def ", text, flags=re.MULTILINE)[1:]
    return {f.partition("(")[0]: f for f in found}


def test_every_layout_but_a_few_is_written_in_its_own_arrays():
    around = {
        (w.convention.name, w.cell.name) for w in LAYOUTS if "unstack" in functions(code(w.cell, w.convention.name))
    }
    assert {a for a in around if a[0] != "onnx"} == AROUND
    assert len(OWN) > 40


@pytest.mark.parametrize("wanted", OWN, ids=named)
def test_an_array_is_multiplied_once_or_taken_apart_once(wanted):
    text = code(wanted.cell, wanted.convention.name)
    step = functions(text)[("_" if wanted.shell else "") + wanted.signature("step").name.replace(".", "_")]
    body = re.sub(r"^    caches? = (\([^)]*\)|.*)", "", step.split('"""')[2], flags=re.MULTILINE)
    lines = [line for line in body.splitlines() if not re.search(r"#|parameters\[", line)]
    for stack in wanted.stacks:
        uses = [line for line in lines if re.search(rf"\b{stack.name}\b", line)]
        assert len(uses) == 1 or not stack.differentiable, stack.name
    assert not re.search(r"\bp\[", text)


@pytest.mark.parametrize("wanted", [w for w in OWN if len(w.signatures) == 4], ids=named)
def test_a_sequence_without_steps_gives_empty_results_of_the_right_type(wanted):
    if wanted.shell:
        pytest.skip("methods of a class, which stand on the same functions")
    made = {"__name__": "generated"}
    exec(code(wanted.cell, wanted.convention.name), made)
    _, x, x0, p, upstream = oracle.draw(wanted.cell, np.random.default_rng(5))
    arrays = laid(wanted, {n: a.astype(np.float32) for n, a in p.items()})

    def argument(role, slot):
        if slot.plain in ("parameter", "parameters"):
            return arrays if slot.plain == "parameters" else arrays[slot.of]
        given = x0[slot.of] if slot.plain == "initial" else (upstream if slot.gradient else x)[slot.of][:0]
        return wanted.axes(role, slot).there(given.astype(np.float32))

    over, back = wanted.signature("forward"), wanted.signature("backward")
    *results, cache = made[over.name](*(argument("forward", s) for s in over.takes))
    gradients = made[back.name](*(argument("backward", s) for s in back.takes[:-1]), cache)
    gradients = list(gradients.values()) if back.named else list(gradients)
    for role, slots, found in (("forward", over.gives, results), ("backward", back.gives, gradients)):
        for slot, array in zip(slots, found, strict=False):
            assert array.dtype == np.float32, slot.name
            if slot.plain in ("input", "state", "output"):
                assert array.shape[wanted.axes(role, slot).laid.index("T")] == 0
            else:
                assert not array.any()


@pytest.mark.parametrize("names", ["dlai lstm", "keras gru_reset_after", "haiku lstm", "onnx lstm", "cs231n lstm"])
def test_float32_stays_float32(names):
    convention, name = names.split()
    wanted = layout(load(name), convention)
    made = {"__name__": "generated"}
    exec(code(wanted.cell, convention), made)
    _, x, x0, p, upstream = oracle.draw(wanted.cell, np.random.default_rng(6))
    arrays = laid(wanted, {n: a.astype(np.float32) for n, a in p.items()})
    others = {"Wy": np.ones(3, np.float32)} if convention == "dlai" else {}  # a course's dict holds more
    over, back = wanted.signature("forward"), wanted.signature("backward")

    def argument(role, slot):
        if slot.plain in ("parameter", "parameters"):
            return arrays | others if slot.plain == "parameters" else arrays[slot.of]
        given = x0[slot.of] if slot.plain == "initial" else (upstream if slot.gradient else x)[slot.of]
        return wanted.axes(role, slot).there(given.astype(np.float32))

    *results, cache = made[over.name](*(argument("forward", s) for s in over.takes))
    gradients = made[back.name](*(argument("backward", s) for s in back.takes[:-1]), cache)
    found = [*results, *(gradients.values() if back.named else gradients)]
    assert {a.dtype for a in found} == {np.dtype("float32")}


def test_one_cmu_cell_serves_all_steps_of_a_layer():
    cell = load("rnn")
    made, plain = {"__name__": "generated"}, {"__name__": "generated"}
    exec(code(cell, "cmu11785"), made)
    exec(code(cell), plain)
    sizes, x, x0, p, upstream = oracle.draw(cell, np.random.default_rng(7))
    layer = made["RNNCell"](sizes["D"], sizes["H"])
    layer.init_weights(*laid(layout(cell, "cmu11785"), p).values())
    states = [x0["h"]]
    for step in x["x"]:
        states.append(layer.forward(step, states[-1]))
    sent = np.zeros_like(x0["h"])
    for t in reversed(range(len(x["x"]))):
        _, sent = layer.backward(upstream["h"][t] + sent, states[t + 1], x["x"][t], states[t])
    _, kept = plain["forward"](x["x"], x0["h"], p)
    _, dh0, dp = plain["backward"](upstream["h"], kept, p)
    assert oracle.far(sent, dh0) < 1e-14
    assert oracle.far(layer.dW_hh * len(sent), dp["U"]) < 1e-14


@pytest.mark.parametrize("name", ["b", "Wx", "prev_h"])
def test_an_input_may_not_have_the_name_of_another_argument(name):
    cell = read(f"{name}: D\nh: H\nh[t] = tanh(V @ {name}[t] + U @ h[t-1] + c)\n", "own.cell")
    with pytest.raises(ConventionError, match=f"two things in own_step_forward would be called {name}"):
        code(cell, "cs231n")


def test_comments_have_the_names_and_the_order_of_the_arrays():
    text = code(load("lstm"), "split")
    assert "# f[t] = sigmoid(x[t] @ U_f + h[t-1] @ W_f)\n    f = sigmoid(x @ U_f + H_prev @ W_f)" in text
    assert "# a[t] = x[t] @ Wx + h[t-1] @ Wh + b\n    a = x @ Wx + prev_h @ Wh + b" in code(load("lstm"), "cs231n")


def test_lines_are_no_longer_than_an_editor_shows():
    for wanted in OWN:
        lines = code(wanted.cell, wanted.convention.name).splitlines()
        assert max(len(line) for line in lines if "#" not in line) <= 120, named(wanted)
