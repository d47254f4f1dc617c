import numpy as np


def squash(a):
    return (1 + np.tanh(a / 2)) / 2


def lstm_step(x, H_prev, C_prev, *matrices):
    U = np.stack(matrices[0::2])  # (4,D,H): f i g o
    W = np.stack(matrices[1::2])  # (4,H,H)
    a = np.einsum("bd,kdh->kbh", x, U) + np.einsum("bj,kjh->kbh", H_prev, W)
    f, i, o = squash(a[0]), squash(a[1]), squash(a[3])
    g = np.tanh(a[2])
    C = f * C_prev + i * g
    return o * np.tanh(C), C, (x, H_prev, C_prev, U, W, np.stack([f, i, g, o]), C)


def lstm_step_backward(dH, dC, cache):
    x, H_prev, C_prev, U, W, (f, i, g, o), C = cache
    dC = dC + dH * o / np.cosh(C) ** 2
    da = np.stack([dC * C_prev * f * (1 - f), dC * g * i * (1 - i), dC * i * (1 - g**2), dH * np.tanh(C) * o * (1 - o)])
    dx = np.einsum("kbh,kdh->bd", da, U)
    dH_prev = np.einsum("kbh,kjh->bj", da, W)
    dU = np.einsum("bd,kbh->kdh", x, da)
    dW = np.einsum("bj,kbh->kjh", H_prev, da)
    pairs = [m for pair in zip(dU, dW) for m in pair]
    return dx, dH_prev, dC * f, *pairs


def lstm(x, H0, C0, *matrices):
    H = np.zeros((len(x), *H0.shape))
    C = np.zeros((len(x), *C0.shape))
    cache = []
    for t in range(len(x)):
        H[t], C[t], kept = lstm_step(x[t], H[t - 1] if t else H0, C[t - 1] if t else C0, *matrices)
        cache.append(kept)
    return H, C, cache


def lstm_backward(dH, dC, cache):
    dx = np.zeros((len(cache), *cache[0][0].shape))
    h, c = np.zeros_like(dH[0]), np.zeros_like(dC[0])
    sums = None
    for t in reversed(range(len(cache))):
        dx[t], h, c, *new = lstm_step_backward(dH[t] + h, dC[t] + c, cache[t])
        sums = new if sums is None else list(map(np.add, sums, new))
    return dx, h, c, *sums
