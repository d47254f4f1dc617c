import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    # time per row is easier for me: one joined matrix [x h] @ [Wx; Wh]
    joined = np.concatenate((x, prev_h), axis=1)
    W = np.concatenate((Wx, Wh), axis=0)
    next_h = np.tanh(joined @ W + b)
    return next_h, (joined, W, next_h, x.shape[1])


def rnn_step_backward(dnext_h, cache):
    joined, W, next_h, D = cache
    da = dnext_h * (1 - next_h * next_h)
    djoined = da @ W.T
    dW = joined.T @ da
    return djoined[:, :D], djoined[:, D:], dW[:D], dW[D:], da.sum(axis=0)


def rnn_forward(x, h0, Wx, Wh, b):
    states, caches = [], []
    h = h0
    for xt in np.swapaxes(x, 0, 1):
        h, cache = rnn_step_forward(xt, h, Wx, Wh, b)
        states.append(h)
        caches.append(cache)
    return np.swapaxes(np.array(states), 0, 1), caches


def rnn_backward(dh, cache):
    dx = []
    sums = None
    dnext = np.zeros_like(dh[:, 0])
    for dht, c in zip(np.swapaxes(dh, 0, 1)[::-1], reversed(cache)):
        dxt, dnext, *grads = rnn_step_backward(dht + dnext, c)
        dx.insert(0, dxt)
        if sums is None:
            sums = grads
        else:
            sums = [s + g for s, g in zip(sums, grads)]
    return np.swapaxes(np.array(dx), 0, 1), dnext, *sums
