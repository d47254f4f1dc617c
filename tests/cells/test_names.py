"""Names: what each is, and every way in which they can be wrong."""

import pytest
from faulty import cell, fault_of

from gatecheck.cells import read
from gatecheck.cells.names import DERIVED, TAKEN

GOOD = "x: D\nh: H\nh[t] = tanh(W @ x[t] + U @ h[t-1] + b)\n"

FAULTS = [
    # Twice.
    ("x: D\n‸x: D\n" + GOOD, "x is declared twice", "First on line 1."),
    ("x: D\n‸x: H\n" + GOOD, "x is declared twice", "First on line 1."),
    (GOOD + "‸h[t] = W @ x[t]\n", "h[t] is assigned twice", "First on line 3. Give one of them another name."),
    # Taken.
    (cell("‸H * h[t-1] + W @ x[t]"), "H is already the name of a size", "another name"),
    (cell("‸H @ h[t-1] + W @ x[t]"), "H is already the name of a size", "another name"),
    ("x: D\n‸H: H\nH[t] = W @ x[t]\n", "H is already the name of a size", "another name"),
    (cell("‸np * h[t-1] + W @ x[t]"), "np has another meaning in the code that gatecheck writes", "another name"),
    (cell("‸T @ x[t]"), "T has another meaning in the code", "another name"),
    (cell("‸p @ x[t]"), "p has another meaning in the code", "another name"),
    (cell("‸tanh + W @ x[t]"), "tanh has another meaning in the code", "another name"),
    ("x: D\nh: H\n‸step[t] = W @ x[t]\nh[t] = step[t]\n", "step has another meaning in the code", "another name"),
    # Made by gatecheck from another name.
    (cell("‸dh * h[t-1] + W @ x[t]"), "dh is the name that gatecheck gives to the gradient of h", "another name"),
    (cell("‸dW + W @ x[t]"), "dW is the name that gatecheck gives to the gradient of W", ""),
    (
        "x: D\nf[t] = W @ x[t]\n‸df[t] = f[t]\nh[t] = df[t]\nh: H\n",
        "df is the name that gatecheck gives to the gradient of f",
        "",
    ),
    (cell("‸a_h * h[t-1] + W @ x[t]"), "a_h is the name that gatecheck gives to the pre-activation of h", ""),
    (cell("‸da_h + W @ x[t]"), "da_h is the name that gatecheck gives to the gradient of the pre-activation of h", ""),
    (cell("‸h_prev * h[t-1] + W @ x[t]"), "h_prev is the name that gatecheck gives to the previous value of h", ""),
    (cell("‸h0 * h[t-1] + W @ x[t]"), "h0 is the name that gatecheck gives to the initial value of h", ""),
    (
        cell("‸dh_prev * h[t-1] + W @ x[t]"),
        "dh_prev is the name that gatecheck gives to the gradient of the previous",
        "",
    ),
    (
        cell("‸dh0 * h[t-1] + W @ x[t]"),
        "dh0 is the name that gatecheck gives to the gradient of the initial value of h",
        "",
    ),
    (cell("‸dx_t * h[t-1] + W @ x[t]"), "dx_t is the name that gatecheck gives to one step's gradient of x", ""),
    (
        cell("V @ x[t-1] + ‸dx_back * h[t-1] + W @ x[t]"),
        "dx_back is the name that gatecheck gives to what leaves a step",
        "",
    ),
    # Of two kinds.
    (
        cell("W @ x[t] + ‸W"),
        "W is a vector here, but stands left of @ on line 3",
        "a matrix stands left of @, as W @ x[t]",
    ),
    (
        "x: D\nh: H\nq[t] = W * x[t]\nh[t] = ‸W @ q[t]\n",
        "W is a matrix here, but stands without @ on line 3",
        "another name",
    ),
    (cell("U @ ‸h + W @ x[t]"), "h has no index here, but one on line 3", "Write h[t] or h[t-1]."),
    (cell("‸h @ x[t]"), "left of @ stands a parameter, and h has an index on line 3", "* multiplies two vectors"),
    (cell("‸x @ x[t]"), "left of @ stands a parameter, and x has an index on line 3", "* multiplies two vectors"),
    ("‸V: D\n" + cell("V @ x[t]"), "V is declared with one size, but stands left of @", "V: (D, …)"),
    ("‸V: (D, H)\n" + cell("V * x[t]"), "V is declared as a matrix, but never stands left of @", "as V @ …"),
    ("‸h: (H, D)\nx: D\nh[t] = W @ x[t]\n", "h has two sizes; states and inputs are vectors", "Write h: H."),
    ("‸x: (H, D)\nh: H\nh[t] = W @ x[t]\n", "x has two sizes; states and inputs are vectors", "Write x: H."),
    # Undeclared, unused, too early.
    (
        cell("W @ ‸X[t] + V @ x[t]"),
        "X has no equation, so it is an input, and its size is not declared",
        "Did you mean x?",
    ),
    (cell("W @ x[t] + ‸b_f[t]"), "b_f has no equation", "An input needs a line b_f: D, and a parameter has no index."),
    ("x: D\nhidden: H\nhidden[t] = W @ x[t] + ‸hiden[t-1]\n", "hiden has no equation", "Did you mean hidden?"),
    (
        cell("‸c[t] * (W @ x[t])") + "c[t] = h[t]\n",
        "c[t] is read before it is assigned",
        "Read c[t-1], or move the equation of line 4 up.",
    ),
    (cell("‸h[t] + W @ x[t]"), "h[t] is read in its own equation", "Read h[t-1]."),
    ("‸y: D\n" + GOOD, "y is declared and never used", "Remove the line."),
    (
        "x: D\n‸hiden: H\nhidden[t] = W @ x[t] + hidden[t-1]\n",
        "hiden is declared and never used",
        "Did you mean hidden?",
    ),
    ("‸V: (H, D)\n" + GOOD, "V is declared and never used", "Remove the line."),
    # Computed for nobody.
    (
        "x: D\nh: H\n‸y[t] = V @ x[t]\nh[t] = W @ x[t]\ny: H\n",
        "y is computed, but nothing of it reaches the output h",
        "The last equation",
    ),
    (
        GOOD.replace("h[t] =", "‸n[t] = n[t-1] + W @ x[t]\nh[t] ="),
        "n is computed, but nothing of it reaches the output h",
        "",
    ),
    (
        "x: D\nh: H\n‸u[t] = W @ x[t]\nv[t] = tanh(u[t])\nh[t] = V @ x[t]\n",
        "u is computed, but nothing of it reaches",
        "",
    ),
    # The same at every step.
    (
        cell("i[t] * (W @ x[t])", "‸i[t] = 1\n"),
        "i reads no input and no state: it is the same at every step",
        "Write the right",
    ),
    (cell("i[t] * (W @ x[t])", "‸i[t] = sigmoid(b_i)\n"), "i reads no input and no state", "leave the equation out"),
    (
        cell("W @ ‸3 + V @ x[t]"),
        "this reads no input and no state: it is the same at every step",
        "What is computed from it is a parameter of its own.",
    ),
    (cell("W @ (‸b + c) + V @ x[t]"), "this reads no input and no state", ""),
    (cell("W @ concat(x[t], ‸1)"), "this reads no input and no state", ""),
    (cell("W @ concat(x[t], ‸b_x)"), "this reads no input and no state", ""),
    (cell("sum(‸b) * (V @ x[t])"), "this reads no input and no state", ""),
    (cell("softmax(‸b) * (V @ x[t])"), "this reads no input and no state", ""),
    (cell("W @ concat(‸h, x[t])"), "h has no index here, but one on line 3", "Write h[t] or h[t-1]."),
    # Sizes.
    (
        "‸u: H + D\nx: D\nu[t] = W @ concat(u[t-1], x[t])\n",
        "H occurs in sums of sizes only",
        "Declare a name of size H, as v: H.",
    ),
]


@pytest.mark.parametrize(("source", "message", "advice"), FAULTS)
def test_a_wrong_name_is_one_error_that_says_what_where_and_what_to_do(source, message, advice):
    problem = fault_of(source)
    assert problem.message.startswith(message)
    assert advice in problem.advice


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_no_name_of_generated_code_is_a_parameter(name):
    assert "has another meaning in the code" in fault_of(cell(f"‸{name} + W @ x[t] + h[t-1]")).message


@pytest.mark.parametrize("prefix, suffix, meaning", [(p, s, m) for p, s, _, m in DERIVED])
def test_no_name_that_gatecheck_makes_is_a_parameter(prefix, suffix, meaning):
    made = f"{prefix}h{suffix}"
    assert (
        f"{made} is the name that gatecheck gives to {meaning} h"
        in fault_of(cell(f"‸{made} + W @ x[t] + h[t-1]")).message
    )


@pytest.mark.parametrize(
    "source",
    [
        cell("W @ x[t] + w * h[t-1] + U @ h[t-1] + u"),  # names that differ by case only
        cell("a_W @ x[t] + W @ x[t] + d * h[t-1]"),  # pre-activations are of equations, gradients of names that exist
        cell("q1[t] + q10[t] + h[t-1]", "q1[t] = W @ x[t]\nq10[t] = V @ x[t]\n"),  # q1 has no initial value
        cell("x_prev * h[t-1] + W @ x[t]"),  # x is not read at [t-1]
        cell("n[t] + h[t-1]", "n[t] = n[t-1] + c[t-1] + W @ x[t]\nc[t] = V @ x[t] + h[t-1]\n"),
        cell("I * h[t-1] + E * S + N + beta + (W @ x[t]) * nan * inf"),
        cell("lambda_v * h[t-1] + W @ x[t]"),
        "h: H\nh[t] = tanh(U @ h[t-1])\n",  # no input
        "x: D\ny[t] = x[t] + b\n",  # no state
    ],
)
def test_these_names_are_fine(source):
    assert read(source).output in ("h", "y")


def test_an_equation_may_reach_the_output_by_way_of_the_next_step():
    read("x: D\nh: H\nq: H\nq[t] = W @ x[t] + q[t-1]\nr[t] = tanh(q[t])\nh[t] = r[t-1] + V @ x[t]\nr: H\n")
