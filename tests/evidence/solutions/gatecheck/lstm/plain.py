import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def step(x, h_prev, c_prev, p):
    f = sigmoid(x @ p["W_f"].T + h_prev @ p["U_f"].T + p["b_f"])
    i = sigmoid(x @ p["W_i"].T + h_prev @ p["U_i"].T + p["b_i"])
    g = np.tanh(x @ p["W_g"].T + h_prev @ p["U_g"].T + p["b_g"])
    o = sigmoid(x @ p["W_o"].T + h_prev @ p["U_o"].T + p["b_o"])
    c = f * c_prev + i * g
    h = o * np.tanh(c)
    kept = (x, h_prev, c_prev, f, i, g, o, c)
    return h, c, kept


def step_backward(dh, dc, kept, p):
    x, h_prev, c_prev, f, i, g, o, c = kept
    tc = np.tanh(c)

    do = dh * tc
    dc_total = dc + dh * o * (1 - tc ** 2)
    df = dc_total * c_prev
    di = dc_total * g
    dg = dc_total * i
    dc_prev = dc_total * f

    da_f = df * f * (1 - f)
    da_i = di * i * (1 - i)
    da_g = dg * (1 - g ** 2)
    da_o = do * o * (1 - o)

    dx = da_f @ p["W_f"] + da_i @ p["W_i"] + da_g @ p["W_g"] + da_o @ p["W_o"]
    dh_prev = da_f @ p["U_f"] + da_i @ p["U_i"] + da_g @ p["U_g"] + da_o @ p["U_o"]

    dp = {
        "W_f": da_f.T @ x, "U_f": da_f.T @ h_prev, "b_f": da_f.sum(axis=0),
        "W_i": da_i.T @ x, "U_i": da_i.T @ h_prev, "b_i": da_i.sum(axis=0),
        "W_g": da_g.T @ x, "U_g": da_g.T @ h_prev, "b_g": da_g.sum(axis=0),
        "W_o": da_o.T @ x, "U_o": da_o.T @ h_prev, "b_o": da_o.sum(axis=0),
    }
    return dx, dh_prev, dc_prev, dp


def forward(x, h0, c0, p):
    T, B, _ = x.shape
    H = h0.shape[1]
    h = np.zeros((T, B, H))
    c = np.zeros((T, B, H))
    kept = []
    h_t, c_t = h0, c0
    for t in range(T):
        h_t, c_t, k = step(x[t], h_t, c_t, p)
        h[t] = h_t
        c[t] = c_t
        kept.append(k)
    return h, c, kept


def backward(dh, dc, kept, p):
    T, B, H = dh.shape
    D = kept[0][0].shape[1]
    dx = np.zeros((T, B, D))
    dp = {name: np.zeros_like(p[name]) for name in p}
    dh_next = np.zeros((B, H))
    dc_next = np.zeros((B, H))
    for t in range(T - 1, -1, -1):
        dx_t, dh_next, dc_next, dp_t = step_backward(dh[t] + dh_next, dc[t] + dc_next, kept[t], p)
        dx[t] = dx_t
        for name in p:
            dp[name] += dp_t[name]
    return dx, dh_next, dc_next, dp
