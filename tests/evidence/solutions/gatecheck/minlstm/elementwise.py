import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def step(x, h_prev, p):
    f = sigmoid(x @ p["W_f"].T + p["b_f"])
    i = sigmoid(x @ p["W_i"].T + p["b_i"])
    n = x @ p["W_n"].T + p["b_n"]
    s = f + i
    h = (f * h_prev + i * n) / s
    return h, dict(x=x, h_prev=h_prev, f=f, i=i, n=n, s=s, h=h)


def step_backward(dh, kept, p):
    x, h_prev, f, i, n, s, h = kept.values()
    # quotient: numerator and denominator
    dnum = dh / s
    ds = -dh * h / s
    df = dnum * h_prev + ds
    di = dnum * n + ds
    dn = dnum * i
    dh_prev = dnum * f
    af = df * f * (1 - f)
    ai = di * i * (1 - i)
    dp = {
        "W_f": af.T @ x, "b_f": af.sum(0),
        "W_i": ai.T @ x, "b_i": ai.sum(0),
        "W_n": dn.T @ x, "b_n": dn.sum(0),
    }
    return af @ p["W_f"] + ai @ p["W_i"] + dn @ p["W_n"], dh_prev, dp


def forward(x, h0, p):
    h = np.zeros((x.shape[0], *h0.shape))
    kept = []
    for t in range(x.shape[0]):
        h0, k = step(x[t], h0, p)
        h[t] = h0
        kept.append(k)
    return h, kept


def backward(dh, kept, p):
    dx = np.zeros((len(kept), *kept[0]["x"].shape))
    total = {}
    later = np.zeros(dh[0].shape)
    for t in reversed(range(len(kept))):
        dx[t], later, dp = step_backward(dh[t] + later, kept[t], p)
        for name, value in dp.items():
            total.setdefault(name, np.zeros_like(value))
            total[name] += value
    return dx, later, total
