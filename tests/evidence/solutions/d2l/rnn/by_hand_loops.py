import math

import numpy as np

# No matrix products at all: sums over indices, as they stand in my notes.


def rnn_step(X, H, W_xh, W_hh, b_h):
    B, D = X.shape
    size = H.shape[1]
    new = np.zeros((B, size))
    for b in range(B):
        for j in range(size):
            s = b_h[j]
            for d in range(D):
                s += X[b, d] * W_xh[d, j]
            for k in range(size):
                s += H[b, k] * W_hh[k, j]
            new[b, j] = math.tanh(s)
    return new, (X, H, W_xh, W_hh, new)


def rnn_step_backward(dH, cache):
    X, H, W_xh, W_hh, new = cache
    B, D = X.shape
    size = H.shape[1]
    dX = np.zeros((B, D))
    dH_prev = np.zeros((B, size))
    dW_xh = np.zeros((D, size))
    dW_hh = np.zeros((size, size))
    db_h = np.zeros(size)
    for b in range(B):
        for j in range(size):
            ds = dH[b, j] * (1 - new[b, j] ** 2)
            db_h[j] += ds
            for d in range(D):
                dW_xh[d, j] += X[b, d] * ds
                dX[b, d] += W_xh[d, j] * ds
            for k in range(size):
                dW_hh[k, j] += H[b, k] * ds
                dH_prev[b, k] += W_hh[k, j] * ds
    return dX, dH_prev, dW_xh, dW_hh, db_h


def rnn(inputs, H, W_xh, W_hh, b_h):
    T, B, D = inputs.shape
    Hs = np.zeros((T, B, H.shape[1]))
    cache = []
    for t in range(T):
        H, c = rnn_step(inputs[t], H, W_xh, W_hh, b_h)
        Hs[t] = H
        cache.append(c)
    return Hs, cache


def rnn_backward(dHs, cache):
    T = len(cache)
    dinputs = np.zeros((T, *cache[0][0].shape))
    grads = None
    dH = np.zeros(cache[0][1].shape)
    for step in range(T):
        t = T - step - 1
        out = rnn_step_backward(dHs[t] + dH, cache[t])
        dinputs[t] = out[0]
        dH = out[1]
        if grads is None:
            grads = list(out[2:])
        else:
            for k in range(3):
                grads[k] = grads[k] + out[2 + k]
    return dinputs, dH, grads[0], grads[1], grads[2]
