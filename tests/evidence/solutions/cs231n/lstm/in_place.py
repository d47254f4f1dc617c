import numpy as np


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_c.shape[1]
    act = x @ Wx
    act += prev_h @ Wh
    act += b
    # i, f, o in place, then g
    act[:, : 3 * H] = 1 / (1 + np.exp(-act[:, : 3 * H]))
    act[:, 3 * H :] = np.tanh(act[:, 3 * H :])
    i, f, o, g = np.split(act, 4, axis=1)
    next_c = f * prev_c
    next_c += i * g
    tanh_c = np.tanh(next_c)
    next_h = o * tanh_c
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, act, tanh_c)


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, act, tanh_c = cache
    N, H = dnext_h.shape
    i, f, o, g = np.split(act, 4, axis=1)
    dc = 1 - tanh_c ** 2
    dc *= o
    dc *= dnext_h
    dc += dnext_c
    dact = np.zeros((N, 4 * H))
    dact[:, :H] = dc * g
    dact[:, H : 2 * H] = dc * prev_c
    dact[:, 2 * H : 3 * H] = dnext_h * tanh_c
    dact[:, 3 * H :] = dc * i
    gates = act[:, : 3 * H]
    dact[:, : 3 * H] *= gates * (1 - gates)
    dact[:, 3 * H :] *= 1 - g ** 2
    return dact @ Wx.T, dact @ Wh.T, dc * f, x.T @ dact, prev_h.T @ dact, dact.sum(axis=0)


def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.empty((N, T, h0.shape[1]))
    c = np.zeros(h0.shape)
    cache = [None] * T
    for t in range(T):
        before = h[:, t - 1] if t > 0 else h0
        h[:, t], c, cache[t] = lstm_step_forward(x[:, t], before, c, Wx, Wh, b)
    return h, cache


def lstm_backward(dh, cache):
    N, T, H = dh.shape
    Wx, Wh = cache[0][3], cache[0][4]
    dx = np.empty((N, T, len(Wx)))
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(4 * H)
    dnext_h, dnext_c = np.zeros((N, H)), np.zeros((N, H))
    t = T
    while t > 0:
        t -= 1
        step = lstm_step_backward(dh[:, t] + dnext_h, dnext_c, cache[t])
        dx[:, t] = step[0]
        dnext_h, dnext_c = step[1], step[2]
        for total, part in zip((dWx, dWh, db), step[3:]):
            total += part
    return dx, dnext_h, dWx, dWh, db
