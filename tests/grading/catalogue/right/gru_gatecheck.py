import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def step(x, h_prev, p):
    z = sigmoid(x @ p["W_z"].T + h_prev @ p["U_z"].T + p["b_z"])
    r = sigmoid(x @ p["W_r"].T + h_prev @ p["U_r"].T + p["b_r"])
    n = np.tanh(x @ p["W_n"].T + (r * h_prev) @ p["U_n"].T + p["b_n"])
    h = z * h_prev + (1 - z) * n
    return h, (x, h_prev, z, r, n, h)


def step_backward(dh, kept, p):
    x, h_prev, z, r, n, h = kept
    dz = dh * (h_prev - n)
    dn = dh * (1 - z)
    an = dn * (1 - n**2)
    drh = an @ p["U_n"]
    dr = drh * h_prev
    ar = dr * r * (1 - r)
    az = dz * z * (1 - z)

    dx = az @ p["W_z"] + ar @ p["W_r"] + an @ p["W_n"]
    dh_prev = dh * z
    dh_prev += drh * r
    dh_prev += ar @ p["U_r"]
    dh_prev += az @ p["U_z"]
    dp = {
        "W_z": az.T @ x,
        "U_z": az.T @ h_prev,
        "b_z": az.sum(axis=0),
        "W_r": ar.T @ x,
        "U_r": ar.T @ h_prev,
        "b_r": ar.sum(axis=0),
        "W_n": an.T @ x,
        "U_n": an.T @ (r * h_prev),
        "b_n": an.sum(axis=0),
    }
    return dx, dh_prev, dp


def forward(x, h0, p):
    T, B, D = x.shape
    h = np.zeros((T, B, h0.shape[1]))
    kept = []
    h_t = h0
    for t in range(T):
        h_t, kept_t = step(x[t], h_t, p)
        h[t] = h_t
        kept.append(kept_t)
    return h, kept


def backward(dh, kept, p):
    T, B, H = dh.shape
    dx = np.zeros((T, B, kept[0][0].shape[1]))
    dp = {name: np.zeros_like(value) for name, value in p.items()}
    dh_prev = np.zeros((B, H))
    for t in reversed(range(T)):
        dx[t], dh_prev, dp_t = step_backward(dh[t] + dh_prev, kept[t], p)
        for name in dp:
            dp[name] += dp_t[name]
    return dx, dh_prev, dp
