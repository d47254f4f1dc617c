import numpy as np

GATES = "figo"


def activation(gate, a):
    if gate == "g":
        return np.tanh(a)
    return 1.0 / (1.0 + np.exp(-a))


def slope(gate, y):
    if gate == "g":
        return 1 - y * y
    return y * (1 - y)


def step(x, h_prev, c_prev, p):
    y = {}
    for k in GATES:
        a = np.dot(x, p["W_" + k].T)
        a = a + np.dot(h_prev, p["U_" + k].T)
        a = a + p["b_" + k]
        y[k] = activation(k, a)
    c = y["f"] * c_prev + y["i"] * y["g"]
    s = np.tanh(c)
    h = y["o"] * s
    return h, c, {"x": x, "h": h_prev, "c": c_prev, "y": y, "s": s}


def step_backward(dh, dc, kept, p):
    y, s = kept["y"], kept["s"]
    dc = dc + dh * y["o"] * (1 - s * s)
    d = {"o": dh * s, "f": dc * kept["c"], "i": dc * y["g"], "g": dc * y["i"]}
    dx = np.zeros_like(kept["x"])
    dh_prev = np.zeros_like(kept["h"])
    dp = {}
    for k in GATES:
        da = d[k] * slope(k, y[k])
        dp["W_" + k] = np.dot(da.T, kept["x"])
        dp["U_" + k] = np.dot(da.T, kept["h"])
        dp["b_" + k] = np.sum(da, axis=0)
        dx += np.dot(da, p["W_" + k])
        dh_prev += np.dot(da, p["U_" + k])
    return dx, dh_prev, dc * y["f"], dp


def forward(x, h0, c0, p):
    hs, cs, kept = [], [], []
    h, c = h0, c0
    for t in range(x.shape[0]):
        h, c, k = step(x[t], h, c, p)
        hs.append(h)
        cs.append(c)
        kept.append(k)
    return np.stack(hs), np.stack(cs), kept


def backward(dh, dc, kept, p):
    T = len(kept)
    dx = [None] * T
    total = None
    dh_t = np.zeros_like(dh[0])
    dc_t = np.zeros_like(dc[0])
    for t in range(T)[::-1]:
        dx[t], dh_t, dc_t, dp = step_backward(dh[t] + dh_t, dc[t] + dc_t, kept[t], p)
        if total is None:
            total = dp
        else:
            for name in total:
                total[name] = total[name] + dp[name]
    return np.stack(dx), dh_t, dc_t, total
