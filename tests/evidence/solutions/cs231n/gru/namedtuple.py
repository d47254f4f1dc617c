from collections import namedtuple

import numpy as np

Weights = namedtuple("Weights", "Wz Wr Wn Uz Ur Un bz br bn")
Cache = namedtuple("Cache", "x h z r n w")


def split(Wx, Wh, b):
    parts = [*np.split(Wx, 3, axis=1), *np.split(Wh, 3, axis=1), *np.split(b, 3)]
    return Weights(*parts)


def join(g):
    dWx = np.concatenate([g.Wz, g.Wr, g.Wn], axis=1)
    dWh = np.concatenate([g.Uz, g.Ur, g.Un], axis=1)
    db = np.concatenate([g.bz, g.br, g.bn])
    return dWx, dWh, db


def sigm(v):
    return np.exp(-np.logaddexp(0, -v))


def gru_step_forward(x, prev_h, Wx, Wh, b):
    w = split(Wx, Wh, b)
    z = sigm(x.dot(w.Wz) + prev_h.dot(w.Uz) + w.bz)
    r = sigm(x.dot(w.Wr) + prev_h.dot(w.Ur) + w.br)
    n = np.tanh(x.dot(w.Wn) + (r * prev_h).dot(w.Un) + w.bn)
    return (1 - z) * n + z * prev_h, Cache(x, prev_h, z, r, n, w)


def gru_step_backward(dnext_h, cache):
    k, w = cache, cache.w
    dn = (1 - k.z) * dnext_h
    dz = (k.h - k.n) * dnext_h
    pn = dn * (1 - k.n * k.n)
    pz = dz * (k.z - k.z * k.z)
    dgated = pn.dot(w.Un.T)
    pr = dgated * k.h * (k.r - k.r * k.r)
    grads = Weights(
        Wz=k.x.T.dot(pz),
        Wr=k.x.T.dot(pr),
        Wn=k.x.T.dot(pn),
        Uz=k.h.T.dot(pz),
        Ur=k.h.T.dot(pr),
        Un=(k.r * k.h).T.dot(pn),
        bz=pz.sum(0),
        br=pr.sum(0),
        bn=pn.sum(0),
    )
    dx = pz.dot(w.Wz.T) + pr.dot(w.Wr.T) + pn.dot(w.Wn.T)
    dh = k.z * dnext_h + k.r * dgated + pz.dot(w.Uz.T) + pr.dot(w.Ur.T)
    return dx, dh, *join(grads)


def gru_forward(x, h0, Wx, Wh, b):
    h, hs, caches = h0, [], []
    for t in range(x.shape[1]):
        h, cache = gru_step_forward(x[:, t], h, Wx, Wh, b)
        hs += [h]
        caches += [cache]
    return np.stack(hs, 1), caches


def gru_backward(dh, cache):
    T = dh.shape[1]
    dx = np.zeros((dh.shape[0], T, cache[0].x.shape[1]))
    running = np.zeros(cache[0].h.shape)
    total = [0.0, 0.0, 0.0]
    for k in range(T):
        t = T - 1 - k
        dx[:, t], running, *grads = gru_step_backward(running + dh[:, t], cache[t])
        for j in range(3):
            total[j] = total[j] + grads[j]
    return dx, running, *total
