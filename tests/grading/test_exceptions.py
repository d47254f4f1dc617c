"""What is said after an exception: Python's own words come from Python, as a student's code would raise them."""

import numpy as np
import pytest

from gatecheck.cells import load
from gatecheck.conventions import layout
from gatecheck.grading.exceptions import Raising, advice
from gatecheck.grading.shapes import Letters
from gatecheck.grading.transcript import Raised

LETTERS = Letters({3: "H", 4: "D", 7: "N", 12: "4H"}, 7)
CS231N, DLAI, CMU = (
    layout(load(cell), name) for cell, name in (("lstm", "cs231n"), ("lstm", "dlai"), ("gru_reset_after", "cmu11785"))
)
ROWS, COLUMNS, MATRIX = np.ones((7, 3)), np.ones((3, 7)), np.ones((3, 3))


def lstm_step_forward(x, prev_h):
    """A function of the assignment that takes too little."""


def unbound():
    if not MATRIX.size:
        seen = 1
    return seen


def said(code, of=CS231N, role="step_backward", names=(), **known):
    """What is said when this is evaluated."""
    try:
        eval(code, {"np": np, "X": ROWS, "Y": COLUMNS, "W": MATRIX, **known})
    except Exception as error:
        raised = Raised(type(error).__name__, str(error), 1, ())
        return advice(Raising(raised, of, of.signature(role), LETTERS, names))
    raise AssertionError(f"{code} raised nothing")


SAID = {
    "np.float(1)": " np.float is no longer in NumPy: write float.",
    "np.sigmoid(X)": " NumPy has no sigmoid: write 1 / (1 + np.exp(-x)) as a function of your own.",
    "np.sygmoid(X)": " This NumPy has no sygmoid: another version, or another module, may have it.",
    "X[: 12 / 4]": " Is a length divided by /? In Python 3 that is no whole number: write //.",
    "np.zeros(12 / 4)": " Is a length divided by /? In Python 3 that is no whole number: write //.",
    "X[12 / 4]": " Is a length divided by /? In Python 3 that is no whole number: write //.",
    "X[:, 9]": " That axis is H = 3 long: take every length from the arguments.",
    "np.ones(5)[9]": " That axis is 5 long: take every length from the arguments.",
    "np.dot(W, X)": " These are (H,H) and (N,H). The other way round they fit.",
    "np.dot(X, np.ones((4, 3)))": " These are (N,H) and (D,H). With .T after the second they fit.",
    "np.dot(X, np.ones((7, 4)))": " These are (N,H) and (N,D). With .T after the first they fit.",
    "np.dot(X, np.ones((5, 6)))": "",
    "Y + np.ones(3)": " These are (H,N) and (H,). NumPy lines up the last axes: reshape(-1, 1) makes (3, 1) of (3,).",
    "X + np.ones((7, 4))": " These are (N,H) and (N,D).",
    "X + Y": " These are (N,H) and (H,N). One of them is transposed.",
    "X @ X": " The lengths that should be the same are N and H.",
    "X.reshape(5, 5)": "",
    "1 / 0": "",
    "int('x')": "",
}


@pytest.mark.parametrize("code", SAID)
def test_an_exception_is_followed_by_what_to_do(code):
    assert said(code) == SAID[code]


def test_a_name_of_the_notebook_is_told_where_it_is_to_be_had():
    assert said("Wf", DLAI).endswith('has what it is given: Wf = parameters["Wf"], from cache.')
    assert said("Wf", DLAI, "step").endswith('has what it is given: Wf = parameters["Wf"].')
    assert said("Wx").endswith("has what it is given: Wx, from cache.")


def test_another_name_is_the_nearest_one_or_another_cell_s():
    assert said("dnext_hh") == " Did you mean dnext_h?"
    assert said("my_sigmoids", names=("my_sigmoid",)) == " Did you mean my_sigmoid?"
    assert "from another cell" in said("zzz")
    assert said("numpy.ones(3)") == " Write import numpy as np at the top of the file."


def test_a_key_is_told_only_where_it_is_none_of_the_parameters():
    parameters = {"Wf": MATRIX}
    assert said('p["Wff"]', DLAI, p=parameters) == " Did you mean Wf?"
    assert said('p["Wo"]', DLAI, p=parameters) == said('p["step"]', DLAI, p=parameters) == ""
    assert said("p[3]", DLAI, p=parameters) == ""


def test_a_function_that_takes_too_little_is_told_how_it_is_called():
    told = said("f(1)", role="step", f=lstm_step_forward)
    assert told == f" It is called as {CS231N.signature('step')}."
    assert said("f(1)", role="backward", f=lstm_step_forward) == ""


def test_a_local_that_is_not_there_yet_is_told_as_such():
    assert "not on the way to this line" in said("f()", f=unbound)


def test_vectors_are_told_of_the_outer_product():
    assert "np.outer(a, b)" in said("np.dot(np.ones(3), np.ones(4))", CMU)
    assert "np.outer(a, b)" in said("np.ones(3) @ np.ones(4)", CMU)
    assert "np.outer(a, b)" not in said("np.ones(3) @ np.ones(4)")
