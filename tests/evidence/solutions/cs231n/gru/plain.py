import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_step_forward(x, prev_h, Wx, Wh, b):
    H = prev_h.shape[1]
    ax = x @ Wx + b
    z = sigmoid(ax[:, :H] + prev_h @ Wh[:, :H])
    r = sigmoid(ax[:, H : 2 * H] + prev_h @ Wh[:, H : 2 * H])
    n = np.tanh(ax[:, 2 * H :] + (r * prev_h) @ Wh[:, 2 * H :])
    next_h = z * prev_h + (1 - z) * n
    cache = (x, prev_h, Wx, Wh, z, r, n)
    return next_h, cache


def gru_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, z, r, n = cache
    H = prev_h.shape[1]
    dprev_h = dnext_h * z
    dz = dnext_h * (prev_h - n)
    dn = dnext_h * (1 - z)
    dan = dn * (1 - n**2)
    drh = dan @ Wh[:, 2 * H :].T
    dr = drh * prev_h
    dprev_h += drh * r
    daz = dz * z * (1 - z)
    dar = dr * r * (1 - r)
    dprev_h += daz @ Wh[:, :H].T
    dprev_h += dar @ Wh[:, H : 2 * H].T
    da = np.hstack([daz, dar, dan])
    dx = da @ Wx.T
    dWx = x.T @ da
    dWh = np.hstack([prev_h.T @ daz, prev_h.T @ dar, (r * prev_h).T @ dan])
    db = da.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db


def gru_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    cache = []
    prev_h = h0
    for t in range(T):
        prev_h, c = gru_step_forward(x[:, t], prev_h, Wx, Wh, b)
        h[:, t] = prev_h
        cache.append(c)
    return h, cache


def gru_backward(dh, cache):
    N, T, H = dh.shape
    Wx, Wh = cache[0][2:4]
    dx = np.zeros((N, T, Wx.shape[0]))
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(3 * H)
    dprev_h = np.zeros((N, H))
    for t in reversed(range(T)):
        dx[:, t], dprev_h, dWx_t, dWh_t, db_t = gru_step_backward(dh[:, t] + dprev_h, cache[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    return dx, dprev_h, dWx, dWh, db
