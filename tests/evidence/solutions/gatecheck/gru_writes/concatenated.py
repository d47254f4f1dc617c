import numpy as np

# [x, h] in one array, [W U] in one matrix per gate


def both(p, k):
    return np.hstack([p["W_" + k], p["U_" + k]])


def gate(joined, p, k):
    return 1 / (1 + np.exp(-(joined @ both(p, k).T + p["b_" + k])))


def step(x, h_prev, p):
    xh = np.hstack([x, h_prev])
    z = gate(xh, p, "z")
    r = gate(xh, p, "r")
    xr = np.hstack([x, r * h_prev])
    n = np.tanh(xr @ both(p, "n").T + p["b_n"])
    h = h_prev + z * (n - h_prev)
    return h, (xh, xr, h_prev, z, r, n)


def step_backward(dh, kept, p):
    xh, xr, h_prev, z, r, n = kept
    D = p["W_z"].shape[1]
    da = {"n": dh * z * (1 - n**2), "z": dh * (n - h_prev) * z * (1 - z)}
    dxr = da["n"] @ both(p, "n")
    da["r"] = dxr[:, D:] * h_prev * r * (1 - r)
    dxh = da["z"] @ both(p, "z") + da["r"] @ both(p, "r")
    dp = {}
    for k, read in {"z": xh, "r": xh, "n": xr}.items():
        dboth = da[k].T @ read
        dp["W_" + k] = dboth[:, :D]
        dp["U_" + k] = dboth[:, D:]
        dp["b_" + k] = da[k].sum(axis=0)
    dx = dxh[:, :D] + dxr[:, :D]
    dh_prev = dxh[:, D:] + dxr[:, D:] * r + dh * (1 - z)
    return dx, dh_prev, dp


def forward(x, h0, p):
    h, kept = [], []
    state = h0
    for t in range(len(x)):
        state, k = step(x[t], state, p)
        h.append(state)
        kept.append(k)
    return np.array(h), kept


def backward(dh, kept, p):
    T = len(kept)
    dx = [None] * T
    dp = None
    dstate = 0
    for t in range(T - 1, -1, -1):
        dx[t], dstate, step_dp = step_backward(dh[t] + dstate, kept[t], p)
        dp = step_dp if dp is None else {k: dp[k] + step_dp[k] for k in dp}
    return np.array(dx), dstate, dp
