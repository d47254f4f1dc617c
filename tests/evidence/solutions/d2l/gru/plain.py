import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_step(X, H, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h):
    Z = sigmoid(X @ W_xz + H @ W_hz + b_z)
    R = sigmoid(X @ W_xr + H @ W_hr + b_r)
    H_tilde = np.tanh(X @ W_xh + (R * H) @ W_hh + b_h)
    H_new = Z * H + (1 - Z) * H_tilde
    return H_new, (X, H, Z, R, H_tilde, W_xz, W_hz, W_xr, W_hr, W_xh, W_hh)


def gru_step_backward(dH, cache):
    X, H, Z, R, H_tilde, W_xz, W_hz, W_xr, W_hr, W_xh, W_hh = cache
    dZ = dH * (H - H_tilde) * Z * (1 - Z)
    dH_tilde = dH * (1 - Z) * (1 - H_tilde**2)
    dRH = dH_tilde @ W_hh.T
    dR = dRH * H * R * (1 - R)
    dX = dZ @ W_xz.T + dR @ W_xr.T + dH_tilde @ W_xh.T
    dH_prev = dH * Z + dRH * R + dZ @ W_hz.T + dR @ W_hr.T
    dW_xz = X.T @ dZ
    dW_hz = H.T @ dZ
    db_z = dZ.sum(axis=0)
    dW_xr = X.T @ dR
    dW_hr = H.T @ dR
    db_r = dR.sum(axis=0)
    dW_xh = X.T @ dH_tilde
    dW_hh = (R * H).T @ dH_tilde
    db_h = dH_tilde.sum(axis=0)
    return dX, dH_prev, dW_xz, dW_hz, db_z, dW_xr, dW_hr, db_r, dW_xh, dW_hh, db_h


def gru(inputs, H, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h):
    Hs = []
    caches = []
    for X in inputs:
        H, cache = gru_step(X, H, W_xz, W_hz, b_z, W_xr, W_hr, b_r, W_xh, W_hh, b_h)
        Hs.append(H)
        caches.append(cache)
    return np.stack(Hs), caches


def gru_backward(dHs, cache):
    T, B, n = dHs.shape
    dinputs = np.zeros((T, B, cache[0][0].shape[1]))
    dH = np.zeros((B, n))
    dW_xz = dW_hz = db_z = dW_xr = dW_hr = db_r = dW_xh = dW_hh = db_h = 0
    for t in reversed(range(T)):
        g = gru_step_backward(dHs[t] + dH, cache[t])
        dinputs[t] = g[0]
        dH = g[1]
        dW_xz = dW_xz + g[2]
        dW_hz = dW_hz + g[3]
        db_z = db_z + g[4]
        dW_xr = dW_xr + g[5]
        dW_hr = dW_hr + g[6]
        db_r = db_r + g[7]
        dW_xh = dW_xh + g[8]
        dW_hh = dW_hh + g[9]
        db_h = db_h + g[10]
    return dinputs, dH, dW_xz, dW_hz, db_z, dW_xr, dW_hr, db_r, dW_xh, dW_hh, db_h
