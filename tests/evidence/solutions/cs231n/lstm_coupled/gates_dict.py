import numpy as np


def lstm_coupled_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    # gates in the order of the layout: i, g, o here? the hand-out says i, o, g
    i, o, g = np.split(x @ Wx + prev_h @ Wh + b, 3, axis=1)
    i, o = (1 / (1 + np.exp(-a)) for a in (i, o))
    g = np.tanh(g)
    next_c = prev_c + i * (g - prev_c)
    tc = np.tanh(next_c)
    return o * tc, next_c, {"in": (x, prev_h, prev_c), "W": (Wx, Wh), "gates": (i, o, g), "tc": tc}


def lstm_coupled_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c = cache["in"]
    Wx, Wh = cache["W"]
    i, o, g = cache["gates"]
    tc = cache["tc"]
    dc = dnext_c + dnext_h * o * (1 - tc**2)
    da = np.hstack([dc * (g - prev_c) * i * (1 - i), dnext_h * tc * o * (1 - o), dc * i * (1 - g**2)])
    return da @ Wx.T, da @ Wh.T, dc * (1 - i), x.T @ da, prev_h.T @ da, da.sum(axis=0)


def lstm_coupled_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    state = h0, np.zeros_like(h0)
    cache = {}
    for t in range(T):
        *state, cache[t] = lstm_coupled_step_forward(x[:, t], *state, Wx, Wh, b)
        h[:, t] = state[0]
    return h, cache


def lstm_coupled_backward(dh, cache):
    N, T, H = dh.shape
    Wx, Wh = cache[0]["W"]
    dx = np.zeros((N, T, len(Wx)))
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(3 * H)
    dh_t = dc_t = np.zeros((N, H))
    for t in sorted(cache, reverse=True):
        dx[:, t], dh_t, dc_t, w, u, v = lstm_coupled_step_backward(dh[:, t] + dh_t, dc_t, cache[t])
        dWx, dWh, db = dWx + w, dWh + u, db + v
    return dx, dh_t, dWx, dWh, db
