import numpy as np


def gru_step(X, H, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h):
    Hs, cache = gru(X[np.newaxis], H, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h)
    return Hs[0], cache


def gru_step_backward(dH, cache):
    dX, dH, *grads = gru_backward(dH[np.newaxis], cache)
    return dX[0], dH, *grads


def gru(inputs, H, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h):
    T, B, D = inputs.shape
    n = H.shape[1]
    Hs = np.zeros((T + 1, B, n))
    Z = np.zeros((T, B, n))
    R = np.zeros((T, B, n))
    N = np.zeros((T, B, n))
    Hs[0] = H
    for t in range(T):
        Z[t] = 1 / (1 + np.exp(-(inputs[t] @ W_xz + Hs[t] @ W_hz + b_z)))
        R[t] = 1 / (1 + np.exp(-(inputs[t] @ W_xr + Hs[t] @ W_hr + b_r)))
        N[t] = np.tanh(inputs[t] @ W_xh + (R[t] * Hs[t]) @ W_hh + b_h)
        Hs[t + 1] = Z[t] * Hs[t] + (1 - Z[t]) * N[t]
    weights = W_xz, W_hz, W_xr, W_hr, W_xh, W_hh
    return Hs[1:], (inputs, Hs, Z, R, N, weights)


def gru_backward(dHs, cache):
    inputs, Hs, Z, R, N, (W_xz, W_hz, W_xr, W_hr, W_xh, W_hh) = cache
    T, B, D = inputs.shape
    dinputs = np.zeros_like(inputs)
    dW_xz, dW_hz, db_z = np.zeros_like(W_xz), np.zeros_like(W_hz), np.zeros(len(W_hz))
    dW_xr, dW_hr, db_r = np.zeros_like(W_xr), np.zeros_like(W_hr), np.zeros(len(W_hr))
    dW_xh, dW_hh, db_h = np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros(len(W_hh))
    dH = np.zeros_like(Hs[0])
    for t in range(T - 1, -1, -1):
        dH = dH + dHs[t]
        da_n = dH * (1 - Z[t]) * (1 - N[t] ** 2)
        da_z = dH * (Hs[t] - N[t]) * Z[t] * (1 - Z[t])
        dRH = da_n @ W_hh.T
        da_r = dRH * Hs[t] * R[t] * (1 - R[t])
        dW_xz += inputs[t].T @ da_z
        dW_xr += inputs[t].T @ da_r
        dW_xh += inputs[t].T @ da_n
        dW_hz += Hs[t].T @ da_z
        dW_hr += Hs[t].T @ da_r
        dW_hh += (R[t] * Hs[t]).T @ da_n
        db_z += da_z.sum(0)
        db_r += da_r.sum(0)
        db_h += da_n.sum(0)
        dinputs[t] = da_z @ W_xz.T + da_r @ W_xr.T + da_n @ W_xh.T
        dH = dH * Z[t] + dRH * R[t] + da_z @ W_hz.T + da_r @ W_hr.T
    return dinputs, dH, dW_xz, dW_hz, db_z, dW_xr, dW_hr, db_r, dW_xh, dW_hh, db_h
