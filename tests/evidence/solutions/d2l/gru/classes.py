import numpy as np


class Linear:
    """x W + h U + b, with a memory."""

    def __init__(self, W, U, b):
        self.W, self.U, self.b = W, U, b

    def __call__(self, x, h):
        self.x, self.h = x, h
        return x @ self.W + h @ self.U + self.b

    def back(self, d):
        self.grads = (self.x.T @ d, self.h.T @ d, d.sum(axis=0))
        return d @ self.W.T, d @ self.U.T


class Sigmoid:
    def __call__(self, a):
        self.y = 1 / (1 + np.exp(-a))
        return self.y

    def back(self, dy):
        return dy * self.y * (1 - self.y)


class Tanh:
    def __call__(self, a):
        self.y = np.tanh(a)
        return self.y

    def back(self, dy):
        return dy * (1 - self.y**2)


class Cell:
    def __init__(self, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h):
        self.lz, self.sz = Linear(W_xz, W_hz, b_z), Sigmoid()
        self.lr, self.sr = Linear(W_xr, W_hr, b_r), Sigmoid()
        self.ln, self.tn = Linear(W_xh, W_hh, b_h), Tanh()

    def forward(self, x, h):
        self.h = h
        self.z = self.sz(self.lz(x, h))
        self.r = self.sr(self.lr(x, h))
        self.n = self.tn(self.ln(x, self.r * h))
        return self.z * h + (1 - self.z) * self.n

    def backward(self, d):
        dx, drh = self.ln.back(self.tn.back(d * (1 - self.z)))
        dh = d * self.z + drh * self.r
        for layer, squash, g in ((self.lr, self.sr, drh * self.h), (self.lz, self.sz, d * (self.h - self.n))):
            ddx, ddh = layer.back(squash.back(g))
            dx = dx + ddx
            dh = dh + ddh
        return dx, dh, *self.lz.grads, *self.lr.grads, *self.ln.grads


def gru_step(X, H, *arrays):
    cell = Cell(*arrays)
    return cell.forward(X, H), cell


def gru_step_backward(dH, cache):
    return cache.backward(dH)


def gru(inputs, H, *arrays):
    cells = []
    for X in inputs:
        cell = Cell(*arrays)
        H = cell.forward(X, H)
        cells.append((cell, H))
    return np.stack([H for _, H in cells]), [cell for cell, _ in cells]


def gru_backward(dHs, cache):
    dinputs = np.zeros((len(cache),) + cache[0].lz.x.shape)
    dH = np.zeros(dHs.shape[1:])
    grads = [np.zeros(a.shape) for l in (cache[0].lz, cache[0].lr, cache[0].ln) for a in (l.W, l.U, l.b)]
    for t in reversed(range(len(cache))):
        dinputs[t], dH, *new = cache[t].backward(dHs[t] + dH)
        for total, one in zip(grads, new):
            total += one
    return dinputs, dH, *grads
