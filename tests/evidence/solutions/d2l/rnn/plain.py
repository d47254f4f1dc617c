import numpy as np


def rnn_step(X, H, W_xh, W_hh, b_h):
    H_new = np.tanh(np.dot(X, W_xh) + np.dot(H, W_hh) + b_h)
    return H_new, (X, H, H_new, W_xh, W_hh)


def rnn_step_backward(dH, cache):
    X, H, H_new, W_xh, W_hh = cache
    dZ = dH * (1 - H_new**2)
    return np.dot(dZ, W_xh.T), np.dot(dZ, W_hh.T), np.dot(X.T, dZ), np.dot(H.T, dZ), dZ.sum(axis=0)


def rnn(inputs, H, W_xh, W_hh, b_h):
    Hs, cache = [], []
    for X in inputs:
        H, c = rnn_step(X, H, W_xh, W_hh, b_h)
        Hs.append(H)
        cache.append(c)
    return np.stack(Hs), cache


def rnn_backward(dHs, cache):
    T = dHs.shape[0]
    X, H, _, W_xh, W_hh = cache[0]
    dinputs = np.zeros((T,) + X.shape)
    dH = np.zeros(H.shape)
    dW_xh, dW_hh, db_h = np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(W_hh.shape[0])
    for t in reversed(range(T)):
        dinputs[t], dH, dW1, dW2, db = rnn_step_backward(dHs[t] + dH, cache[t])
        dW_xh += dW1
        dW_hh += dW2
        db_h += db
    return dinputs, dH, dW_xh, dW_hh, db_h
