import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(X, H, C, W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c):
    I = sigmoid(np.matmul(X, W_xi) + np.matmul(H, W_hi) + b_i)
    F = sigmoid(np.matmul(X, W_xf) + np.matmul(H, W_hf) + b_f)
    O = sigmoid(np.matmul(X, W_xo) + np.matmul(H, W_ho) + b_o)
    C_tilde = np.tanh(np.matmul(X, W_xc) + np.matmul(H, W_hc) + b_c)
    C_new = F * C + I * C_tilde
    H_new = O * np.tanh(C_new)
    cache = (X, H, C, I, F, O, C_tilde, C_new, W_xi, W_hi, W_xf, W_hf, W_xo, W_ho, W_xc, W_hc)
    return H_new, C_new, cache


def lstm_step_backward(dH, dC, cache):
    X, H, C, I, F, O, C_tilde, C_new, W_xi, W_hi, W_xf, W_hf, W_xo, W_ho, W_xc, W_hc = cache
    tanh_C = np.tanh(C_new)
    dO = dH * tanh_C
    dC = dC + dH * O * (1 - tanh_C**2)
    dF = dC * C
    dI = dC * C_tilde
    dC_tilde = dC * I
    dC_prev = dC * F

    dI = dI * I * (1 - I)
    dF = dF * F * (1 - F)
    dO = dO * O * (1 - O)
    dC_tilde = dC_tilde * (1 - C_tilde**2)

    dX = dI @ W_xi.T + dF @ W_xf.T + dO @ W_xo.T + dC_tilde @ W_xc.T
    dH_prev = dI @ W_hi.T + dF @ W_hf.T + dO @ W_ho.T + dC_tilde @ W_hc.T

    dW_xi, dW_hi, db_i = X.T @ dI, H.T @ dI, dI.sum(axis=0)
    dW_xf, dW_hf, db_f = X.T @ dF, H.T @ dF, dF.sum(axis=0)
    dW_xo, dW_ho, db_o = X.T @ dO, H.T @ dO, dO.sum(axis=0)
    dW_xc, dW_hc, db_c = X.T @ dC_tilde, H.T @ dC_tilde, dC_tilde.sum(axis=0)
    return dX, dH_prev, dC_prev, dW_xi, dW_hi, db_i, dW_xf, dW_hf, db_f, dW_xo, dW_ho, db_o, dW_xc, dW_hc, db_c


def lstm(inputs, H, C, W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c):
    T, B, D = inputs.shape
    Hs = np.zeros((T, B, H.shape[1]))
    Cs = np.zeros((T, B, H.shape[1]))
    caches = []
    for t in range(T):
        H, C, cache = lstm_step(inputs[t], H, C, W_xi, W_hi, b_i, W_xf, W_hf, b_f, W_xo, W_ho, b_o, W_xc, W_hc, b_c)
        Hs[t] = H
        Cs[t] = C
        caches.append(cache)
    return Hs, Cs, caches


def lstm_backward(dHs, dCs, cache):
    T, B, size = dHs.shape
    dinputs = np.zeros((T, B, cache[0][0].shape[1]))
    dH = np.zeros((B, size))
    dC = np.zeros((B, size))
    grads = [0] * 12
    for t in range(T - 1, -1, -1):
        dX, dH, dC, *g = lstm_step_backward(dHs[t] + dH, dCs[t] + dC, cache[t])
        dinputs[t] = dX
        for k in range(12):
            grads[k] = grads[k] + g[k]
    return dinputs, dH, dC, *grads
