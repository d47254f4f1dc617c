"""The forward pass of the LSTM."""

from planting import Entry, Named

STEP, LOOP = "lstm_step_forward", "lstm_forward"
H_OF_C = "o * np.tanh(next_c)"


def of_step(identity, edit, quantity, part, *more, solution="lstm_cs231n", of=""):
    function = STEP if solution == "lstm_cs231n" else "lstm_cell_forward"
    return Entry(identity, solution, (edit, *more), (Named(function, quantity, part),), of)


def of_loop(identity, edit, says, solution="lstm_cs231n"):
    return Entry(identity, solution, (edit,), (says,))


ENTRIES = [
    of_loop(
        "states-unpacked-in-the-wrong-order",
        ("prev_h, prev_c, step_cache = ", "prev_c, prev_h, step_cache = "),
        Named(LOOP, "h", "= c, h of the step before;"),
    ),
    of_step(
        "gates-in-another-convention-s-order",
        ("o = sigmoid(a[:, 2 * H : 3 * H])", "o = sigmoid(a[:, 3 * H :])"),
        "o",
        "The parameters of o and g have changed places",
        ("g = np.tanh(a[:, 3 * H :])", "g = np.tanh(a[:, 2 * H : 3 * H])"),
        ("do * o * (1 - o), dg * (1 - g**2)", "dg * (1 - g**2), do * o * (1 - o)"),
    ),
    of_step("candidate-with-sigmoid", ("np.tanh(a[:, 3 * H :])", "sigmoid(a[:, 3 * H :])"), "g", "= σ(a_g);"),
    of_step("candidate-without-tanh", ("np.tanh(a[:, 3 * H :])", "a[:, 3 * H :]"), "g", "= a_g;"),
    of_step("gate-with-tanh", ("sigmoid(a[:, 2 * H : 3 * H])", "np.tanh(a[:, 2 * H : 3 * H])"), "o", "= tanh(a_o);"),
    of_step(
        "h-without-tanh-of-c",
        (H_OF_C, "o * next_c"),
        "h",
        "= o ⊙ c;",
        ("t = np.tanh(next_c)", "t = next_c"),
        ("dnext_h * o * (1 - t**2)", "dnext_h * o"),
    ),
    of_step("output-gate-not-applied", (H_OF_C, "np.tanh(next_c)"), "h", "= tanh(c);"),
    of_step("h-with-sigmoid-of-c", (H_OF_C, "o * sigmoid(next_c)"), "h", "= o ⊙ σ(c);"),
    of_step("h-from-the-old-c", (H_OF_C, "o * np.tanh(prev_c)"), "h", "= o ⊙ tanh(c[t−1]);"),
    of_step(
        "forget-gate-the-other-way",
        ("f * prev_c + i * g", "(1 - f) * prev_c + i * g"),
        "c",
        "= (1 − f) ⊙ c[t−1] + i ⊙ g;",
    ),
    of_step("input-gate-dropped", ("f * prev_c + i * g", "f * prev_c + g"), "c", "= f ⊙ c[t−1] + g;"),
    of_step(
        "input-gate-added",
        ("f * prev_c + i * g", "f * prev_c + (i + g)"),
        "c",
        "= f ⊙ c[t−1] + i + g;",
        of="input-gate-dropped",
    ),
    of_step(
        "bias-of-another-gate",
        ("np.dot(Wf, concat) + bf", "np.dot(Wf, concat) + bo"),
        "f",
        "a_f = W_f [h[t−1]; x] + b_o;",
        solution="lstm_dlai",
    ),
    of_loop(
        "c-not-carried",
        ("(x[:, t], prev_h, prev_c, Wx, Wh, b)", "(x[:, t], prev_h, np.zeros_like(h0), Wx, Wh, b)"),
        Named(LOOP, "c", "c0 at every step"),
    ),
    of_loop(
        "initial-state-at-every-step",
        ("(x[:, t], prev_h, prev_c, Wx, Wh, b)", "(x[:, t], h0, prev_c, Wx, Wh, b)"),
        Named(LOOP, "h", "h0 at every step"),
    ),
    of_loop(
        "initial-state-ignored",
        ("prev_h, prev_c = h0,", "prev_h, prev_c = np.zeros_like(h0),"),
        Named(LOOP, "h", "h[−1] = 0;"),
    ),
    of_loop(
        "outputs-under-two-names",
        ("    c = np.zeros((n_a, m, T_x))\n", "    c = a\n"),
        Named(LOOP, "h", "h is c"),
        "lstm_dlai",
    ),
    Entry(
        "first-state-a-view-of-the-output",
        "lstm_dlai",
        (("    c_next = np.zeros((n_a, m))\n", "    c_next = c[:, :, 0]\n"),),
        (Named("lstm_backward", "dc", "c[−1] = c[0];"),),
    ),
]
