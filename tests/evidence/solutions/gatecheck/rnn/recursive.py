"""Recursion instead of loops: a sequence is its first step and the rest."""
import numpy as np


def step(x, h_prev, p):
    h = np.tanh(p["b"] + np.matmul(x, np.transpose(p["W"])) + np.matmul(h_prev, np.transpose(p["U"])))
    return h, [x, h_prev, h]


def step_backward(dh, kept, p):
    x, h_prev, h = kept
    d = dh - dh * np.square(h)
    return (
        np.matmul(d, p["W"]),
        np.matmul(d, p["U"]),
        {"W": np.matmul(np.transpose(d), x), "U": np.matmul(np.transpose(d), h_prev), "b": np.sum(d, 0)},
    )


def add(one, other):
    return {key: one[key] + other[key] for key in one}


def forward(x, h0, p):
    h, kept = step(x[0], h0, p)
    if len(x) == 1:
        return h[None], [kept]
    rest, kept_rest = forward(x[1:], h, p)
    return np.concatenate([h[None], rest]), [kept] + kept_rest


def backward(dh, kept, p):
    if len(kept) == 1:
        dx, dh_prev, dp = step_backward(dh[0], kept[0], p)
        return dx[None], dh_prev, dp
    dx_rest, dh_here, dp_rest = backward(dh[1:], kept[1:], p)
    dx, dh_prev, dp = step_backward(dh[0] + dh_here, kept[0], p)
    return np.concatenate([dx[None], dx_rest]), dh_prev, add(dp, dp_rest)
