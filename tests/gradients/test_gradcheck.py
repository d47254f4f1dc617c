"""Somebody's own backward function: what is right passes, what is wrong is named, what is odd is told."""

import doctest
import re
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecheck import gradcheck
from gatecheck.errors import BadInput
from gatecheck.gradients import checking

B, D, H = 5, 3, 4
RNG = np.random.default_rng(0)
X, W, BIAS = RNG.normal(size=(B, D)), RNG.normal(size=(H, D)), RNG.normal(size=H)
INPUTS = {"x": X, "W": W, "b": BIAS}


def forward(x, W, b):
    return np.tanh(x @ W.T + b)


def backward(dy, x, W, b):
    da = dy * (1 - np.tanh(x @ W.T + b) ** 2)
    return da @ W, da.T @ x, da.sum(axis=0)


def edited(**edits):
    """The backward function with some gradients changed."""

    def wrong(dy, x, W, b):
        right = dict(zip(INPUTS, backward(dy, x, W, b), strict=True))
        return {n: edits[n](g) if n in edits else g for n, g in right.items()}

    return wrong


def test_the_docstring_is_true():
    assert doctest.testmod(checking).failed == 0


# ------------------------------------------------------------------------------------------------ ways to be called


def test_a_right_backward_function_passes_however_it_is_written():
    def cached(x, W, b):
        y = forward(x, W, b)
        return y, (x, W, y)

    def from_cache(dy, cache):
        x, W, y = cache
        da = dy * (1 - y**2)
        return {"dx": da @ W, "grad_W": da.T @ x, "d_b": da.sum(axis=0)}

    class Layer:
        def forward(self, x, W, b):
            self.kept = x, W, forward(x, W, b)
            return self.kept[-1]

        def backward(self, dy):
            return list(from_cache(dy, self.kept).values())

    layer = Layer()
    layer.forward(**INPUTS)
    for f, g, inputs in [
        (forward, backward, INPUTS),
        (forward, backward, tuple(INPUTS.values())),
        (forward, lambda W, x, b, dout: backward(dout, x, W, b), INPUTS),
        (cached, from_cache, INPUTS),
        (lambda *a: [*cached(*a)], lambda *a: from_cache(*a), list(INPUTS.values())),
        (layer.forward, layer.backward, INPUTS),
        (forward, backward, {n: a.astype("f") for n, a in INPUTS.items()}),
    ]:
        report = gradcheck(f, g, inputs)
        if not isinstance(inputs, dict) and g is not backward:
            continue  # names are lost on the way: see below
        assert report, report
        assert max(t.error for t in report.tensors) < 1e-13
        assert {t.method for t in report.tensors} == {"complex step"}


def test_a_cache_that_is_an_array_is_announced():
    square = (lambda x: (x**2, x)), (lambda dy, x: 2 * x * dy), X
    assert gradcheck(*square, cache=True)
    assert gradcheck(lambda x: (x**2, 3 * x), lambda dy, dz, x: 2 * x * dy + 3 * dz, X)


def test_a_loss_with_its_gradients_needs_no_backward_function_and_no_upstream_gradient():
    def loss(W, b, scale=2):
        y = forward(X, W, b)
        da = y * (1 - y**2) * scale
        return scale * 0.5 * np.sum(y**2), {"W": da.T @ X, "b": da.sum(axis=0)}

    assert gradcheck(loss, inputs={"W": W, "b": BIAS, "scale": 3})
    assert gradcheck(lambda x: float(np.sum(x.real**2)) if x.dtype == float else np.sum(x**2), lambda x: 2 * x, X)


def test_tensors_in_dicts_and_lists_have_names_as_in_code():
    layers = [{"W": W, "b": BIAS}, {"W": RNG.normal(size=(2, H)), "b": RNG.normal(size=2)}]

    def deep(x, layers, slope):
        for p in layers:
            x = forward(x, p["W"], p["b"]) * slope
        return x

    def back(dy, x, layers, slope):
        kept, found = [], []
        for p in layers:
            kept.append(x)
            x = forward(x, p["W"], p["b"]) * slope
        for x, p in zip(reversed(kept), reversed(layers), strict=True):
            dy, dW, db = backward(dy * slope, x, p["W"], p["b"])
            found.insert(0, {"dW": dW, "db": db})
        return dy, found

    inputs = {"x": X, "layers": layers, "slope": 0.5}
    assert gradcheck(deep, back, inputs)
    report = gradcheck(deep, back, inputs, wrt="layers")
    assert report
    assert len(report.tensors) == 4
    report = gradcheck(deep, lambda dy, x, layers, slope: (X, back(dy, x, layers, slope)[1]), inputs)
    assert report.wrong == ("x",)
    assert [t.name for t in report.tensors] == [
        "x", 'layers[0]["W"]', 'layers[0]["b"]', 'layers[1]["W"]', 'layers[1]["b"]',
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ what is wrong


FAULTS = {
    "sign": ({"W": np.negative}, "W", "its sign is wrong"),
    "factor": ({"W": lambda g: 2 * g}, "W", "it is 2 times what it should be"),
    "mean": ({"b": lambda g: g / B}, "b", "it is divided by 5, the length of axis 0 of x"),
    "sum": ({"b": lambda g: g * B}, "b", "it is multiplied by 5, the length of axis 0 of x"),
    "zero": ({"x": np.zeros_like}, "x", "it is zero everywhere"),
    "transposed": ({"W": np.transpose}, "W", "it is transposed; its gradient has shape (3, 4) instead of (4, 3)"),
    "reversed": ({"x": lambda g: g[::-1]}, "x", "it is reversed along axis 0"),
    "not summed": (
        {"b": lambda g: np.diag(g)}, "b", "it is not summed over axis 0; its gradient has shape (4, 4) instead of (4,)",
    ),
    "a column": (
        {"b": lambda g: g[:, None]}, "b", "it is not summed over axis 1; its gradient has shape (4, 1) instead of (4,)",
    ),
    "a row": ({"W": lambda g: g * [[1], [1], [3], [1]]}, "W", "3 of 12 numbers differ, all in W[2, :]"),
    "one number": ({"W": lambda g: g + np.eye(4, 3)[:, :1] @ np.eye(1, 3)}, "W", "1 of 12 numbers differ"),
    "not finite": ({"x": lambda g: g * np.inf}, "x", "15 of 15 numbers of its gradient are NaN or infinite"),
    "none": ({"x": lambda g: None}, "x", "its gradient is None"),
    "no numbers": ({"x": lambda g: "dx"}, "x", "its gradient is no array of real numbers but a str"),
    "complex": ({"x": lambda g: g + 0j}, "x", "its gradient is no array of real numbers but a ndarray"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_gradient_is_named_with_what_is_wrong_about_it(name):
    edits, tensor, message = FAULTS[name]
    report = gradcheck(forward, edited(**edits), INPUTS)
    assert not report
    assert report.wrong == (tensor,)
    (found,) = [t for t in report.tensors if not t.right]
    assert found.message == message


def test_exchanged_gradients_are_recognised_as_each_other_s():
    report = gradcheck(
        lambda U, V: np.sin(U) + np.cos(V), lambda dy, U, V: (-np.sin(V) * dy, np.cos(U) * dy), {"U": W, "V": W + 1}
    )
    assert [t.message for t in report.tensors] == ["it is the gradient of V", "it is the gradient of U"]


def test_a_gradient_that_is_missing_is_looked_for_by_near_names():
    report = gradcheck(lambda weight: weight**2, lambda dy, weight: {"weights": 0}, {"weight": W})
    assert report.tensors[0].message == "there is no gradient for it; did you mean weights?"
    report = gradcheck(forward, lambda dy, x, W, b: (x, W), INPUTS)
    assert {t.message for t in report.tensors} == {"backward returns 2 results instead of 3: x, W, b"}


@given(st.integers(0, 2**32 - 1), st.sampled_from(sorted(INPUTS)), st.floats(1e-6, 1e3))
@settings(max_examples=40, deadline=None)
def test_any_number_that_is_off_by_a_millionth_is_found_where_it_is(seed, name, factor):
    rng = np.random.default_rng(seed)
    place = tuple(rng.integers(n) for n in INPUTS[name].shape)

    def off(g):
        g[place] += factor * np.abs(g).max()
        return g

    report = gradcheck(forward, edited(**{name: off}), INPUTS, seed=seed)
    assert report.wrong == (name,)
    (found,) = [t for t in report.tensors if not t.right]
    assert found.worst == place
    assert found.wrong == 1
    assert found.error == pytest.approx(factor, rel=1e-3)
    assert found.got - found.expected == pytest.approx(factor * np.abs(found.got - found.expected) / factor, rel=1e-6)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_what_is_right_is_never_called_wrong(seed):
    rng = np.random.default_rng(seed)
    inputs = {n: rng.normal(size=a.shape) * 10 ** rng.uniform(-3, 1) for n, a in INPUTS.items()}
    assert gradcheck(forward, backward, inputs, seed=seed)


def test_a_gradient_that_is_zero_but_for_rounding_is_right():
    def softmax(a, b):
        e = np.exp(a + b)
        return e / e.sum(axis=1, keepdims=True)

    def back(dy, a, b):
        y = softmax(a, b)
        da = y * (dy - (dy * y).sum(axis=1, keepdims=True))
        return da, da.sum(axis=1, keepdims=True)

    report = gradcheck(softmax, back, {"a": X, "b": RNG.normal(size=(B, 1))})
    assert report, report


# ------------------------------------------------------------------------------------------------ complex numbers


def buffered(x, W, b):
    out = np.zeros((B, H))
    for k in range(B):
        out[k] = forward(x[k], W, b)
    return out


NOT_COMPLEX = {
    "a buffer of real numbers": (buffered, backward, "drops their imaginary part", INPUTS),
    "np.abs": (lambda x: np.abs(x), lambda dy, x: dy * np.sign(x), "the imaginary part of x is lost", X),
    "a norm": (np.linalg.norm, lambda dy, x: dy * x / np.linalg.norm(x), "the imaginary part of x is lost", X),
    "float": (lambda x: sum(float(v) for v in x), lambda dy, x: dy * np.ones(4), "drops their imaginary part", BIAS),
    "no complex form": (np.cbrt, lambda dy, x: dy / 3 / np.cbrt(x) ** 2, "TypeError", BIAS),
}


@pytest.mark.parametrize("name", NOT_COMPLEX)
def test_what_complex_numbers_do_not_go_through_is_checked_by_central_differences_and_told(name):
    f, g, note, inputs = NOT_COMPLEX[name]
    report = gradcheck(f, g if g is backward else lambda dy, x: g(dy, x), inputs if g is backward else {"x": inputs})
    assert report, report
    assert note in " ".join(report.notes)
    assert {t.method for t in report.tensors} == {"central differences"}
    assert max(t.error for t in report.tensors) < 1e-8


def test_what_is_computed_in_float32_is_measured_by_float32():
    narrow = lambda x, W, b: forward(x, W, b).astype(np.float32)  # noqa: E731
    assert gradcheck(narrow, backward, INPUTS), gradcheck(narrow, backward, INPUTS)
    wrong = gradcheck(narrow, edited(W=np.negative), INPUTS)
    assert wrong.wrong == ("W",)
    assert gradcheck(forward, edited(W=lambda g: g.astype("f")), INPUTS)
    assert not gradcheck(forward, edited(W=lambda g: 1.001 * g.astype("f")), INPUTS)


def test_a_function_that_refuses_complex_numbers_in_its_own_way_is_checked_all_the_same():
    def strict(x):
        assert x.dtype == np.float64
        return x**3

    report = gradcheck(strict, lambda dy, x: 3 * x**2 * dy, X)
    assert report
    assert "AssertionError" in report.notes[0]


def test_an_empty_tensor_is_right_unless_its_shape_is_not():
    inputs = {"x": np.zeros((0, 3)), "y": X}
    assert gradcheck(lambda x, y: x.sum() + y, lambda dy, x, y: (x, dy), inputs)
    assert gradcheck(lambda x, y: x.sum() + y, lambda dy, x, y: (x.T, dy), inputs).wrong == ("x",)


def test_a_wrong_gradient_is_localised_by_central_differences_too():
    report = gradcheck(buffered, edited(W=lambda g: g * [[1], [1], [1.0001], [1]]), INPUTS)
    (found,) = [t for t in report.tensors if not t.right]
    assert found.message == "3 of 12 numbers differ, all in W[2, :]"
    assert "test_gradcheck.py, line" in report.notes[0]


def test_a_complex_step_that_agrees_with_a_wrong_gradient_is_not_believed():
    """np.abs hides x from complex numbers; a backward function that forgets it as well would agree."""
    report = gradcheck(lambda x: np.abs(x) * 2, lambda dy, x: 0 * dy, X)
    assert not report
    assert report.tensors[0].method == "central differences"


def test_relu_is_complex_safe_and_a_kink_right_at_the_inputs_is_told():
    relu = (lambda x: np.maximum(x, 0) ** 2 + np.maximum(x, 0)), (lambda dy, x: dy * (2 * x + 1) * (x > 0))
    report = gradcheck(*relu, X)
    assert report
    assert not report.notes
    at_zero = gradcheck(*relu, np.zeros(3))
    assert "there is a kink right at these values" in " ".join(at_zero.notes)


# ------------------------------------------------------------------------------------------------ odd behaviour


def test_nothing_that_was_given_is_changed_and_who_tries_is_told():
    def f(x, W, b):
        x *= 2
        return forward(x, W, b)

    def g(dy, x, W, b):
        dy *= 1 - np.tanh(2 * x @ W.T + b) ** 2
        W *= 2
        return dy @ W, 2 * dy.T @ x, dy.sum(axis=0)

    before = {n: a.copy() for n, a in INPUTS.items()}
    report = gradcheck(f, g, INPUTS)
    assert report, report
    assert report.notes == ("f changes x in place",)
    assert all((before[n] == a).all() for n, a in INPUTS.items())
    for a in INPUTS.values():
        a.flags.writeable = False
    assert gradcheck(forward, backward, INPUTS)


def test_gradients_that_pile_up_from_call_to_call_are_told():
    total = np.zeros_like(W)

    def g(dy, x, W, b):
        nonlocal total
        dx, dW, db = backward(dy, x, W, b)
        total = total + dW
        return dx, total, db

    report = gradcheck(forward, g, INPUTS)
    assert report  # the first call is right
    assert "g gives other gradients when it is called again" in report.notes[0]


def test_a_function_that_is_not_deterministic_cannot_be_checked():
    report = gradcheck(lambda x: x * RNG.random(), lambda dy, x: dy, X)
    assert not report
    assert report.tensors == ()
    assert "gives other outputs for the same inputs" in report.problems[0]
    assert str(report).startswith("The gradients could not be checked.")


def test_a_function_whose_outputs_are_not_finite_cannot_be_checked():
    report = gradcheck(lambda x: np.where(x > 0, x, np.nan), lambda dy, x: dy, np.array([1.0, -1.0]))
    assert "1 of 2 numbers that <lambda> returns are NaN or infinite." in report.problems


BAD = {
    "no tensors": ((forward, backward, {"x": 1.0}), "nothing to differentiate"),
    "whole numbers": ((forward, backward, np.array([1, 2])), "x holds whole numbers (int64)\n  Give x.astype(float)."),
    "nested lists": ((forward, backward, {"x": [[1.0, 2.0]]}), "x is a list of numbers\n  Give np.array(x, float)."),
    "no function": ((X, backward, X), "is no function"),
    "no backward": ((forward, X, INPUTS), "is no function"),
    "a wrong name": ((forward, backward, {"x": X, "W": W, "bb": BIAS}), "Did you mean b?"),
    "too few": ((forward, backward, (X, W)), "It takes x, W, b."),
    "no arrays": ((lambda x: "y", backward, X), "it returns str"),
    "rounded": ((lambda x: np.round(x).astype(int), backward, X), "Whole numbers have no gradient."),
    "no number": ((lambda x: (x, x), None, X), "has to return one number and its gradients"),
    "no place": ((forward, lambda dy, dz, x: x, INPUTS), "it takes dy, dz beside inputs by their names"),
}


@pytest.mark.parametrize("name", BAD)
def test_functions_and_inputs_that_do_not_fit_together_are_refused_in_words(name):
    arguments, words = BAD[name]
    with pytest.raises(BadInput, match=re.escape(words)):
        gradcheck(*arguments)


def test_an_unknown_input_to_ask_about_is_refused():
    with pytest.raises(BadInput, match=r"no input hh holds real numbers\n  Known: W, b, x."):
        gradcheck(forward, backward, INPUTS, wrt=["hh"])


def test_what_holds_no_real_numbers_is_a_constant_and_a_gradient_for_it_is_told():
    whole, both = np.array([1, 2]), {"x": np.array([1, 2]), "w": np.array([0.5, -1.0])}
    report = gradcheck(lambda x, w: x * w, lambda dy, x, w: (dy * w, dy * x), both)
    said = "x holds whole numbers (int64): its gradient is not checked; give x.astype(float)"
    assert report and report.notes == (said,)
    taken = gradcheck(lambda w, at: w[at] ** 2, lambda dy, w, at: 2 * w * dy, {"w": np.ones(2), "at": whole - 1})
    assert taken and not taken.notes
    with pytest.raises(BadInput, match="so it is a constant"):
        gradcheck(lambda x, w: x * w, lambda dy, x, w: dy * x, both, wrt="x")


def test_a_gradient_may_be_a_list_of_numbers():
    assert gradcheck(lambda x: x**2, lambda dy, x: (2 * x * dy).tolist(), np.array([[0.5], [2.0]]))


def test_what_a_function_raises_says_what_it_was_called_with():
    def stumble(dy, cache):
        return dy[7]

    with pytest.raises(IndexError) as raised:
        gradcheck(lambda x: (x**2, x), stumble, np.ones(2), cache=True)
    assert raised.value.__notes__ == ["gradcheck called stumble with dy: float64 (2,), cache: float64 (2,)"]


def test_what_the_functions_raise_passes():
    with pytest.raises(ZeroDivisionError):
        gradcheck(forward, lambda dy, x, W, b: 1 / 0, INPUTS)


# ------------------------------------------------------------------------------------------------ the report


def test_the_report_prints_and_displays_itself():
    report = gradcheck(forward, edited(W=np.negative), INPUTS)
    text = str(report)
    assert repr(report) == text
    assert text.isascii()
    line = r"^  W  \(4, 3\)  WRONG  2\.0e\+00  its sign is wrong; W\[\d, \d\]: got \S+, expected \S+$"
    assert re.search(line, text, re.M)
    assert text.startswith("1 of 3 gradients is wrong.")
    assert "<td>its sign is wrong" in report._repr_html_()


def test_names_cannot_break_out_of_the_page():
    report = gradcheck(lambda p: p["<b>"] ** 2, lambda dy, p: {"<b>": dy}, {"p": {"<b>": X}})
    assert "<b>" not in report._repr_html_()


# ------------------------------------------------------------------------------------------------ many at once


def test_single_numbers_cost_one_call_where_the_function_allows_it():
    right = gradcheck(forward, backward, INPUTS)
    wrong = gradcheck(forward, edited(W=np.negative), INPUTS)
    assert wrong.calls == right.calls + 2  # all copies at once, and one alone for proof
    one_by_one = gradcheck(buffered, edited(W=np.negative), INPUTS)
    assert one_by_one.calls > right.calls + W.size


def test_copies_that_come_out_mixed_are_not_believed():
    def mixing(x):
        return np.tanh(x if isinstance(x, np.ndarray) else type(x)(x.stack[::-1]))

    report = gradcheck(mixing, lambda dy, x: dy * (1 - np.tanh(x) ** 2) * [1, 1, 2], X)
    assert report.tensors[0].message == "5 of 15 numbers differ, all in x[:, 2]"


def test_a_large_tensor_is_looked_at_in_part_and_still_judged_as_a_whole():
    x = np.random.default_rng(1).normal(size=(100, 100))
    hit = np.zeros(x.shape)
    hit[3, 4] = 1.0
    report = gradcheck(np.tanh, lambda dy, x: dy * (1 - np.tanh(x) ** 2) + hit, {"x": x})
    assert not report
    assert report.tensors[0].places == 1024


def test_warnings_of_the_checked_function_are_its_own():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeprecationWarning):
            gradcheck(lambda x: warnings.warn("old", DeprecationWarning) or x, lambda dy, x: dy, X)
