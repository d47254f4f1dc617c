import numpy as np

# The weights' gradients are computed once, after the loop, from the gradients of all pre-activations.


def logistic(a):
    return np.where(a >= 0, 1 / (1 + np.exp(-np.abs(a))), np.exp(-np.abs(a)) / (1 + np.exp(-np.abs(a))))


def step(x, h_prev, p):
    update = logistic(x @ p["W_z"].T + h_prev @ p["U_z"].T + p["b_z"])
    reset = logistic(x @ p["W_r"].T + h_prev @ p["U_r"].T + p["b_r"])
    new = np.tanh(x @ p["W_n"].T + (reset * h_prev) @ p["U_n"].T + p["b_n"])
    h = update * h_prev + (1 - update) * new
    return h, (x, h_prev, update, reset, new)


def deltas(dh, kept, p):
    x, h_prev, update, reset, new = kept
    d_update = dh * (h_prev - new) * update * (1 - update)
    d_new = dh * (1 - update) * (1 - new**2)
    back = d_new @ p["U_n"]
    d_reset = back * h_prev * reset * (1 - reset)
    dh_prev = dh * update + back * reset + d_update @ p["U_z"] + d_reset @ p["U_r"]
    return d_update, d_reset, d_new, dh_prev


def flat(a):
    return a.reshape(-1, a.shape[-1])


def weights(dz, dr, dn, x, h_prev, reset):
    dz, dr, dn, x, h_prev, reset = map(flat, (dz, dr, dn, x, h_prev, reset))
    return {
        "W_z": dz.T @ x, "U_z": dz.T @ h_prev, "b_z": dz.sum(0),
        "W_r": dr.T @ x, "U_r": dr.T @ h_prev, "b_r": dr.sum(0),
        "W_n": dn.T @ x, "U_n": dn.T @ (reset * h_prev), "b_n": dn.sum(0),
    }


def inputs(dz, dr, dn, p):
    return dz @ p["W_z"] + dr @ p["W_r"] + dn @ p["W_n"]


def step_backward(dh, kept, p):
    x, h_prev, update, reset, new = kept
    dz, dr, dn, dh_prev = deltas(dh, kept, p)
    return inputs(dz, dr, dn, p), dh_prev, weights(dz, dr, dn, x, h_prev, reset)


def forward(x, h0, p):
    kept = []
    for t in range(len(x)):
        h, k = step(x[t], kept[-1][0] if kept else h0, p)
        kept.append((h, k))
    return np.stack([h for h, _ in kept]), [k for _, k in kept]


def backward(dh, kept, p):
    T = len(kept)
    dz, dr, dn = (np.zeros(dh.shape) for _ in range(3))
    dh_prev = np.zeros(dh[0].shape)
    for t in reversed(range(T)):
        dz[t], dr[t], dn[t], dh_prev = deltas(dh[t] + dh_prev, kept[t], p)
    x, h_prev, _, reset, _ = (np.stack(part) for part in zip(*kept))
    return inputs(dz, dr, dn, p), dh_prev, weights(dz, dr, dn, x, h_prev, reset)
