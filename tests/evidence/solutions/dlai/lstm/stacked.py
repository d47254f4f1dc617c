import numpy as np

NAMES = ["f", "i", "c", "o"]


def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """One (4H, H+D) matrix; rows f, i, c, o."""
    W = np.vstack([parameters["W" + n] for n in NAMES])
    b = np.vstack([parameters["b" + n] for n in NAMES])
    z = np.vstack([a_prev, xt])
    f, i, c, o = np.split(W @ z + b, 4)
    f, i, o = (1 / (1 + np.exp(-v)) for v in (f, i, o))
    c = np.tanh(c)
    c_next = f * c_prev + i * c
    a_next = o * np.tanh(c_next)
    return a_next, c_next, {"W": W, "z": z, "c_prev": c_prev, "c_next": c_next, "f": f, "i": i, "c": c, "o": o}


def lstm_cell_backward(da_next, dc_next, cache):
    k = cache
    n_a = len(k["f"])
    tc = np.tanh(k["c_next"])
    dc = dc_next + da_next * k["o"] * (1 - tc**2)
    d = np.vstack(
        [
            dc * k["c_prev"] * k["f"] * (1 - k["f"]),
            dc * k["c"] * k["i"] * (1 - k["i"]),
            dc * k["i"] * (1 - k["c"] ** 2),
            da_next * tc * k["o"] * (1 - k["o"]),
        ]
    )
    dz = k["W"].T @ d
    g = {"dxt": dz[n_a:], "da_prev": dz[:n_a], "dc_prev": dc * k["f"]}
    for n, dW, db in zip(NAMES, np.split(d @ k["z"].T, 4), np.split(d.sum(axis=1, keepdims=True), 4)):
        g["dW" + n] = dW
        g["db" + n] = db
    return g


def lstm_forward(x, a0, parameters):
    T = x.shape[2]
    a, c = [], []
    caches = []
    at, ct = a0, np.zeros_like(a0)
    for t in range(T):
        at, ct, cache = lstm_cell_forward(x[:, :, t], at, ct, parameters)
        a.append(at)
        c.append(ct)
        caches.append(cache)
    return np.dstack(a), np.dstack(c), caches


def lstm_backward(da, caches):
    T = len(caches)
    total = {}
    dx = [None] * T
    back_a = back_c = 0
    for t in range(T)[::-1]:
        g = lstm_cell_backward(da[:, :, t] + back_a, back_c, caches[t])
        dx[t], back_a, back_c = g.pop("dxt"), g.pop("da_prev"), g.pop("dc_prev")
        for name in g:
            total[name] = g[name] + total.get(name, 0)
    total["dx"] = np.dstack(dx)
    total["da0"] = back_a
    return total
