"""Wrong shapes: told in letters, with what they come of."""

import judging
import numpy as np
import pytest

from gatecheck.cells import load
from gatecheck.conventions import layout
from gatecheck.grading.exchange import expected
from gatecheck.grading.sample import sample
from gatecheck.grading.shapes import Letters, misshapen, uncut

N, T, D, H = 7, 5, 4, 3
LETTERS = Letters({D: "D", H: "H", N: "N", T: "T", 4 * H: "4H"}, N)
TOLD = [
    ((H, N), (N, H), " Yours is (H,N). It is transposed."),
    ((T, N, D), (N, T, D), " Yours is (T,N,D). Its first two axes have changed places."),
    ((D, T, N), (N, T, D), " Yours is (D,T,N). Its axes stand in another order."),
    ((N, H), (N, D), " Yours is (N,H)."),
    ((H,), (H, 1), " Yours is (H,). Keep its second axis: keepdims=True, or reshape(3, 1)."),
    ((1, H), (H,), " Yours is (1,H). It has an axis of length one more or less: reshape(3,) makes it right."),
    ((H, H), (H, 1), " Yours is (H,H). A row and a column of one length make a square when they are added: give both"),
    ((), (D, H), " It is a single number: was it summed over every axis"),
    ((9, D), (N, D), " 9 is none of the sizes here (D = 4, H = 3, N = 7, T = 5): is it written into the code?"),
    ((N * T, D), (N, D), " Yours is (35,D)."),
]


@pytest.mark.parametrize(("found", "wanted", "said"), TOLD)
def test_a_wrong_shape_is_told_in_letters_and_with_its_cause(found, wanted, said):
    assert misshapen(found, wanted, LETTERS, parameter=False).startswith(said)


def test_only_the_gradient_of_a_parameter_must_not_have_an_axis_of_the_batch():
    summed = "no axis of the batch"
    assert summed in misshapen((N,), (4 * H,), LETTERS, parameter=True)
    assert summed not in misshapen((N,), (4 * H,), LETTERS, parameter=False)


@pytest.fixture(scope="module")
def drawn():
    return _drawn


def _drawn(convention):
    kit = judging.kit("lstm", convention)
    numbers = sample(kit.layout, kit.key.program, "1f")
    return kit, numbers, {r: expected(kit.layout, r, kit.key.program, numbers.of(r)) for r in ("step", "backward")}


def _columns(drawn):
    """The letters where biases have a second axis."""
    kit, numbers, truth = drawn("dlai")
    return Letters.of(kit.layout, kit.layout.signature("backward"), truth["backward"], numbers.step.sizes)


def test_the_letters_of_a_call_are_its_sizes_in_the_convention_s_words(drawn):
    kit, numbers, truth = drawn("cs231n")
    signature = kit.layout.signature("backward")
    letters = Letters.of(kit.layout, signature, truth["backward"], numbers.step.sizes)
    steps, batch, inputs = truth["backward"]["dx"].shape
    hidden = truth["backward"]["dh0"].shape[1]
    assert letters.shape((batch, steps, inputs)) == "(N,T,D)"
    assert letters.shape((hidden, 4 * hidden)) == "(H,4H)"
    assert letters.batch == batch
    assert 1 not in _columns(drawn).names
    assert "T" not in Letters.of(kit.layout, kit.layout.signature("step"), truth["step"], numbers.step.sizes).names


@pytest.mark.parametrize("first", [True, False])
def test_a_gradient_of_state_and_input_together_is_told_which_part_to_take(first):
    of = layout(load("lstm"), "dlai")
    signature = of.signature("step_backward")
    rng = np.random.default_rng(0)
    truth = {"dx": rng.normal(size=(N, D)), "dh_prev": rng.normal(size=(N, H)), "dc_prev": rng.normal(size=(N, H))}
    dxt, da_prev, dc_prev = signature.gives[:3]
    parts = (truth["dh_prev"].T, truth["dx"].T) if first else (truth["dx"].T, truth["dh_prev"].T)
    whole = np.concatenate(parts)
    said = uncut(of, signature, dxt, whole, truth, LETTERS)
    mine, part = ("last", "W[:, H:].T") if first else ("first", "W[:, :D].T")
    assert f"its {mine} ones dxt: take {part}" in said and "rows are da_prev" in said
    assert uncut(of, signature, dxt, whole + 1, truth, LETTERS) == ""
    assert uncut(of, signature, signature.gives[3], whole, truth, LETTERS) == ""
    assert "ones da_prev: take" in uncut(of, signature, da_prev, whole, truth, LETTERS)
    assert uncut(of, signature, dc_prev, whole, truth, LETTERS) == ""
