# All four gates in one product: W is (4H,D), U is (4H,H), in the order i, f, o, g.
import numpy as np

ORDER = ("i", "f", "o", "g")


def pack(p):
    W = np.vstack([p["W_" + k] for k in ORDER])
    U = np.vstack([p["U_" + k] for k in ORDER])
    b = np.hstack([p["b_" + k] for k in ORDER])
    return W, U, b


def unpack(dW, dU, db):
    dp = {}
    for k, w, u, v in zip(ORDER, np.split(dW, 4), np.split(dU, 4), np.split(db, 4)):
        dp["W_" + k] = w
        dp["U_" + k] = u
        dp["b_" + k] = v
    return dp


def cell(x, h, c, W, U, b):
    n = h.shape[1]
    a = x @ W.T + h @ U.T + b
    gates = 1 / (1 + np.exp(-a[:, : 3 * n]))
    i, f, o = gates[:, :n], gates[:, n : 2 * n], gates[:, 2 * n :]
    g = np.tanh(a[:, 3 * n :])
    c_new = f * c + i * g
    return o * np.tanh(c_new), c_new, (x, h, c, i, f, o, g, c_new)


def cell_backward(dh, dc, cache, W, U):
    x, h, c, i, f, o, g, c_new = cache
    th = np.tanh(c_new)
    dc = dc + dh * o * (1 - th**2)
    da = np.concatenate(
        [
            dc * g * i * (1 - i),
            dc * c * f * (1 - f),
            dh * th * o * (1 - o),
            dc * i * (1 - g**2),
        ],
        axis=1,
    )
    return da @ W, da @ U, dc * f, da.T @ x, da.T @ h, da.sum(0)


def step(x, h_prev, c_prev, p):
    return cell(x, h_prev, c_prev, *pack(p))


def step_backward(dh, dc, kept, p):
    W, U, b = pack(p)
    dx, dh_prev, dc_prev, dW, dU, db = cell_backward(dh, dc, kept, W, U)
    return dx, dh_prev, dc_prev, unpack(dW, dU, db)


def forward(x, h0, c0, p):
    W, U, b = pack(p)
    T = x.shape[0]
    h = np.zeros((T, *h0.shape))
    c = np.zeros((T, *c0.shape))
    caches = []
    for t in range(T):
        h0, c0, cache = cell(x[t], h0, c0, W, U, b)
        h[t], c[t] = h0, c0
        caches.append(cache)
    return h, c, caches


def backward(dh, dc, kept, p):
    W, U, b = pack(p)
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    dx = np.zeros((len(kept), *kept[0][0].shape))
    dh_next, dc_next = np.zeros_like(dh[0]), np.zeros_like(dc[0])
    for t in reversed(range(len(kept))):
        dx[t], dh_next, dc_next, w, u, v = cell_backward(dh[t] + dh_next, dc[t] + dc_next, kept[t], W, U)
        dW += w
        dU += u
        db += v
    return dx, dh_next, dc_next, unpack(dW, dU, db)
