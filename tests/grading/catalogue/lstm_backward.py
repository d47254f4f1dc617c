"""The backward pass of the LSTM."""

from planting import Entry, Named, Told

STEP, LOOP = "lstm_step_backward", "lstm_backward"
DC = "dnext_c + dnext_h * o * (1 - t**2)"
DF, DO, DG = "df * f * (1 - f)", "do * o * (1 - o)", "dg * (1 - g**2)"


def of_step(identity, edit, quantity, part, *more, of=""):
    return Entry(identity, "lstm_cs231n", (edit, *more), (Named(STEP, quantity, part),), of)


def of_dlai(identity, edit, says, *more):
    return Entry(identity, "lstm_dlai", (edit, *more), says if isinstance(says, tuple) else (says,))


ENTRIES = [
    of_step("path-from-h-to-c-missing", (DC, "dnext_c"), "dc", "h → c"),
    of_step("gradient-that-reaches-c-not-used", (DC, "dnext_h * o * (1 - t**2)"), "dc", "= δh ⊙ o ⊙ (1 − tanh²(c));"),
    Entry(
        "gradient-of-h-not-carried-back",
        "lstm_cs231n",
        (("dh[:, t] + dprev_h, dprev_c", "dh[:, t], dprev_c"),),
        (Named(LOOP, "dh", "not carried back"),),
    ),
    of_step("dc-without-o", (DC, "dnext_c + dnext_h * (1 - t**2)"), "dc", "= δh ⊙ (1 − tanh²(c)) + δc[t+1]"),
    of_step("dc-without-the-derivative-of-tanh", (DC, "dnext_c + dnext_h * o"), "dc", "= δh ⊙ o + δc[t+1]"),
    of_step("tanh-of-c-not-squared", (DC, "dnext_c + dnext_h * o * (1 - t)"), "dc", "δh ⊙ o ⊙ (1 − tanh(c)) +"),
    of_step("c-squared-instead-of-tanh", (DC, "dnext_c + dnext_h * o * (1 - next_c**2)"), "dc", "δh ⊙ o ⊙ (1 − c²) +"),
    of_step(
        "tanh-of-c-twice",
        (DC, "dnext_c + dnext_h * o * (1 - np.tanh(t) ** 2)"),
        "dc",
        "δh ⊙ o ⊙ (1 − tanh²(tanh(c))) +",
    ),
    of_step(
        "derivative-at-the-old-c",
        (DC, "dnext_c + dnext_h * o * (1 - np.tanh(prev_c) ** 2)"),
        "dc",
        "δh ⊙ o ⊙ (1 − tanh²(c[t−1])) +",
    ),
    of_step("half-of-the-sigmoid-s-derivative", (DF, "df * f"), "da_f", "= δf ⊙ f;"),
    of_step("sigmoid-s-derivative-with-plus", (DF, "df * f * (1 + f)"), "da_f", "= δf ⊙ f ⊙ (1 + f);"),
    of_step("sigmoid-applied-again-for-its-derivative", (DF, "df * sigmoid(f)"), "da_f", "= δf ⊙ σ(f);"),
    of_step(
        "sigmoid-s-derivative-missing",
        (DF, "df"),
        "da_f",
        "= δf;",
        of="sigmoid-applied-again-for-its-derivative",
    ),
    of_step(
        "sigmoid-twice-in-its-derivative",
        (DO, "do * sigmoid(o) * (1 - sigmoid(o))"),
        "da_o",
        "= δo ⊙ σ(o) ⊙ (1 − σ(o));",
    ),
    of_step("tanh-twice-in-its-derivative", (DG, "dg * (1 - np.tanh(g) ** 2)"), "da_g", "= δg ⊙ (1 − tanh²(g));"),
    of_step("sigmoid-s-derivative-for-the-candidate", (DG, "dg * g * (1 - g)"), "da_g", "= δg ⊙ g ⊙ (1 − g);"),
    of_step("candidate-s-derivative-missing", (DG, "dg"), "da_g", "= δg;"),
    of_dlai(
        "bracket-of-the-printed-formula",
        (
            "dcct = dc * it * (1 - cct**2)",
            "dcct = (dc_next * it + ot * (1 - np.tanh(c_next) ** 2) * it * da_next * cct) * (1 - np.tanh(cct) ** 2)",
        ),
        (
            Named("lstm_cell_backward", "dg", "A factor too many in the gradient of g: g"),
            Named("lstm_cell_backward", "da_g", "= δg ⊙ (1 − tanh²(g));"),
        ),
    ),
    of_step("do-from-c", ("do = dnext_h * t", "do = dnext_h * next_c"), "do", "= δh ⊙ c;"),
    of_dlai(
        "do-from-tanh-of-h",
        ("da_next * np.tanh(c_next) * ot", "da_next * np.tanh(a_next) * ot"),
        Named("lstm_cell_backward", "do", "= δh ⊙ tanh(h);"),
    ),
    of_step(
        "do-from-dc",
        ("    do = dnext_h * t\n", ""),
        "do",
        "= δc ⊙ tanh(c);",
        ("    di = dc * g\n", "    do = dc * t\n    di = dc * g\n"),
    ),
    of_step("df-with-the-new-c", ("df = dc * prev_c", "df = dc * next_c"), "df", "= δc ⊙ c;"),
    of_dlai(
        "index-before-zero-wraps-round",
        (
            "lstm_cell_forward(xt, a_next, c_next, parameters)",
            "lstm_cell_forward(xt, a_next, c[:, :, t - 1], parameters)",
        ),
        Named(LOOP, "dc", "c[−1] = c[T−1];"),
    ),
    of_step(
        "dc-prev-without-f", ("dprev_c = dc * f", "dprev_c = dc"), "dc_prev", "= δh ⊙ o ⊙ (1 − tanh²(c)) + δc[t+1];"
    ),
    of_step(
        "dc-prev-from-what-reaches-c-alone",
        ("dprev_c = dc * f", "dprev_c = dnext_c * f"),
        "dc_prev",
        "δc[t+2] ⊙ f[t+2]",
    ),
    of_step(
        "gates-in-another-order-than-forward",
        (f"{DO}, {DG}", f"{DG}, {DO}"),
        "do",
        "The gradients of o and g have changed places",
    ),
    of_dlai(
        "one-gate-left-out",
        ("        + np.dot(Wo[:, :n_a].T, dot)\n", ""),
        Named("lstm_cell_backward", "dh_prev", "missing from the gradients of h and x: what comes through o"),
        ("        + np.dot(Wo[:, n_a:].T, dot)\n", ""),
    ),
    of_step("dwh-with-the-new-h", ("dWh = prev_h.T @ da", "dWh = (o * t).T @ da"), "dU_f", "= Σ_t δa_f hᵀ;"),
    of_dlai(
        "db-from-dw",
        ("dbf = np.sum(dft, axis=1, keepdims=True)", "dbf = np.sum(dWf, axis=1, keepdims=True)"),
        Named("lstm_cell_backward", "db_f", "The gradient of b_f is added up from that of W_f"),
    ),
    Entry(
        "local-of-the-last-step",
        "rnn_minchar",
        (
            ("        hs[t] = np.tanh(", "        h = hs[t] = np.tanh("),
            ("(1 - hs[t] * hs[t]) * dh", "(1 - h * h) * dh"),
        ),
        (Named("lossFun", "da_h", "h of the last step"),),
    ),
    of_dlai(
        "gradients-of-states-never-stored",
        ('        da_prevt = gradients["da_prev"]\n', '        da_prev = gradients["da_prev"]\n'),
        Named(LOOP, "dh", "carried back = nothing;"),
        ('        dc_prevt = gradients["dc_prev"]\n', '        dc_prev = gradients["dc_prev"]\n'),
    ),
    of_dlai(
        "name-of-the-notebook",
        (
            'Wf, Wi, Wc, Wo = parameters["Wf"], parameters["Wi"],',
            'Wi, Wc, Wo = parameters["Wi"],',
        ),
        Told("lstm_cell_backward", 'Wf = parameters["Wf"]'),
    ),
    of_dlai(
        "length-written-into-the-code",
        ("    n_a, m, T_x = da.shape\n", "    n_a, m, _ = da.shape\n    T_x = 2\n"),
        Told(LOOP, "2 is none of the sizes", "dx"),
    ),
    of_dlai(
        "slice-of-the-joined-matrix-missing",
        ("np.dot(Wf[:, n_a:].T, dft)", "np.dot(Wf.T, dft)"),
        Told("lstm_cell_backward", "take W[:, H:].T", "dx"),
        ("np.dot(Wi[:, n_a:].T, dit)", "np.dot(Wi.T, dit)"),
        ("np.dot(Wc[:, n_a:].T, dcct)", "np.dot(Wc.T, dcct)"),
        ("np.dot(Wo[:, n_a:].T, dot)", "np.dot(Wo.T, dot)"),
    ),
]
