"""Loops over time, batches, and NumPy."""

from planting import Entry, Named, Told, Warned

STEP, LOOP = "rnn_step_backward", "rnn_backward"


def entry(identity, solution, edits, *says, of=""):
    return Entry(identity, solution, tuple(edits), says, of)


ENTRIES = [
    entry(
        "overwritten-over-time",
        "lstm_dlai",
        [('dWf += gradients["dWf"]', 'dWf = gradients["dWf"]')],
        Named("lstm_backward", "dW_f", "overwritten at every step"),
    ),
    entry("sum-adds-itself", "rnn_dlai", [("dWax += dWaxt", "dWax += dWax")], Named("rnn_backward", "dW", "= 0;")),
    entry(
        "sums-add-themselves",
        "lstm_dlfs2",
        [("for i, grad in enumerate(layer.grads):", "for i, grad in enumerate(grads):")],
        Named("TimeLSTM.backward", "dW_i", "come back zero"),
        of="sum-adds-itself",
    ),
    entry(
        "time-not-reversed",
        "rnn_cs231n",
        [("for t in range(T - 1, -1, -1):", "for t in range(T):")],
        Named(LOOP, "dh", "t = 0, 1, …, T−1;"),
    ),
    entry(
        "mean-of-the-bias-gradient",
        "rnn_cs231n",
        [("np.sum(dz, axis=0)", "np.mean(dz, axis=0)")],
        Named(STEP, "db", "= Σ_t δa_h / B;"),
    ),
    entry(
        "divided-by-the-batch",
        "rnn_cs231n",
        [
            ("dWx = x.T @ dz", "dWx = x.T @ dz / len(x)"),
            ("dWh = prev_h.T @ dz", "dWh = prev_h.T @ dz / len(x)"),
            ("db = np.sum(dz, axis=0)", "db = np.sum(dz, axis=0) / len(x)"),
        ],
        Named(STEP, "dW", "= Σ_t (δa_h / B) xᵀ;"),
    ),
    entry(
        "bias-summed-over-the-wrong-axis",
        "lstm_dlai",
        [("dbf = np.sum(dft, axis=1, keepdims=True)", "dbf = np.sum(dft, axis=0)")],
        Told("lstm_cell_backward", "(m,)", "db_f"),
    ),
    entry(
        "gradient-changed-in-place",
        "lstm_cs231n",
        [("    dc = dnext_c + ", "    dc = dnext_c\n    dc += ")],
        Warned("changed its argument dnext_c in place"),
    ),
    entry(
        "argument-changed-in-place",
        "rnn_cs231n",
        [("    N, T, D = x.shape\n", "    N, T, D = x.shape\n    x -= x.mean()\n    x += 0\n")],
        Told("rnn_forward", "in place"),
    ),
    entry(
        "state-before-the-first-overwritten",
        "rnn_dlai",
        [
            ("    a_next = a0\n", "    a[:, :, -1] = a0\n"),
            (
                "rnn_cell_forward(x[:, :, t], a_next, parameters)",
                "rnn_cell_forward(x[:, :, t], a[:, :, t - 1], parameters)",
            ),
        ],
        Named(LOOP, "dh", "h[−1] = h[T−1];"),
        of="argument-changed-in-place",
    ),
    entry(
        "bias-without-its-second-axis",
        "rnn_dlai",
        [('    ba = parameters["ba"]\n', '    ba = parameters["ba"].ravel()\n')],
        Told("rnn_cell_forward", "reshape(-1, 1)"),
    ),
    entry(
        "dot-for-an-outer-product",
        "gru_cmu",
        [("np.outer(dr_pre, self.hidden)", "np.dot(dr_pre, self.hidden)")],
        Named("GRUCell.backward", "dU_r", "An inner product stands for an outer one in the gradient of U_r"),
    ),
    entry(
        "transpose-of-one-axis",
        "gru_cmu",
        [("np.outer(dn_pre, self.x)", "dn_pre @ self.x.T")],
        Told("GRUCell.backward", "np.outer"),
    ),
    entry(
        "buffer-of-whole-numbers",
        "rnn_cs231n",
        [("    h = np.zeros((N, T, H))\n", "    h = np.zeros((N, T, H), dtype=int)\n")],
        Told("rnn_forward", "whole numbers", "h"),
    ),
    entry(
        "buffer-of-float32",
        "rnn_cs231n",  # Deep Learning from Scratch 2 computes in float32, and may
        [("    h = np.zeros((N, T, H))\n", '    h = np.zeros((N, T, H), dtype="f")\n')],
        Told("rnn_forward", "float32", "h"),
    ),
    entry(
        "time-and-batch-exchanged",
        "rnn_cs231n",
        [
            ("dx = np.zeros((N, T, D))", "dx = np.zeros((T, N, D))"),
            ("        dx[:, t], dprev_h, dWx_t", "        dx[t], dprev_h, dWx_t"),
        ],
        Told(LOOP, "first two axes", "dx"),
    ),
    entry(
        "overflow-in-the-softmax",
        "rnn_dlai",
        [("np.exp(x - np.max(x, axis=0))", "np.exp(x)")],
        Warned("for large arguments"),
    ),
    entry(
        "clipping-left-out",
        "rnn_minchar",
        [("        np.clip(dparam, -5, 5, out=dparam)\n", "        pass\n")],
        Named("lossFun", "dW_y", "dW_y and db_y are not clipped"),
    ),
    entry(
        "gradients-kept-between-calls",
        "gru_gatecheck",
        [
            ("import numpy as np\n", "import numpy as np\n\nGRADIENTS = {}\n"),
            (
                "    dp = {name: np.zeros_like(value) for name, value in p.items()}\n",
                "    dp = GRADIENTS\n    for name in p:\n        dp.setdefault(name, np.zeros_like(p[name]))\n",
            ),
        ],
        Told("backward", "twice as large", "dW_z"),
    ),
    entry(
        "hidden-state-detached",
        "rnn_cs231n",
        [
            ("import numpy as np\n", "import numpy as np\nimport torch\n"),
            ("        prev_h = next_h\n", "        prev_h = torch.from_numpy(next_h).detach().numpy()\n"),
        ],
        Told("rnn_forward", "Only NumPy"),
    ),
    entry(
        "name-that-numpy-lost",
        "rnn_cs231n",
        [("    h = np.zeros((N, T, H))\n", "    h = np.zeros((N, T, H), dtype=np.float)\n")],
        Told("rnn_forward", "no longer in NumPy"),
    ),
    entry(
        "function-that-numpy-never-had",
        "lstm_cs231n",
        [("i = sigmoid(a[:, :H])", "i = np.sigmoid(a[:, :H])")],
        Told("lstm_step_forward", "NumPy has no sigmoid"),
        of="name-that-numpy-lost",
    ),
    entry(
        "division-of-python-2",
        "lstm_cs231n",
        [("    H = prev_h.shape[1]\n", "    H = b.shape[0] / 4\n")],
        Told("lstm_step_forward", "//"),
        of="name-that-numpy-lost",
    ),
]
