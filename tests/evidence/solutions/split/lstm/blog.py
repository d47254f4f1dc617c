import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(x, H_prev, C_prev, U_f, W_f, U_i, W_i, U_g, W_g, U_o, W_o):
    i = sigmoid(x.dot(U_i) + H_prev.dot(W_i))
    f = sigmoid(x.dot(U_f) + H_prev.dot(W_f))
    o = sigmoid(x.dot(U_o) + H_prev.dot(W_o))
    g = np.tanh(x.dot(U_g) + H_prev.dot(W_g))
    C = C_prev * f + g * i
    H = np.tanh(C) * o
    U = U_f, U_i, U_g, U_o
    W = W_f, W_i, W_g, W_o
    return H, C, (x, H_prev, C_prev, f, i, g, o, C, U, W)


def lstm_step_backward(dH, dC, cache):
    x, H_prev, C_prev, f, i, g, o, C, U, W = cache
    tC = np.tanh(C)
    dC = dC + dH * o * (1 - tC * tC)
    df = dC * C_prev * f * (1 - f)
    di = dC * g * i * (1 - i)
    dg = dC * i * (1 - g * g)
    do = dH * tC * o * (1 - o)
    dx = df.dot(U[0].T) + di.dot(U[1].T) + dg.dot(U[2].T) + do.dot(U[3].T)
    dH_prev = df.dot(W[0].T) + di.dot(W[1].T) + dg.dot(W[2].T) + do.dot(W[3].T)
    out = [dx, dH_prev, dC * f]
    for d in (df, di, dg, do):
        out.append(x.T.dot(d))
        out.append(H_prev.T.dot(d))
    return tuple(out)


def lstm(x, H0, C0, U_f, W_f, U_i, W_i, U_g, W_g, U_o, W_o):
    H, C, cache = [], [], []
    h, c = H0, C0
    for t in range(x.shape[0]):
        h, c, k = lstm_step(x[t], h, c, U_f, W_f, U_i, W_i, U_g, W_g, U_o, W_o)
        H.append(h)
        C.append(c)
        cache.append(k)
    return np.array(H), np.array(C), cache


def lstm_backward(dH, dC, cache):
    T = len(cache)
    dx = np.zeros((T,) + cache[0][0].shape)
    dh = np.zeros(dH[0].shape)
    dc = np.zeros(dC[0].shape)
    grads = [0] * 8
    for t in range(T - 1, -1, -1):
        step = lstm_step_backward(dH[t] + dh, dC[t] + dc, cache[t])
        dx[t], dh, dc = step[:3]
        grads = [a + b for a, b in zip(grads, step[3:])]
    return (dx, dh, dc, *grads)
