import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def step(x, h_prev, c_prev, p):
    f = sigmoid(x @ p["W_f"].T + h_prev @ p["U_f"].T + p["p_f"] * c_prev + p["b_f"])
    i = sigmoid(x @ p["W_i"].T + h_prev @ p["U_i"].T + p["p_i"] * c_prev + p["b_i"])
    g = np.tanh(x @ p["W_g"].T + h_prev @ p["U_g"].T + p["b_g"])
    c = f * c_prev + i * g
    o = sigmoid(x @ p["W_o"].T + h_prev @ p["U_o"].T + p["p_o"] * c + p["b_o"])
    h = o * np.tanh(c)
    return h, c, (x, h_prev, c_prev, f, i, g, o, c)


def step_backward(dh, dc, kept, p):
    x, h_prev, c_prev, f, i, g, o, c = kept
    tc = np.tanh(c)
    ao = dh * tc * o * (1 - o)
    # c is read by the next step, by h and by the output gate
    dc = dc + dh * o * (1 - tc**2) + ao * p["p_o"]
    af = dc * c_prev * f * (1 - f)
    ai = dc * g * i * (1 - i)
    ag = dc * i * (1 - g**2)
    dx, dh_prev = 0, 0
    dp = {}
    for k, a in (("f", af), ("i", ai), ("g", ag), ("o", ao)):
        dx = dx + a @ p["W_" + k]
        dh_prev = dh_prev + a @ p["U_" + k]
        dp["W_" + k] = a.T @ x
        dp["U_" + k] = a.T @ h_prev
        dp["b_" + k] = a.sum(axis=0)
    dp["p_f"] = (af * c_prev).sum(axis=0)
    dp["p_i"] = (ai * c_prev).sum(axis=0)
    dp["p_o"] = (ao * c).sum(axis=0)
    dc_prev = dc * f + af * p["p_f"] + ai * p["p_i"]
    return dx, dh_prev, dc_prev, dp


def forward(x, h0, c0, p):
    T = x.shape[0]
    h, c = np.zeros((T, *h0.shape)), np.zeros((T, *c0.shape))
    kept = []
    for t in range(T):
        h0, c0, k = step(x[t], h0, c0, p)
        h[t], c[t] = h0, c0
        kept.append(k)
    return h, c, kept


def backward(dh, dc, kept, p):
    T = len(kept)
    dx = np.zeros((T, *kept[0][0].shape))
    dp = {k: np.zeros(v.shape) for k, v in p.items()}
    dh_t, dc_t = np.zeros(dh[0].shape), np.zeros(dc[0].shape)
    for t in reversed(range(T)):
        dx[t], dh_t, dc_t, d = step_backward(dh[t] + dh_t, dc[t] + dc_t, kept[t], p)
        for k in dp:
            dp[k] += d[k]
    return dx, dh_t, dc_t, dp
