import numpy as np

IFOC = range(4)  # input, forget, output, candidate


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def lstm_step(X, H, C, *params):
    Wx, Wh, b = params[0::3], params[1::3], params[2::3]
    pre = [X @ Wx[k] + H @ Wh[k] + b[k] for k in IFOC]
    act = [sigmoid(pre[0]), sigmoid(pre[1]), sigmoid(pre[2]), np.tanh(pre[3])]
    i, f, o, cand = act
    C_next = f * C + i * cand
    squashed = np.tanh(C_next)
    return o * squashed, C_next, (X, H, C, act, squashed, Wx, Wh)


def lstm_step_backward(dH, dC, cache):
    X, H, C, (i, f, o, cand), squashed, Wx, Wh = cache
    dC_all = dC + dH * o * (1 - squashed**2)
    d = [
        dC_all * cand * i * (1 - i),
        dC_all * C * f * (1 - f),
        dH * squashed * o * (1 - o),
        dC_all * i * (1 - cand**2),
    ]
    dX = sum(d[k] @ Wx[k].T for k in IFOC)
    dH_prev = sum(d[k] @ Wh[k].T for k in IFOC)
    grads = []
    for dk in d:
        grads += [X.T @ dk, H.T @ dk, dk.sum(axis=0)]
    return (dX, dH_prev, dC_all * f, *grads)


def lstm(inputs, H, C, *params):
    Hs, Cs, caches = [], [], []
    for X in inputs:
        H, C, cache = lstm_step(X, H, C, *params)
        Hs.append(H)
        Cs.append(C)
        caches.append(cache)
    return np.array(Hs), np.array(Cs), caches


def lstm_backward(dHs, dCs, cache):
    T = len(cache)
    dX = [None] * T
    dH = np.zeros_like(dHs[0])
    dC = np.zeros_like(dCs[0])
    total = []
    for t in reversed(range(T)):
        dX[t], dH, dC, *grads = lstm_step_backward(dHs[t] + dH, dCs[t] + dC, cache[t])
        total.append(grads)
    return (np.array(dX), dH, dC, *[np.sum(g, axis=0) for g in zip(*total)])
