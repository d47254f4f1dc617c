import numpy as np


def rnn_cell_forward(xt, a_prev, parameters):
    p = parameters
    a = np.tanh(p["Wax"] @ xt + p["Waa"] @ a_prev + p["ba"])
    return a, (a, a_prev, xt, p)


def rnn_cell_backward(da_next, cache):
    a, a_prev, xt, p = cache
    d = da_next * (1 - np.square(a))
    return dict(
        dxt=p["Wax"].T @ d,
        da_prev=p["Waa"].T @ d,
        dWax=d @ xt.T,
        dWaa=d @ a_prev.T,
        dba=d.sum(axis=1)[:, np.newaxis],
    )


def rnn_forward(x, a0, parameters):
    a, caches = [a0], []
    for xt in np.moveaxis(x, -1, 0):
        an, c = rnn_cell_forward(xt, a[-1], parameters)
        a.append(an)
        caches.append(c)
    return np.stack(a[1:], axis=-1), caches


def rnn_backward(da, caches):
    g = {}
    dx = []
    prev = np.zeros(da.shape[:-1])
    for k, c in enumerate(caches[::-1], start=1):
        s = rnn_cell_backward(da[..., -k] + prev, c)
        dx.append(s.pop("dxt"))
        prev = s.pop("da_prev")
        for name, value in s.items():
            g[name] = g[name] + value if name in g else value
    return {"dx": np.stack(dx[::-1], axis=-1), "da0": prev, **g}
