import numpy as np


def sigma(a):
    return 1 / (1 + np.exp(-a))


def step(x, h_prev, p):
    z = sigma(x @ p["W_z"].T + h_prev @ p["U_z"].T + p["b_z"])
    r = sigma(x @ p["W_r"].T + h_prev @ p["U_r"].T + p["b_r"])
    u = h_prev @ p["U_n"].T + p["b_u"]
    n = np.tanh(x @ p["W_n"].T + r * u + p["b_n"])
    return z * h_prev + (1 - z) * n, (x, h_prev, z, r, u, n)


def step_backward(dh, kept, p):
    x, h_prev, z, r, u, n = kept
    dn = dh * (1 - z) * (1 - n * n)
    dz = dh * (h_prev - n) * z * (1 - z)
    dr = dn * u * r * (1 - r)
    du = dn * r
    dx = dz @ p["W_z"] + dr @ p["W_r"] + dn @ p["W_n"]
    dh_prev = dh * z + dz @ p["U_z"] + dr @ p["U_r"] + du @ p["U_n"]
    dp = {}
    for name, d in ("z", dz), ("r", dr), ("n", dn):
        dp["W_" + name] = d.T @ x
        dp["b_" + name] = d.sum(axis=0)
    for name, d in ("z", dz), ("r", dr), ("n", du):
        dp["U_" + name] = d.T @ h_prev
    dp["b_u"] = du.sum(axis=0)
    return dx, dh_prev, dp


def forward(x, h0, p):
    h = [h0]
    kept = []
    for t in range(x.shape[0]):
        new, k = step(x[t], h[t], p)
        h.append(new)
        kept.append(k)
    return np.stack(h[1:]), kept


def backward(dh, kept, p):
    dp = {k: np.zeros_like(v) for k, v in p.items()}
    dx = np.zeros((*dh.shape[:2], kept[0][0].shape[1]))
    d = np.zeros_like(dh[0])
    for t in range(len(kept) - 1, -1, -1):
        dx[t], d, g = step_backward(dh[t] + d, kept[t], p)
        for k in g:
            dp[k] += g[k]
    return dx, d, dp
