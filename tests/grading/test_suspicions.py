"""What is said of wrong numbers that no wrong equation gives."""

import numpy as np
import pytest
from judging import grade, kit

from gatecheck.cells import load
from gatecheck.conventions import layout
from gatecheck.data import folder
from gatecheck.grading.intake import submission_from
from gatecheck.grading.suspicions import suspicion

BACKWARD = layout(load("rnn"), "cs231n").signature("backward")
RNG = np.random.default_rng(0)
SHAPES = {"dx": (4, 3, 5), "dh0": (3, 6), "dU": (6, 6), "dW": (3, 6)}
TRUTH = {q: RNG.normal(size=shape) for q, shape in SHAPES.items()}


def seen(q, value, modified=(), **others):
    return suspicion(BACKWARD, q, {**TRUTH, **others, q: value}, TRUTH, 1e-9, modified)


def only(*steps):
    """dx that is right at these steps alone."""
    found = TRUTH["dx"] + 1.0
    found[list(steps)] = TRUTH["dx"][list(steps)]
    return found


@pytest.mark.parametrize(
    ("q", "value", "said"),
    [
        ("dU", np.zeros((6, 6)), "exactly zero"),
        ("dU", np.full((6, 6), 0.3), "np.outer"),
        ("dU", np.trunc(3 * TRUTH["dU"]), "whole numbers only"),
        ("dx", only(0, 1), "right from t = 0 to 1, wrong from t = 2 on"),
        ("dx", only(3), "right at t = 3, wrong in every earlier step"),
        ("dx", only(1, 2, 3), "the first step alone is wrong"),
        ("dx", only(0, 1, 2), "the last step alone is wrong"),
        ("dx", only(1), ""),
        ("dx", only(0, 3), ""),
        ("dx", only(1, 3), ""),
        ("dU", TRUTH["dU"] + 1, ""),
        ("dh0", TRUTH["dh0"] + 1, ""),
    ],
)
def test_what_is_seen_of_an_array_is_said(q, value, said):
    found = seen(q, value)
    assert said in found and bool(said) == bool(found)


def test_one_array_under_two_names_is_told():
    assert "it holds the numbers of dh0" in seen("dW", TRUTH["dh0"], dh0=TRUTH["dh0"])
    assert "numbers of dh0" not in seen("dW", TRUTH["dh0"] + 1, dh0=TRUTH["dh0"])


def test_an_argument_that_was_changed_is_asked_about():
    assert seen("dU", TRUTH["dU"] + 1, ("x", "h0")).startswith("it changes x and h0 in place")


def test_what_a_mistake_explains_is_suspected_of_nothing_else():
    source = (folder("templates") / "demo" / "anna.py").read_text()
    source = source.replace("dprev_c = dc * f", "dprev_c = np.zeros_like(dc)")
    report = grade(submission_from("student.py", source.encode()), kit("lstm", "cs231n"), "1f")
    assert [(m.quantity, m.certain) for m in report.mistakes] == [("dc_prev", True)]
    assert not any("exactly zero" in c.message for c in report.checks), report
