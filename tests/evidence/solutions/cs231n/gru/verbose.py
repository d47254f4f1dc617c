# GRU, CS231n style. I write down every intermediate result because otherwise I get lost.
import numpy as np


def sigmoid(x):
    # logistic function
    result = 1.0 / (1.0 + np.exp(-x))
    return result


def sigmoid_backward(dout, out):
    # derivative of the logistic function, in terms of its output
    return dout * out * (1.0 - out)


def tanh_backward(dout, out):
    # derivative of tanh, in terms of its output
    return dout * (1.0 - out * out)


def gru_step_forward(x, prev_h, Wx, Wh, b):
    N, D = x.shape
    N, H = prev_h.shape

    # cut the big matrices into the three gates
    Wxz = Wx[:, 0:H]
    Wxr = Wx[:, H:2 * H]
    Wxn = Wx[:, 2 * H:3 * H]
    Whz = Wh[:, 0:H]
    Whr = Wh[:, H:2 * H]
    Whn = Wh[:, 2 * H:3 * H]
    bz = b[0:H]
    br = b[H:2 * H]
    bn = b[2 * H:3 * H]

    # update gate
    score_z = np.dot(x, Wxz) + np.dot(prev_h, Whz) + bz
    z = sigmoid(score_z)

    # reset gate
    score_r = np.dot(x, Wxr) + np.dot(prev_h, Whr) + br
    r = sigmoid(score_r)

    # candidate
    reset_h = r * prev_h
    score_n = np.dot(x, Wxn) + np.dot(reset_h, Whn) + bn
    n = np.tanh(score_n)

    # new state
    one_minus_z = 1.0 - z
    keep = z * prev_h
    write = one_minus_z * n
    next_h = keep + write

    cache = {}
    cache["x"] = x
    cache["prev_h"] = prev_h
    cache["z"] = z
    cache["r"] = r
    cache["n"] = n
    cache["reset_h"] = reset_h
    cache["Wx"] = Wx
    cache["Wh"] = Wh
    return next_h, cache


def gru_step_backward(dnext_h, cache):
    x = cache["x"]
    prev_h = cache["prev_h"]
    z = cache["z"]
    r = cache["r"]
    n = cache["n"]
    reset_h = cache["reset_h"]
    Wx = cache["Wx"]
    Wh = cache["Wh"]
    H = prev_h.shape[1]

    # next_h = keep + write
    dkeep = dnext_h
    dwrite = dnext_h

    # write = (1 - z) * n
    done_minus_z = dwrite * n
    dn = dwrite * (1.0 - z)
    dz = -done_minus_z

    # keep = z * prev_h
    dz = dz + dkeep * prev_h
    dprev_h = dkeep * z

    # n = tanh(score_n)
    dscore_n = tanh_backward(dn, n)
    dWxn = np.dot(x.T, dscore_n)
    dWhn = np.dot(reset_h.T, dscore_n)
    dbn = np.sum(dscore_n, axis=0)
    dx = np.dot(dscore_n, Wx[:, 2 * H:3 * H].T)
    dreset_h = np.dot(dscore_n, Wh[:, 2 * H:3 * H].T)

    # reset_h = r * prev_h
    dr = dreset_h * prev_h
    dprev_h = dprev_h + dreset_h * r

    # r = sigmoid(score_r)
    dscore_r = sigmoid_backward(dr, r)
    dWxr = np.dot(x.T, dscore_r)
    dWhr = np.dot(prev_h.T, dscore_r)
    dbr = np.sum(dscore_r, axis=0)
    dx = dx + np.dot(dscore_r, Wx[:, H:2 * H].T)
    dprev_h = dprev_h + np.dot(dscore_r, Wh[:, H:2 * H].T)

    # z = sigmoid(score_z)
    dscore_z = sigmoid_backward(dz, z)
    dWxz = np.dot(x.T, dscore_z)
    dWhz = np.dot(prev_h.T, dscore_z)
    dbz = np.sum(dscore_z, axis=0)
    dx = dx + np.dot(dscore_z, Wx[:, 0:H].T)
    dprev_h = dprev_h + np.dot(dscore_z, Wh[:, 0:H].T)

    # and together again
    dWx = np.concatenate((dWxz, dWxr, dWxn), axis=1)
    dWh = np.concatenate((dWhz, dWhr, dWhn), axis=1)
    db = np.concatenate((dbz, dbr, dbn), axis=0)
    return dx, dprev_h, dWx, dWh, db


def gru_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    N, H = h0.shape
    h = np.zeros((N, T, H))
    caches = []
    current_h = h0
    for t in range(T):
        current_x = x[:, t, :]
        current_h, step_cache = gru_step_forward(current_x, current_h, Wx, Wh, b)
        h[:, t, :] = current_h
        caches.append(step_cache)
    cache = {"steps": caches, "D": D}
    return h, cache


def gru_backward(dh, cache):
    steps = cache["steps"]
    D = cache["D"]
    N, T, H = dh.shape
    dx = np.zeros((N, T, D))
    dWx = np.zeros((D, 3 * H))
    dWh = np.zeros((H, 3 * H))
    db = np.zeros(3 * H)
    dh_from_next_step = np.zeros((N, H))
    for t in reversed(range(T)):
        dh_here = dh[:, t, :] + dh_from_next_step
        dx_here, dh_from_next_step, dWx_here, dWh_here, db_here = gru_step_backward(dh_here, steps[t])
        dx[:, t, :] = dx_here
        dWx += dWx_here
        dWh += dWh_here
        db += db_here
    dh0 = dh_from_next_step
    return dx, dh0, dWx, dWh, db
