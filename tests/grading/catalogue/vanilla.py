"""The simple recurrent network."""

from planting import Entry, Named, Told

STEP, LOOP = "rnn_step_backward", "rnn_backward"
DZ = "dnext_h * (1 - next_h**2)"


def of_step(identity, edit, quantity, part):
    return Entry(identity, "rnn_cs231n", (edit,), (Named(STEP, quantity, part),))


ENTRIES = [
    of_step("derivative-of-tanh-missing", (DZ, "dnext_h"), "da_h", "= δh;"),
    of_step(
        "tanh-of-what-is-tanh-already", (DZ, "dnext_h * (1 - np.tanh(next_h) ** 2)"), "da_h", "= δh ⊙ (1 − tanh²(h));"
    ),
    of_step("gradient-squared-instead-of-h", (DZ, "dnext_h * (1 - dnext_h**2)"), "da_h", "= δh ⊙ (1 − δh²);"),
    of_step("h-not-squared", (DZ, "dnext_h * (1 - next_h)"), "da_h", "= δh ⊙ (1 − h);"),
    of_step("sigmoid-s-derivative-for-tanh", (DZ, "dnext_h * next_h * (1 - next_h)"), "da_h", "= δh ⊙ h ⊙ (1 − h);"),
    of_step("derivative-at-the-old-h", (DZ, "dnext_h * (1 - prev_h**2)"), "da_h", "= δh ⊙ (1 − h[t−1]²);"),
    of_step(
        "transpose-missing-in-dh-prev",
        ("dprev_h = dz @ Wh.T", "dprev_h = dz @ Wh"),
        "dh_prev",
        "= ∂L_t/∂h + U δa_h[t+1];",
    ),
    Entry(
        "dx-through-the-wrong-matrix",
        "rnn_cs231n",
        (("dx = dz @ Wx.T", "dx = dz @ Wh.T"),),
        (Told(STEP, "(N,H)", "dx"),),
    ),
    of_step(
        "dh-prev-without-the-derivative",
        ("dprev_h = dz @ Wh.T", "dprev_h = dnext_h @ Wh.T"),
        "dh_prev",
        "= ∂L_t/∂h + Uᵀ δh[t+1];",
    ),
    of_step("dwh-with-h-instead-of-h-prev", ("dWh = prev_h.T @ dz", "dWh = next_h.T @ dz"), "dU", "= Σ_t δa_h hᵀ;"),
    Entry(
        "states-added-instead-of-gradients",
        "lstm_dlfs2",
        (("layer.backward(dhs[:, t, :] + dh, dc)", "layer.backward(dhs[:, t, :] + self.h, self.c)"),),
        (Named("TimeLSTM.backward", "dh", "h and c of the last step are added"),),
    ),
    Entry(
        "rows-taken-for-columns",
        "rnn_cs231n",
        (("prev_h @ Wh + b", "np.dot(Wh, prev_h) + b"),),
        (Told("rnn_step_forward", "(H,H) and (N,H)"),),
    ),
    Entry(
        "matrix-the-wrong-way-round",
        "rnn_minchar",
        (("np.dot(Whh, hs[t - 1])", "np.dot(hs[t - 1].T, Whh).T"),),
        (Named("lossFun", "h", "U_hᵀ h[t−1]"),),
        of="rows-taken-for-columns",
    ),
]
