"""What a typed formula cannot be is said with the stretch that is wrong, and what to do."""

import pytest
from typing_formulas import refused


@pytest.mark.parametrize(
    ("asked", "text", "said", "at"),
    [
        ("df", "dc * c_prv", "df has no value named “c_prv”. Did you mean c_prev?", "c_prv"),
        ("df", "dc * tahn(c)", "df has no value named “tahn”. Did you mean tanh?", "tahn"),
        ("df", "dc * c_t", "there is no c_t. Without an index a name means step t: c.", "c_t"),
        ("df", "dc c_prev", "a sign is missing between two vectors. Write ⊙ or * to multiply", None),
        ("df", "dc * x", "* needs two of the same size, and these have size H and D.", None),
        ("df", "W_f @ dc", "W_f has H rows and D columns, and cannot multiply a vector of size H. Mind which", None),
        ("df", "dc * W_f", "* goes element by element, and a vector of size H and a matrix of size H × D", None),
        ("df", "df", "df is what is asked for: it cannot stand in its own formula.", "df"),
        ("dc", "df / c_prev", "df is not known before dc is: it is computed from it, or beside it. dc is com", "df"),
        ("dh", "U_f.T @ da_f", "da_f is not known before dh is: it is computed from it, or beside it. Of st", "da_f"),
        ("dW_f", "np.outer(x, da_f)", "dW_f is a matrix of size H × D, and this is a matrix of size D × H. Tr", None),
        ("dh", "dL_t/dh + dh_next", "dh_next is what is asked for. Write what each reader", "dh_next"),
        ("df", "dc * dW_f", "the gradient of the parameter W_f is computed last: no other formula needs it.", "dW_f"),
        ("df", "dc * c[t-1][t-1]", "c is wanted 2 steps from t. A formula sees the steps t−1, t and t+1.", "c"),
        ("df", "dc[t-1] * c", "the gradients of step t−1 are not known at step t.", "dc"),
        ("df", "dc * W_f_prev", "W_f is a parameter: it is the same at every step. Write W_f.", "W_f_prev"),
        ("df", "dc * W_f[t-1]", "W_f is a parameter: it is the same at every step. Write W_f.", "W_f[t-1]"),
        ("df", "∂L_t/∂f * c", "the loss does not read “f” itself. It reads h.", "∂L_t/∂f"),
        ("df", "Σ_t dc * c_prev", "a sum over time belongs to the gradient of a parameter.", None),
        ("df", "dc.sum(axis=0)", "a sum over axis 0 runs over the batch. A formula is for one example of it.", None),
        ("df", "dc * tanh", "tanh is a function. Write its argument in brackets: tanh(…).", "tanh"),
        ("df", "dc ** c", "an exponent is a number. As in f**2, or x**(1/2).", "c"),
        ("df", "dc ** 99", "exponents go to 16.", "99"),
        ("df", "tanh(dc, c)", "tanh takes 1 argument, and has 2.", None),
        ("df", "x", "df is a vector of size H, and this is a vector of size D.", "x"),
        ("dW_f", "da_f @ x", "@ of two vectors is one number. A matrix is their outer product: np.outer(a, b).", None),
        ("dW_f", "W_f", "dW_f is a matrix of size H × D, and this is a matrix of size H × D", None),
        ("dW_f", "da_f", "dW_f is a matrix of size H × D, and this is a vector of size H.", "da_f"),
        ("df", "[dc]_q", "this has no part “q”. A part is called by its name, or by its number from 1.", None),
    ],
)
def test_what_does_not_fit_is_said(asked, text, said, at):
    message, stretch = refused("lstm", asked, text)
    assert message.startswith(said), message
    assert at is None or stretch == at


def test_powers_within_powers_are_capped():
    message, _ = refused("lstm", "df", "(((dc**16)**16)**16)**16")
    assert message == "the powers in this formula are too large."
