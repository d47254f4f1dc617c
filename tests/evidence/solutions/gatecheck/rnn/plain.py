import numpy as np


def step(x, h_prev, p):
    a = x @ p["W"].T + h_prev @ p["U"].T + p["b"]
    h = np.tanh(a)
    return h, (x, h_prev, h)


def step_backward(dh, kept, p):
    x, h_prev, h = kept
    da = dh * (1 - h ** 2)
    dp = {}
    dp["W"] = da.T @ x
    dp["U"] = da.T @ h_prev
    dp["b"] = da.sum(axis=0)
    dx = da @ p["W"]
    dh_prev = da @ p["U"]
    return dx, dh_prev, dp


def forward(x, h0, p):
    T, B, D = x.shape
    H = h0.shape[1]
    h = np.zeros((T, B, H))
    kept = []
    h_prev = h0
    for t in range(T):
        h_prev, k = step(x[t], h_prev, p)
        h[t] = h_prev
        kept.append(k)
    return h, kept


def backward(dh, kept, p):
    T, B, H = dh.shape
    dx = np.zeros((T, B, p["W"].shape[1]))
    dp = {"W": np.zeros_like(p["W"]), "U": np.zeros_like(p["U"]), "b": np.zeros_like(p["b"])}
    dh_next = np.zeros((B, H))
    for t in reversed(range(T)):
        dx[t], dh_next, grads = step_backward(dh[t] + dh_next, kept[t], p)
        dp["W"] += grads["W"]
        dp["U"] += grads["U"]
        dp["b"] += grads["b"]
    return dx, dh_next, dp
