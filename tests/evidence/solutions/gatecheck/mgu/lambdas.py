import numpy as np

sig = lambda a: 1 / (1 + np.exp(-a))
lin = lambda k, x, h, p: x @ p["W_" + k].T + h @ p["U_" + k].T + p["b_" + k]
grads = lambda k, a, x, h: {"W_" + k: a.T @ x, "U_" + k: a.T @ h, "b_" + k: a.sum(0)}
plus = lambda one, two: {k: one.get(k, 0) + two[k] for k in two}


def step(x, h_prev, p):
    f = sig(lin("f", x, h_prev, p))
    n = np.tanh(lin("n", x, f * h_prev, p))
    return (1 - f) * h_prev + f * n, (x, h_prev, f, n)


def step_backward(dh, kept, p):
    x, h, f, n = kept
    an = dh * f * (1 - n * n)
    dfh = an @ p["U_n"]
    af = (dh * (n - h) + dfh * h) * f * (1 - f)
    dh_prev = dh * (1 - f) + dfh * f + af @ p["U_f"]
    return an @ p["W_n"] + af @ p["W_f"], dh_prev, {**grads("f", af, x, h), **grads("n", an, x, f * h)}


def forward(x, h0, p):
    h, kept = [h0], []
    for xt in x:
        new, k = step(xt, h[-1], p)
        h.append(new)
        kept.append(k)
    return np.stack(h[1:]), kept


def backward(dh, kept, p):
    dx, d, dp = [], 0, {}
    for e, k in list(zip(dh, kept))[::-1]:
        one, d, g = step_backward(e + d, k, p)
        dx.append(one)
        dp = plus(dp, g)
    return np.stack(dx[::-1]), d, dp
