import numpy as np


def rnn_step(x, H_prev, U, W):
    S = x @ U + H_prev @ W
    H = np.tanh(S)
    return H, (x, H_prev, H, U, W)


def rnn_step_backward(dH, cache):
    x, H_prev, H, U, W = cache
    dS = dH * (1 - H**2)
    dU = x.T @ dS
    dW = H_prev.T @ dS
    dx = dS @ U.T
    dH_prev = dS @ W.T
    return dx, dH_prev, dU, dW


def rnn(x, H0, U, W):
    T = len(x)
    # state T is kept in the last row, so that states[-1] is the one before step 0
    states = np.zeros((T + 1, *H0.shape))
    states[-1] = H0
    for t in np.arange(T):
        states[t] = np.tanh(x[t] @ U + states[t - 1] @ W)
    return states[:-1], (x, states, U, W)


def rnn_backward(dH, cache):
    x, states, U, W = cache
    T = len(x)
    dU = np.zeros(U.shape)
    dW = np.zeros(W.shape)
    dx = np.zeros(x.shape)
    later = np.zeros(states[0].shape)
    for t in np.arange(T)[::-1]:
        delta = (dH[t] + later) * (1 - states[t] ** 2)
        dU += x[t].T @ delta
        dW += states[t - 1].T @ delta
        dx[t] = delta @ U.T
        later = delta @ W.T
    return dx, later, dU, dW
