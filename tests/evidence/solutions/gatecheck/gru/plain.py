import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def step(x, h_prev, p):
    z = sigmoid(x @ p["W_z"].T + h_prev @ p["U_z"].T + p["b_z"])
    r = sigmoid(x @ p["W_r"].T + h_prev @ p["U_r"].T + p["b_r"])
    rh = r * h_prev
    n = np.tanh(x @ p["W_n"].T + rh @ p["U_n"].T + p["b_n"])
    h = z * h_prev + (1 - z) * n
    return h, (x, h_prev, z, r, rh, n)


def step_backward(dh, kept, p):
    x, h_prev, z, r, rh, n = kept
    # h = z * h_prev + (1 - z) * n
    dz = dh * (h_prev - n)
    dn = dh * (1 - z)
    dh_prev = dh * z
    # n
    da_n = dn * (1 - n ** 2)
    drh = da_n @ p["U_n"]
    dr = drh * h_prev
    dh_prev = dh_prev + drh * r
    # r
    da_r = dr * r * (1 - r)
    dh_prev = dh_prev + da_r @ p["U_r"]
    # z
    da_z = dz * z * (1 - z)
    dh_prev = dh_prev + da_z @ p["U_z"]

    dx = da_z @ p["W_z"] + da_r @ p["W_r"] + da_n @ p["W_n"]
    dp = {
        "W_z": da_z.T @ x,
        "W_r": da_r.T @ x,
        "W_n": da_n.T @ x,
        "U_z": da_z.T @ h_prev,
        "U_r": da_r.T @ h_prev,
        "U_n": da_n.T @ rh,
        "b_z": da_z.sum(axis=0),
        "b_r": da_r.sum(axis=0),
        "b_n": da_n.sum(axis=0),
    }
    return dx, dh_prev, dp


def forward(x, h0, p):
    T = x.shape[0]
    h = np.zeros((T, x.shape[1], h0.shape[1]))
    kept = []
    prev = h0
    for t in range(T):
        prev, k = step(x[t], prev, p)
        h[t] = prev
        kept.append(k)
    return h, kept


def backward(dh, kept, p):
    T, B, H = dh.shape
    dx = np.zeros((T, B, p["W_z"].shape[1]))
    dp = {k: np.zeros_like(v) for k, v in p.items()}
    dnext = np.zeros((B, H))
    for t in reversed(range(T)):
        dx[t], dnext, d = step_backward(dh[t] + dnext, kept[t], p)
        for k in dp:
            dp[k] += d[k]
    return dx, dnext, dp
