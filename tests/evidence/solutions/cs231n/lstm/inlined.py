import numpy as np

# sigma and its derivative, as in the slides
sigma = lambda a: 1.0 / (1.0 + np.exp(-a))
dsigma = lambda s: s * (1.0 - s)
dtanh = lambda s: 1.0 - s**2


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    z = x @ Wx + prev_h @ Wh + b
    i = sigma(z[:, 0 * H : 1 * H])
    f = sigma(z[:, 1 * H : 2 * H])
    o = sigma(z[:, 2 * H : 3 * H])
    g = np.tanh(z[:, 3 * H : 4 * H])
    c = i * g + f * prev_c
    return o * np.tanh(c), c, dict(x=x, h=prev_h, c0=prev_c, i=i, f=f, o=o, g=g, c=c, Wx=Wx, Wh=Wh)


def lstm_step_backward(dnext_h, dnext_c, cache):
    k = cache
    tc = np.tanh(k["c"])
    dc = dnext_h * k["o"] * dtanh(tc) + dnext_c
    dz = np.hstack(
        [
            dc * k["g"] * dsigma(k["i"]),
            dc * k["c0"] * dsigma(k["f"]),
            dnext_h * tc * dsigma(k["o"]),
            dc * k["i"] * dtanh(k["g"]),
        ]
    )
    return dz @ k["Wx"].T, dz @ k["Wh"].T, dc * k["f"], k["x"].T @ dz, k["h"].T @ dz, np.sum(dz, 0)


def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    I, F, O, G, C = (np.zeros((N, T, H)) for _ in range(5))
    h = np.zeros((N, T, H))
    hp, cp = h0, np.zeros((N, H))
    for t in range(T):
        z = x[:, t] @ Wx + hp @ Wh + b
        I[:, t] = sigma(z[:, :H])
        F[:, t] = sigma(z[:, H : 2 * H])
        O[:, t] = sigma(z[:, 2 * H : 3 * H])
        G[:, t] = np.tanh(z[:, 3 * H :])
        C[:, t] = F[:, t] * cp + I[:, t] * G[:, t]
        h[:, t] = O[:, t] * np.tanh(C[:, t])
        hp, cp = h[:, t], C[:, t]
    return h, (x, h0, h, I, F, O, G, C, Wx, Wh)


def lstm_backward(dh, cache):
    x, h0, h, I, F, O, G, C, Wx, Wh = cache
    N, T, H = h.shape
    dx = np.zeros(x.shape)
    dWx, dWh = np.zeros(Wx.shape), np.zeros(Wh.shape)
    db = np.zeros(4 * H)
    eh, ec = np.zeros((N, H)), np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        h_before = h[:, t - 1] if t else h0
        c_before = C[:, t - 1] if t else np.zeros((N, H))
        eh = eh + dh[:, t]
        tc = np.tanh(C[:, t])
        ec = ec + eh * O[:, t] * dtanh(tc)
        dz = np.zeros((N, 4 * H))
        dz[:, :H] = ec * G[:, t] * dsigma(I[:, t])
        dz[:, H : 2 * H] = ec * c_before * dsigma(F[:, t])
        dz[:, 2 * H : 3 * H] = eh * tc * dsigma(O[:, t])
        dz[:, 3 * H :] = ec * I[:, t] * dtanh(G[:, t])
        dWx += x[:, t].T @ dz
        dWh += h_before.T @ dz
        db += dz.sum(axis=0)
        dx[:, t] = dz @ Wx.T
        eh = dz @ Wh.T
        ec = ec * F[:, t]
    return dx, eh, dWx, dWh, db
