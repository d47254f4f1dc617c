import numpy as np


class Step:
    """One time step that remembers what it did."""

    def __init__(self, Wx, Wh, b):
        self.Wx = Wx
        self.Wh = Wh
        self.b = b

    def gates(self, a):
        H = a.shape[1] // 4
        s = 1 / (1 + np.exp(-a))
        self.i = s[:, 0:H]
        self.f = s[:, H:2 * H]
        self.o = s[:, 2 * H:3 * H]
        self.g = np.tanh(a[:, 3 * H:4 * H])

    def forward(self, x, h, c):
        self.x, self.h, self.c = x, h, c
        self.gates(np.dot(x, self.Wx) + np.dot(h, self.Wh) + self.b)
        self.new_c = self.f * c + self.i * self.g
        self.new_h = self.o * np.tanh(self.new_c)
        return self.new_h, self.new_c

    def backward(self, dh, dc):
        t = np.tanh(self.new_c)
        dc = dc + dh * self.o * (1 - t * t)
        dai = dc * self.g * self.i * (1 - self.i)
        daf = dc * self.c * self.f * (1 - self.f)
        dao = dh * t * self.o * (1 - self.o)
        dag = dc * self.i * (1 - self.g * self.g)
        da = np.hstack((dai, daf, dao, dag))
        self.dWx = np.dot(self.x.T, da)
        self.dWh = np.dot(self.h.T, da)
        self.db = da.sum(axis=0)
        return np.dot(da, self.Wx.T), np.dot(da, self.Wh.T), dc * self.f


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    step = Step(Wx, Wh, b)
    next_h, next_c = step.forward(x, prev_h, prev_c)
    return next_h, next_c, step


def lstm_step_backward(dnext_h, dnext_c, cache):
    dx, dprev_h, dprev_c = cache.backward(dnext_h, dnext_c)
    return dx, dprev_h, dprev_c, cache.dWx, cache.dWh, cache.db


def lstm_forward(x, h0, Wx, Wh, b):
    h, c = h0, np.zeros_like(h0)
    steps, outputs = [], []
    for t in range(x.shape[1]):
        step = Step(Wx, Wh, b)
        h, c = step.forward(x[:, t, :], h, c)
        outputs.append(h)
        steps.append(step)
    return np.stack(outputs, axis=1), steps


def lstm_backward(dh, cache):
    dxs = []
    dWx = dWh = db = 0
    dh_t = dc_t = 0
    for t in reversed(range(len(cache))):
        step = cache[t]
        dx_t, dh_t, dc_t = step.backward(dh[:, t, :] + dh_t, dc_t)
        dWx = dWx + step.dWx
        dWh = dWh + step.dWh
        db = db + step.db
        dxs.append(dx_t)
    dxs.reverse()
    return np.stack(dxs, axis=1), dh_t, dWx, dWh, db
