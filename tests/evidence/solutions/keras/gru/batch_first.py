import numpy as np


def hard(z):
    return 1 / (1 + np.exp(-z))


def gru_step(x, h_prev, kernel, recurrent_kernel, bias):
    units = h_prev.shape[-1]
    matrix_x = np.dot(x, kernel) + bias
    x_z = matrix_x[:, :units]
    x_r = matrix_x[:, units : 2 * units]
    x_h = matrix_x[:, 2 * units :]
    recurrent_z = np.dot(h_prev, recurrent_kernel[:, :units])
    recurrent_r = np.dot(h_prev, recurrent_kernel[:, units : 2 * units])
    z = hard(x_z + recurrent_z)
    r = hard(x_r + recurrent_r)
    recurrent_h = np.dot(r * h_prev, recurrent_kernel[:, 2 * units :])
    hh = np.tanh(x_h + recurrent_h)
    h = z * h_prev + (1 - z) * hh
    return h, {"x": x, "h_prev": h_prev, "z": z, "r": r, "hh": hh, "k": kernel, "rk": recurrent_kernel}


def gru_step_backward(dh, cache):
    x, h_prev, z, r, hh, kernel, rk = cache.values()
    units = h_prev.shape[-1]
    rk_z, rk_r, rk_h = rk[:, :units], rk[:, units : 2 * units], rk[:, 2 * units :]
    dpre_h = dh * (1 - z) * (1 - hh**2)
    dreset = np.dot(dpre_h, rk_h.T)
    dpre_r = dreset * h_prev * r * (1 - r)
    dpre_z = dh * (h_prev - hh) * z * (1 - z)
    dmatrix = np.concatenate([dpre_z, dpre_r, dpre_h], axis=-1)
    drk = np.concatenate(
        [np.dot(h_prev.T, dpre_z), np.dot(h_prev.T, dpre_r), np.dot((r * h_prev).T, dpre_h)], axis=-1
    )
    dh_prev = dh * z + dreset * r + np.dot(dpre_z, rk_z.T) + np.dot(dpre_r, rk_r.T)
    return np.dot(dmatrix, kernel.T), dh_prev, np.dot(x.T, dmatrix), drk, np.sum(dmatrix, axis=0)


def gru(x, h0, kernel, recurrent_kernel, bias):
    batch, timesteps, features = x.shape
    h = np.zeros((batch, timesteps, h0.shape[-1]))
    caches = []
    state = h0
    for t in range(timesteps):
        state, cache = gru_step(x[:, t], state, kernel, recurrent_kernel, bias)
        h[:, t] = state
        caches.append(cache)
    return h, caches


def gru_backward(dh, cache):
    timesteps = len(cache)
    dx = np.zeros(dh.shape[:2] + cache[0]["x"].shape[1:])
    dkernel = np.zeros_like(cache[0]["k"])
    drecurrent_kernel = np.zeros_like(cache[0]["rk"])
    dbias = np.zeros(dkernel.shape[1])
    dstate = np.zeros_like(dh[:, 0])
    for t in reversed(range(timesteps)):
        dstate = dstate + dh[:, t]
        dx[:, t], dstate, dk, drk, db = gru_step_backward(dstate, cache[t])
        dkernel += dk
        drecurrent_kernel += drk
        dbias += db
    return dx, dstate, dkernel, drecurrent_kernel, dbias
