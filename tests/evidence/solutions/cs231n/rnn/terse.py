import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return h, (x, prev_h, Wx, Wh, h)


def rnn_step_backward(dnext_h, cache):
    x, p, Wx, Wh, h = cache
    d = dnext_h * (1 - h**2)
    return d @ Wx.T, d @ Wh.T, x.T @ d, p.T @ d, d.sum(0)


def rnn_forward(x, h0, Wx, Wh, b):
    h, c = [h0], []
    for t in range(x.shape[1]):
        n, k = rnn_step_forward(x[:, t], h[-1], Wx, Wh, b)
        h.append(n), c.append(k)
    return np.stack(h[1:], axis=1), c


def rnn_backward(dh, cache):
    dx, up, g = [], 0, [0, 0, 0]
    for t in range(dh.shape[1] - 1, -1, -1):
        d, up, *n = rnn_step_backward(dh[:, t] + up, cache[t])
        dx, g = [d] + dx, [a + b for a, b in zip(g, n)]
    return np.stack(dx, axis=1), up, g[0], g[1], g[2]
