import numpy as np


def sigmoid(a):
    return 0.5 * np.tanh(0.5 * a) + 0.5


def gru_step_forward(x, prev_h, Wx, Wh, b):
    """z and r come out of one product; the candidate needs its own."""
    H = len(Wh)
    zr = sigmoid(x @ Wx[:, :-H] + prev_h @ Wh[:, :-H] + b[:-H])
    z, r = zr[:, :H], zr[:, H:]
    gated = r * prev_h
    n = np.tanh(x @ Wx[:, -H:] + gated @ Wh[:, -H:] + b[-H:])
    next_h = n + z * (prev_h - n)
    return next_h, (x, prev_h, gated, zr, n, Wx, Wh)


def gru_step_backward(dnext_h, cache):
    x, prev_h, gated, zr, n, Wx, Wh = cache
    H = len(Wh)
    z, r = zr[:, :H], zr[:, H:]
    # through the interpolation
    dn = dnext_h * (1 - z)
    dz = dnext_h * (prev_h - n)
    dh = dnext_h * z
    # through the candidate
    dn_in = dn * (1 - n**2)
    dgated = dn_in @ Wh[:, -H:].T
    dr = dgated * prev_h
    dh = dh + dgated * r
    # through both gates at once
    dzr_in = np.concatenate([dz, dr], axis=1) * zr * (1 - zr)
    dh = dh + dzr_in @ Wh[:, :-H].T
    d = np.concatenate([dzr_in, dn_in], axis=1)
    dWh = np.concatenate([prev_h.T @ dzr_in, gated.T @ dn_in], axis=1)
    return d @ Wx.T, dh, x.T @ d, dWh, d.sum(axis=0)


def gru_forward(x, h0, Wx, Wh, b):
    x = x.transpose(1, 0, 2)
    h = np.zeros((len(x),) + h0.shape)
    caches = []
    for t, xt in enumerate(x):
        h0, cache = gru_step_forward(xt, h0, Wx, Wh, b)
        h[t] = h0
        caches.append(cache)
    return h.transpose(1, 0, 2), caches


def gru_backward(dh, cache):
    dh = dh.transpose(1, 0, 2)
    T = len(dh)
    Wx, Wh = cache[-1][-2:]
    dx = np.zeros((T, dh.shape[1], len(Wx)))
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wx.shape[1])
    acc = np.zeros(dh[0].shape)
    for t in range(T - 1, -1, -1):
        acc = acc + dh[t]
        dxt, acc, dWxt, dWht, dbt = gru_step_backward(acc, cache[t])
        dx[t] = dxt
        dWx = dWx + dWxt
        dWh = dWh + dWht
        db = db + dbt
    return dx.transpose(1, 0, 2), acc, dWx, dWh, db
