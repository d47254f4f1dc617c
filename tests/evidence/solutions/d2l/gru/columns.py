# I transpose at the door and think in column vectors, like in the paper: W x + U h + b.
import numpy as np


def s(a):
    return 1 / (1 + np.exp(-a))


def gru_step(X, H, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h):
    x, h = X.T, H.T
    z = s(W_xz.T @ x + W_hz.T @ h + b_z[:, None])
    r = s(W_xr.T @ x + W_hr.T @ h + b_r[:, None])
    n = np.tanh(W_xh.T @ x + W_hh.T @ (r * h) + b_h[:, None])
    new = z * h + (1 - z) * n
    return new.T, dict(x=x, h=h, z=z, r=r, n=n, W=(W_xz, W_xr, W_xh), U=(W_hz, W_hr, W_hh))


def gru_step_backward(dH, cache):
    e = dH.T
    x, h, z, r, n = (cache[k] for k in "xhzrn")
    Wz, Wr, Wn = cache["W"]
    Uz, Ur, Un = cache["U"]
    en = e * (1 - z) * (1 - n * n)
    ez = e * (h - n) * z * (1 - z)
    eg = Un @ en
    er = eg * h * r * (1 - r)
    ex = Wz @ ez + Wr @ er + Wn @ en
    eh = e * z + eg * r + Uz @ ez + Ur @ er

    def params(d, read):
        return x @ d.T, read @ d.T, d.sum(axis=1)

    return ex.T, eh.T, *params(ez, h), *params(er, h), *params(en, r * h)


def gru(inputs, H, *weights):
    T = inputs.shape[0]
    Hs = np.zeros((T,) + H.shape)
    caches = [None for _ in range(T)]
    for t in range(T):
        H, caches[t] = gru_step(inputs[t], H, *weights)
        Hs[t, :, :] = H
    return Hs, caches


def gru_backward(dHs, cache):
    T = len(dHs)
    dX = [0] * T
    dH = 0
    totals = [0] * 9
    for t in range(T)[::-1]:
        results = gru_step_backward(dHs[t] + dH, cache[t])
        dX[t] = results[0]
        dH = results[1]
        totals = [a + b for a, b in zip(totals, results[2:])]
    return np.stack(dX, axis=0), dH, *totals
