import numpy as np


def ugrnn_step_forward(x, prev_h, Wx, Wh, b):
    H = prev_h.shape[1]
    a = np.empty((len(x), 2 * H))
    np.dot(x, Wx, out=a)
    a += np.dot(prev_h, Wh)
    a += b
    z = 1 / (1 + np.exp(-a[:, :H]))
    n = np.tanh(a[:, H:])
    next_h = z * prev_h
    next_h += (1 - z) * n
    return next_h, (x, prev_h, Wx, Wh, z, n)


def ugrnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, z, n = cache
    H = prev_h.shape[1]
    da = np.empty((len(x), 2 * H))
    da[:, :H] = dnext_h * (prev_h - n) * z * (1 - z)
    da[:, H:] = dnext_h * (1 - z) * (1 - n**2)
    dprev_h = da @ Wh.T
    dprev_h += dnext_h * z
    return da @ Wx.T, dprev_h, x.T @ da, prev_h.T @ da, da.sum(axis=0)


def ugrnn_forward(x, h0, Wx, Wh, b):
    N, T, _ = x.shape
    h = np.empty((N, T, h0.shape[1]))
    cache = []
    for t in range(T):
        h0, c = ugrnn_step_forward(x[:, t], h0, Wx, Wh, b)
        h[:, t] = h0
        cache.append(c)
    return h, cache


def ugrnn_backward(dh, cache):
    N, T, H = dh.shape
    Wx, Wh = cache[0][2], cache[0][3]
    dx = np.empty((N, T, Wx.shape[0]))
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wx.shape[1])
    dh_t = np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        np.add(dh_t, dh[:, t], out=dh_t)
        dx[:, t], dh_t, a, b, c = ugrnn_step_backward(dh_t, cache[t])
        np.add(dWx, a, out=dWx)
        np.add(dWh, b, out=dWh)
        np.add(db, c, out=db)
    return dx, dh_t, dWx, dWh, db
