import numpy as np


def gru_step(x, h_prev, w_i, w_h, b):
    H = h_prev.shape[-1]
    w_h_z, w_h_a = w_h[:, : 2 * H], w_h[:, 2 * H :]
    gates_x = x @ w_i + b
    zr_x, a_x = gates_x[:, : 2 * H], gates_x[:, 2 * H :]
    zr = 1 / (1 + np.exp(-(zr_x + h_prev @ w_h_z)))
    z, r = np.split(zr, 2, axis=-1)
    a = np.tanh(a_x + (r * h_prev) @ w_h_a)
    next_state = (1 - z) * h_prev + z * a
    return next_state, (x, h_prev, z, r, a, w_i, w_h)


def gru_step_backward(dh, cache):
    x, h_prev, z, r, a, w_i, w_h = cache
    H = h_prev.shape[-1]
    da = dh * z * (1 - a**2)
    drh = da @ w_h[:, 2 * H :].T
    dz = dh * (a - h_prev) * z * (1 - z)
    dr = drh * h_prev * r * (1 - r)
    dzr = np.concatenate([dz, dr], axis=-1)
    dgates = np.concatenate([dzr, da], axis=-1)
    dw_h = np.concatenate([h_prev.T @ dzr, (r * h_prev).T @ da], axis=-1)
    dh_prev = dh * (1 - z) + drh * r + dzr @ w_h[:, : 2 * H].T
    return dgates @ w_i.T, dh_prev, x.T @ dgates, dw_h, dgates.sum(axis=0)


def scan(f, carry, xs):
    ys = []
    for x in xs:
        carry, y = f(carry, x)
        ys.append(y)
    return carry, ys


def gru(x, h0, w_i, w_h, b):
    def body(h, xt):
        h, cache = gru_step(xt, h, w_i, w_h, b)
        return h, (h, cache)

    _, ys = scan(body, h0, x)
    return np.stack([h for h, _ in ys]), [cache for _, cache in ys]


def gru_backward(dh, cache):
    def body(carry, pair):
        g, c = pair
        dx, d, *grads = gru_step_backward(g + carry[0], c)
        return (d, *[total + one for total, one in zip(carry[1:], grads)]), dx

    start = (np.zeros_like(dh[0]), 0.0, 0.0, 0.0)
    (dh0, *grads), dxs = scan(body, start, [*zip(dh, cache)][::-1])
    return np.stack(dxs[::-1]), dh0, *grads
