import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    a = np.matmul(x, Wx)
    a += np.matmul(prev_h, Wh)
    a += b
    next_h = np.tanh(a)
    return next_h, [x, prev_h, Wx, Wh, next_h]


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dsum = np.multiply(dnext_h, np.subtract(1, np.power(next_h, 2)))
    dx = np.matmul(dsum, Wx.T)
    dprev_h = np.matmul(dsum, Wh.T)
    dWx = np.matmul(x.T, dsum)
    dWh = np.matmul(prev_h.T, dsum)
    db = np.add.reduce(dsum)
    return dx, dprev_h, dWx, dWh, db


def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    projected = x.reshape(N * T, D).dot(Wx).reshape(N, T, -1) + b
    h = np.zeros(projected.shape)
    prev = h0
    for t in range(T):
        prev = np.tanh(projected[:, t] + prev.dot(Wh))
        h[:, t] = prev
    return h, (x, h0, h, Wx, Wh)


def rnn_backward(dh, cache):
    x, h0, h, Wx, Wh = cache
    N, T, H = h.shape
    da = np.zeros((N, T, H))
    carried = np.zeros((N, H))
    for t in reversed(range(T)):
        da[:, t] = (dh[:, t] + carried) * (1 - h[:, t] ** 2)
        carried = da[:, t].dot(Wh.T)
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dWx = np.tensordot(x, da, axes=([0, 1], [0, 1]))
    dWh = np.tensordot(before, da, axes=([0, 1], [0, 1]))
    db = da.sum(axis=(0, 1))
    dx = da.dot(Wx.T)
    return dx, carried, dWx, dWh, db
