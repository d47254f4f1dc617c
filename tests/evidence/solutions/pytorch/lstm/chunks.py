import numpy as np


def chunk(a, n, dim=0):
    return np.array_split(a, n, axis=dim)


def sigmoid(a):
    return np.reciprocal(1 + np.exp(-a))


def lstm_step(x, h_prev, c_prev, weight_ih, weight_hh, bias_ih, bias_hh):
    gates = np.matmul(x, weight_ih.T) + bias_ih + np.matmul(h_prev, weight_hh.T) + bias_hh
    ingate, forgetgate, cellgate, outgate = chunk(gates, 4, 1)
    ingate = sigmoid(ingate)
    forgetgate = sigmoid(forgetgate)
    cellgate = np.tanh(cellgate)
    outgate = sigmoid(outgate)
    cy = (forgetgate * c_prev) + (ingate * cellgate)
    hy = outgate * np.tanh(cy)
    return hy, cy, [x, h_prev, c_prev, ingate, forgetgate, cellgate, outgate, cy, weight_ih, weight_hh]


def lstm_step_backward(dh, dc, cache):
    x, h_prev, c_prev, ingate, forgetgate, cellgate, outgate, cy, weight_ih, weight_hh = cache
    tanh_cy = np.tanh(cy)
    dcy = dc + dh * outgate * (1 - tanh_cy * tanh_cy)
    doutgate = dh * tanh_cy
    dingate, dcellgate = dcy * cellgate, dcy * ingate
    dforgetgate, dcx = dcy * c_prev, dcy * forgetgate
    dgates = np.concatenate(
        (
            dingate * ingate * (1 - ingate),
            dforgetgate * forgetgate * (1 - forgetgate),
            dcellgate * (1 - cellgate * cellgate),
            doutgate * outgate * (1 - outgate),
        ),
        1,
    )
    dbias = dgates.sum(0)
    return dgates @ weight_ih, dgates @ weight_hh, dcx, dgates.T @ x, dgates.T @ h_prev, dbias, dbias


def lstm(x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh):
    hx, cx = h0, c0
    outputs, cells, caches = [], [], []
    for xt in x:
        hx, cx, cache = lstm_step(xt, hx, cx, weight_ih, weight_hh, bias_ih, bias_hh)
        outputs.append(hx)
        cells.append(cx)
        caches.append(cache)
    return np.stack(outputs), np.stack(cells), caches


def lstm_backward(dh, dc, cache):
    dhx, dcx = 0.0, 0.0
    dx, grads = [], []
    for step in range(len(cache), 0, -1):
        dxt, dhx, dcx, *rest = lstm_step_backward(dh[step - 1] + dhx, dc[step - 1] + dcx, cache[step - 1])
        dx.append(dxt)
        grads.append(rest)
    dx = np.flip(np.stack(dx), axis=0)
    dweight_ih, dweight_hh, dbias_ih, dbias_hh = (np.sum(np.stack(g), axis=0) for g in zip(*grads))
    return dx, dhx, dcx, dweight_ih, dweight_hh, dbias_ih, dbias_hh
