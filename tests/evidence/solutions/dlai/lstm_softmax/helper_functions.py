import numpy as np
from rnn_utils import sigmoid, softmax


def linear(W, concat, b):
    return np.dot(W, concat) + b


def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    concat = np.concatenate([a_prev, xt])
    ft = sigmoid(linear(parameters["Wf"], concat, parameters["bf"]))
    it = sigmoid(linear(parameters["Wi"], concat, parameters["bi"]))
    cct = np.tanh(linear(parameters["Wc"], concat, parameters["bc"]))
    ot = sigmoid(linear(parameters["Wo"], concat, parameters["bo"]))
    c_next = np.add(np.multiply(ft, c_prev), np.multiply(it, cct))
    a_next = np.multiply(ot, np.tanh(c_next))
    yt_pred = softmax(linear(parameters["Wy"], a_next, parameters["by"]))
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


def lstm_forward(x, a0, parameters):
    caches = []
    n_y, n_a = parameters["Wy"].shape
    n_x, m, T_x = x.shape
    a = np.zeros((n_a, m, T_x))
    c = np.zeros((n_a, m, T_x))
    y = np.zeros((n_y, m, T_x))
    a_next = a0
    c_next = np.zeros(a_next.shape)
    for t in range(T_x):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t] = a_next
        c[:, :, t] = c_next
        y[:, :, t] = yt
        caches.append(cache)
    return a, y, c, (caches, x)


def slope_of_sigmoid(s):
    return s * (1 - s)


def slope_of_tanh(t):
    return 1 - t * t


def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_next.shape[0]
    th = np.tanh(c_next)
    dc = dc_next + da_next * ot * slope_of_tanh(th)
    pre = {
        "o": da_next * th * slope_of_sigmoid(ot),
        "c": dc * it * slope_of_tanh(cct),
        "i": dc * cct * slope_of_sigmoid(it),
        "f": dc * c_prev * slope_of_sigmoid(ft),
    }
    concat = np.concatenate([a_prev, xt])
    dconcat = np.zeros_like(concat)
    gradients = {}
    for gate, d in pre.items():
        gradients["dW" + gate] = d.dot(concat.T)
        gradients["db" + gate] = d.sum(axis=1, keepdims=True)
        dconcat += parameters["W" + gate].T.dot(d)
    gradients["da_prev"] = dconcat[:n_a, :]
    gradients["dxt"] = dconcat[n_a:, :]
    gradients["dc_prev"] = dc * ft
    return gradients


def lstm_backward(da, caches):
    caches, x = caches
    dx = np.zeros(x.shape)
    da_prevt = np.zeros(da[:, :, 0].shape)
    dc_prevt = np.zeros(da[:, :, 0].shape)
    gradients = {}
    for t in reversed(range(da.shape[2])):
        step = lstm_cell_backward(da[:, :, t] + da_prevt, dc_prevt, caches[t])
        dx[:, :, t] = step["dxt"]
        da_prevt = step["da_prev"]
        dc_prevt = step["dc_prev"]
        for name in ("dWf", "dbf", "dWi", "dbi", "dWc", "dbc", "dWo", "dbo"):
            if name not in gradients:
                gradients[name] = np.zeros_like(step[name])
            gradients[name] += step[name]
    gradients["dx"] = dx
    gradients["da0"] = da_prevt
    return gradients
