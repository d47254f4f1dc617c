# I did not call step() in the loops: everything is written out, and all states are kept in one array.
import numpy as np


def step(x, h_prev, p):
    h = np.tanh(np.dot(x, p["W"].T) + np.dot(h_prev, p["U"].T) + p["b"])
    kept = {"x": x, "h_prev": h_prev, "h": h}
    return h, kept


def step_backward(dh, kept, p):
    h = kept["h"]
    delta = (1.0 - h * h) * dh
    dx = np.dot(delta, p["W"])
    dh_prev = np.dot(delta, p["U"])
    dW = np.dot(delta.T, kept["x"])
    dU = np.dot(delta.T, kept["h_prev"])
    db = np.sum(delta, axis=0)
    return dx, dh_prev, {"W": dW, "U": dU, "b": db}


def forward(x, h0, p):
    T = len(x)
    hs = np.zeros((T + 1,) + h0.shape)
    hs[0] = h0
    for t in range(T):
        hs[t + 1] = np.tanh(np.dot(x[t], p["W"].T) + np.dot(hs[t], p["U"].T) + p["b"])
    return hs[1:], (x, hs)


def backward(dh, kept, p):
    x, hs = kept
    W, U = p["W"], p["U"]
    dW = np.zeros(W.shape)
    dU = np.zeros(U.shape)
    db = np.zeros(len(p["b"]))
    dx = np.zeros(x.shape)
    from_future = np.zeros(hs[0].shape)
    for t in range(len(x) - 1, -1, -1):
        total = dh[t] + from_future
        delta = total * (1 - hs[t + 1] ** 2)
        dW += np.dot(delta.T, x[t])
        dU += np.dot(delta.T, hs[t])
        db += np.sum(delta, axis=0)
        dx[t] = np.dot(delta, W)
        from_future = np.dot(delta, U)
    return dx, from_future, {"W": dW, "U": dU, "b": db}
