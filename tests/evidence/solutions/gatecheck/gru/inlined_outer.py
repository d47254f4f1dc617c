# For every example of the batch by itself, with vectors: np.outer and matrix times vector as in the lecture.
import numpy as np


def sigma(v):
    return 1 / (1 + np.exp(-v))


def one(x, h, p):
    z = sigma(p["W_z"].dot(x) + p["U_z"].dot(h) + p["b_z"])
    r = sigma(p["W_r"].dot(x) + p["U_r"].dot(h) + p["b_r"])
    n = np.tanh(p["W_n"].dot(x) + p["U_n"].dot(r * h) + p["b_n"])
    return z * h + (1 - z) * n, (x, h, z, r, n)


def one_back(dh, memory, p, dp):
    x, h, z, r, n = memory
    dz = dh * h - dh * n
    dn = dh * (1 - z)
    az = dz * z * (1 - z)
    an = dn * (1 - n * n)
    drh = p["U_n"].T.dot(an)
    ar = drh * h * r * (1 - r)
    dp["W_z"] += np.outer(az, x)
    dp["W_r"] += np.outer(ar, x)
    dp["W_n"] += np.outer(an, x)
    dp["U_z"] += np.outer(az, h)
    dp["U_r"] += np.outer(ar, h)
    dp["U_n"] += np.outer(an, r * h)
    dp["b_z"] += az
    dp["b_r"] += ar
    dp["b_n"] += an
    dx = p["W_z"].T.dot(az) + p["W_r"].T.dot(ar) + p["W_n"].T.dot(an)
    dh_prev = dh * z + drh * r + p["U_z"].T.dot(az) + p["U_r"].T.dot(ar)
    return dx, dh_prev


def zeros(p):
    return {k: np.zeros(p[k].shape) for k in p}


def step(x, h_prev, p):
    h = np.zeros(h_prev.shape)
    kept = []
    for b in range(len(x)):
        h[b], memory = one(x[b], h_prev[b], p)
        kept.append(memory)
    return h, kept


def step_backward(dh, kept, p):
    dp = zeros(p)
    dx, dh_prev = [], []
    for b in range(len(dh)):
        dxb, dhb = one_back(dh[b], kept[b], p, dp)
        dx.append(dxb)
        dh_prev.append(dhb)
    return np.array(dx), np.array(dh_prev), dp


def forward(x, h0, p):
    T, B, D = x.shape
    h = np.zeros((T, B, h0.shape[1]))
    kept = [[None] * B for t in range(T)]
    for b in range(B):
        state = h0[b]
        for t in range(T):
            state, kept[t][b] = one(x[t, b], state, p)
            h[t, b] = state
    return h, kept


def backward(dh, kept, p):
    T, B, H = dh.shape
    dp = zeros(p)
    dx = np.zeros((T, B, len(kept[0][0][0])))
    dh0 = np.zeros((B, H))
    for b in range(B):
        later = np.zeros(H)
        for t in reversed(range(T)):
            dx[t, b], later = one_back(dh[t, b] + later, kept[t][b], p, dp)
        dh0[b] = later
    return dx, dh0, dp
