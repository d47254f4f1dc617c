"""Long short-term memory with a forget gate (Hochreiter & Schmidhuber, 1997; Gers et al., 2000).

A NumPy reference, derived from the equations of lstm by gatecheck 0.1.0.
B is the batch, T the number of time steps, D, H the cell's sizes.
p is a dict of the parameters, dp one of their gradients:
    W_f, W_i, W_g, W_o: (H,D)
    U_f, U_i, U_g, U_o: (H,H)
    b_f, b_i, b_g, b_o: (H,)
"""

import numpy as np


def sigmoid(a):
    """The logistic function, in a form that cannot overflow."""
    return 0.5 * np.tanh(0.5 * a) + 0.5


def _step(x, h_prev, c_prev, p):
    """One step.  x: (B,D), h_prev, c_prev: (B,H), p  ->  h, c: (B,H), kept"""
    # f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + b_f)
    f = sigmoid(x @ p["W_f"].T + h_prev @ p["U_f"].T + p["b_f"])

    # i[t] = sigmoid(W_i @ x[t] + U_i @ h[t-1] + b_i)
    i = sigmoid(x @ p["W_i"].T + h_prev @ p["U_i"].T + p["b_i"])

    # g[t] = tanh(W_g @ x[t] + U_g @ h[t-1] + b_g)
    g = np.tanh(x @ p["W_g"].T + h_prev @ p["U_g"].T + p["b_g"])

    # o[t] = sigmoid(W_o @ x[t] + U_o @ h[t-1] + b_o)
    o = sigmoid(x @ p["W_o"].T + h_prev @ p["U_o"].T + p["b_o"])

    # c[t] = f[t] * c[t-1] + i[t] * g[t]
    c = f * c_prev + i * g

    # h[t] = o[t] * tanh(c[t])
    tanh_c = np.tanh(c)
    h = o * tanh_c

    kept = x, h_prev, c_prev, f, i, g, o, tanh_c
    return h, c, kept


def _step_backward(dh, dc, kept, p):
    """One step back.  dh, dc: (B,H), kept, p  ->  dx: (B,D), dh_prev, dc_prev: (B,H), dp"""
    x, h_prev, c_prev, f, i, g, o, tanh_c = kept

    # h[t] = o[t] * tanh(c[t])
    do = dh * tanh_c
    dc = dc + dh * o * (1 - tanh_c**2)

    # c[t] = f[t] * c[t-1] + i[t] * g[t]
    df = dc * c_prev
    di = dc * g
    dg = dc * i
    dc_prev = dc * f

    # o[t] = sigmoid(W_o @ x[t] + U_o @ h[t-1] + b_o)
    da_o = do * o * (1 - o)
    dW_o = da_o.T @ x
    dU_o = da_o.T @ h_prev
    db_o = da_o.sum(axis=0)

    # g[t] = tanh(W_g @ x[t] + U_g @ h[t-1] + b_g)
    da_g = dg * (1 - g**2)
    dW_g = da_g.T @ x
    dU_g = da_g.T @ h_prev
    db_g = da_g.sum(axis=0)

    # i[t] = sigmoid(W_i @ x[t] + U_i @ h[t-1] + b_i)
    da_i = di * i * (1 - i)
    dW_i = da_i.T @ x
    dU_i = da_i.T @ h_prev
    db_i = da_i.sum(axis=0)

    # f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1] + b_f)
    da_f = df * f * (1 - f)
    dx = da_f @ p["W_f"] + da_i @ p["W_i"] + da_g @ p["W_g"] + da_o @ p["W_o"]
    dh_prev = da_f @ p["U_f"] + da_i @ p["U_i"] + da_g @ p["U_g"] + da_o @ p["U_o"]
    dW_f = da_f.T @ x
    dU_f = da_f.T @ h_prev
    db_f = da_f.sum(axis=0)

    dp = {
        "W_f": dW_f,
        "U_f": dU_f,
        "b_f": db_f,
        "W_i": dW_i,
        "U_i": dU_i,
        "b_i": db_i,
        "W_g": dW_g,
        "U_g": dU_g,
        "b_g": db_g,
        "W_o": dW_o,
        "U_o": dU_o,
        "b_o": db_o,
    }
    return dx, dh_prev, dc_prev, dp


def _forward(x, h0, c0, p):
    """A sequence.  x: (T,B,D), h0, c0: (B,H), p  ->  h, c: (T,B,H), kept"""
    T, B = x.shape[:2]
    dtype = np.result_type(x, h0, c0, *p.values())
    h = np.empty((T, B, h0.shape[1]), dtype)
    c = np.empty((T, B, h0.shape[1]), dtype)
    kept = []
    h_prev, c_prev = h0, c0
    for t in range(T):
        h[t], c[t], kept_t = _step(x[t], h_prev, c_prev, p)
        kept.append(kept_t)
        h_prev, c_prev = h[t], c[t]
    return h, c, kept


def _backward(dh, dc, kept, p):
    """A sequence back.  dh, dc: (T,B,H), kept, p  ->  dx: (T,B,D), dh0, dc0: (B,H), dp"""
    T, B = dh.shape[:2]
    dtype = np.result_type(dh, dc, *p.values())
    dx = np.empty((T, B, p["W_f"].shape[1]), dtype)
    dh_prev = np.zeros((B, dh.shape[2]), dtype)
    dc_prev = np.zeros((B, dh.shape[2]), dtype)
    dp = {name: np.zeros_like(value) for name, value in p.items()}
    for t in reversed(range(T)):
        # What step t+1 sends back joins what the loss sends in.
        dx_t, dh_prev, dc_prev, dp_t = _step_backward(dh[t] + dh_prev, dc[t] + dc_prev, kept[t], p)
        dx[t] = dx_t
        for name in dp:
            dp[name] += dp_t[name]
    return dx, dh_prev, dc_prev, dp


def unstack(Wx, Wh, b):
    """Parameters apart.  Wx: (D,4H), Wh: (H,4H), b: (4H,)  ->  p"""
    p = {}
    p["W_i"], p["W_f"], p["W_o"], p["W_g"] = np.split(Wx.T, 4)
    p["U_i"], p["U_f"], p["U_o"], p["U_g"] = np.split(Wh.T, 4)
    p["b_i"], p["b_f"], p["b_o"], p["b_g"] = np.split(b, 4)
    return p


def stack(dp):
    """Gradients together.  dp  ->  dWx: (D,4H), dWh: (H,4H), db: (4H,)"""
    return (
        np.concatenate([dp["W_i"], dp["W_f"], dp["W_o"], dp["W_g"]]).T,
        np.concatenate([dp["U_i"], dp["U_f"], dp["U_o"], dp["U_g"]]).T,
        np.concatenate([dp["b_i"], dp["b_f"], dp["b_o"], dp["b_g"]]),
    )


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """One step.

    x: (N,D), prev_h, prev_c: (N,H), Wx: (D,4H), Wh: (H,4H), b: (4H,)
    ->  next_h, next_c: (N,H), cache
    """
    p = unstack(Wx, Wh, b)
    h, c, kept = _step(x, prev_h, prev_c, p)
    return h, c, (kept, p)


def lstm_step_backward(dnext_h, dnext_c, cache):
    """One step back.

    dnext_h, dnext_c: (N,H), cache
    ->  dx: (N,D), dprev_h, dprev_c: (N,H), dWx: (D,4H), dWh: (H,4H), db: (4H,)
    """
    kept, p = cache
    dx, dh_prev, dc_prev, dp = _step_backward(dnext_h, dnext_c, kept, p)
    return dx, dh_prev, dc_prev, *stack(dp)


def lstm_forward(x, h0, Wx, Wh, b):
    """A sequence.

    x: (N,T,D), h0: (N,H), Wx: (D,4H), Wh: (H,4H), b: (4H,)
    ->  h: (N,T,H), cache
    """
    p = unstack(Wx, Wh, b)
    c0 = np.zeros((x.transpose(1, 0, 2).shape[1], p["W_f"].shape[0]))
    h, c, kept = _forward(x.transpose(1, 0, 2), h0, c0, p)
    return h.transpose(1, 0, 2), (kept, p)


def lstm_backward(dh, cache):
    """A sequence back.

    dh: (N,T,H), cache
    ->  dx: (N,T,D), dh0: (N,H), dWx: (D,4H), dWh: (H,4H), db: (4H,)
    """
    kept, p = cache
    dc = np.zeros((*dh.transpose(1, 0, 2).shape[:2], p["W_f"].shape[0]))
    dx, dh0, dc0, dp = _backward(dh.transpose(1, 0, 2), dc, kept, p)
    return dx.transpose(1, 0, 2), dh0, *stack(dp)
