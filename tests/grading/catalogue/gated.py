"""The gated recurrent unit."""

from planting import Entry, Named

STEP, BACK = "step", "step_backward"
H_NEW = "z * h_prev + (1 - z) * n"
CANDIDATE = '(r * h_prev) @ p["U_n"].T'


def of_step(identity, edit, quantity, part, *more, solution="gru_gatecheck", of=""):
    function = STEP if solution == "gru_gatecheck" else "GRUCell.forward"
    return Entry(identity, solution, (edit, *more), (Named(function, quantity, part),), of)


def of_back(identity, edit, quantity, part, *more):
    return Entry(identity, "gru_gatecheck", (edit, *more), (Named(BACK, quantity, part),))


ENTRIES = [
    of_step(
        "update-gate-the-other-way",
        (H_NEW, "(1 - z) * h_prev + z * n"),
        "h",
        "z works the other way round",
        ("dz = dh * (h_prev - n)", "dz = dh * (n - h_prev)"),
        ("dn = dh * (1 - z)", "dn = dh * z"),
        ("dh_prev = dh * z", "dh_prev = dh * (1 - z)"),
    ),
    of_step("reset-after-the-product", (CANDIDATE, 'r * (h_prev @ p["U_n"].T)'), "n", "r ⊙ (U_n h[t−1])"),
    of_step(
        "bias-outside-the-reset",
        ("self.Wnh @ h_prev_t + self.bnh", "self.Wnh @ h_prev_t"),
        "n",
        "r ⊙ (U_n h[t−1]) + b_u",
        ("self.bnx + self.r * self.inner", "self.bnx + self.bnh + self.r * self.inner"),
        ("self.dbnh += dinner", "self.dbnh += dn_pre"),
        solution="gru_cmu",
    ),
    of_step(
        "one-reset-for-the-whole-row",
        (CANDIDATE, 'np.einsum("bh,hj,bj->bh", r, p["U_n"], h_prev)'),
        "n",
        "r ⊙ (U_n h[t−1])",
    ),
    of_step("reset-ignored", (CANDIDATE, 'h_prev @ p["U_n"].T'), "n", "= W_n x + U_n h[t−1] + b_n;"),
    of_step(
        "reset-on-x",
        (f'x @ p["W_n"].T + {CANDIDATE}', 'r * (x @ p["W_n"].T) + h_prev @ p["U_n"].T'),
        "n",
        "r ⊙ (W_n x) + U_n h[t−1]",
        of="reset-ignored",
    ),
    of_step(
        "update-and-reset-exchanged",
        ("    z = sigmoid(", "    r = sigmoid("),
        "z",
        "The parameters of z and r have changed places",
        ('    r = sigmoid(x @ p["W_r"]', '    z = sigmoid(x @ p["W_r"]'),
        ('az @ p["W_z"] + ar @ p["W_r"]', 'az @ p["W_r"] + ar @ p["W_z"]'),
        ('ar @ p["U_r"]', 'ar @ p["U_z"]'),
        ('az @ p["U_z"]', 'az @ p["U_r"]'),
        *[(f'"{p}_z": az', f'"{p}_r": az') for p in "WUb"],
        *[(f'"{p}_r": ar', f'"{p}_z": ar') for p in "WUb"],
    ),
    of_step(
        "candidate-s-tanh-missing",
        (f'np.tanh(x @ p["W_n"].T + {CANDIDATE} + p["b_n"])', f'x @ p["W_n"].T + {CANDIDATE} + p["b_n"]'),
        "n",
        "= a_n;",
    ),
    of_back("direct-path-missing", ("dh_prev = dh * z", "dh_prev = np.zeros_like(dh)"), "dh_prev", "h → h"),
    of_back(
        "direct-path-with-the-other-gate",
        ("dh_prev = dh * z", "dh_prev = dh * (1 - z)"),
        "dh_prev",
        "δh[t+1] ⊙ (1 − z[t+1])",
    ),
    of_back(
        "dz-with-the-wrong-sign", ("dz = dh * (h_prev - n)", "dz = dh * (n - h_prev)"), "dz", "= −δh ⊙ (h[t−1] − n);"
    ),
    of_back("dz-without-h-prev", ("dz = dh * (h_prev - n)", "dz = -dh * n"), "dz", "= −δh ⊙ n;"),
    of_back("dr-with-the-new-h", ("dr = drh * h_prev", "dr = drh * h"), "dr", "= (U_nᵀ δa_n) ⊙ h;"),
    of_back(
        "du-without-the-reset", ('"U_n": an.T @ (r * h_prev)', '"U_n": an.T @ h_prev'), "dU_n", "= Σ_t δa_n h[t−1]ᵀ;"
    ),
    of_back("reset-lost-in-dh-prev", ("dh_prev += drh * r", "dh_prev += drh"), "dh_prev", "U_nᵀ δa_n[t+1] + δh[t+1]"),
    of_back("gate-left-out-of-dh-prev", ('    dh_prev += az @ p["U_z"]\n', ""), "dh_prev", "z → h"),
    of_back("gate-s-derivative-missing", ("az = dz * z * (1 - z)", "az = dz"), "da_z", "= δz;"),
    Entry(
        "gradient-kept-in-a-local",
        "gru_cmu",
        (("self.dWzx += np.outer(dz_pre, self.x)", "dWzx = np.outer(dz_pre, self.x)"),),
        (Named("GRUCell.backward", "dW_z", "= 0;"),),
    ),
]
