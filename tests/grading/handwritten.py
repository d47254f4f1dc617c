"""Files as students write them, each in a style of its own, and edits of single lines that plant a mistake.

An edit is (before, after, the quantity that is wrong then, the left side of the equation that says so where that is
another one).
"""

SLICES = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    N, H = prev_h.shape
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    ai = a[:, 0:H]
    af = a[:, H:2*H]
    ao = a[:, 2*H:3*H]
    ag = a[:, 3*H:4*H]
    i, f, o = sigmoid(ai), sigmoid(af), sigmoid(ao)
    g = np.tanh(ag)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, b, i, f, o, g, next_c, next_h)
    return next_h, next_c, cache

def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, b, i, f, o, g, next_c, next_h = cache
    N, H = dnext_h.shape
    tanh_c = np.tanh(next_c)
    dnext_c += dnext_h * o * (1 - tanh_c ** 2)
    do = dnext_h * tanh_c
    df = dnext_c * prev_c
    di = dnext_c * g
    dg = dnext_c * i
    dprev_c = dnext_c * f
    da = np.zeros((N, 4 * H))
    da[:, :H] = di * i * (1 - i)
    da[:, H:2*H] = df * f * (1 - f)
    da[:, 2*H:3*H] = do * o * (1 - o)
    da[:, 3*H:] = dg * (1 - g ** 2)
    dx = np.dot(da, Wx.T)
    dprev_h = np.dot(da, Wh.T)
    dWx = np.dot(x.T, da)
    dWh = np.dot(prev_h.T, da)
    db = np.sum(da, axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db

def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    prev_c = np.zeros_like(h0)
    prev_h = h0
    caches = []
    for t in range(T):
        next_h, next_c, cache = lstm_step_forward(x[:, t, :], prev_h, prev_c, Wx, Wh, b)
        h[:, t, :] = next_h
        prev_h = next_h
        prev_c = next_c
        caches.append(cache)
    return h, caches

def lstm_backward(dh, cache):
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx = np.zeros((N, T, D))
    dprevh = np.zeros((N, H))
    dprevc = np.zeros((N, H))
    dWx = np.zeros((D, 4 * H))
    dWh = np.zeros((H, 4 * H))
    db = np.zeros(4 * H)
    for t in range(T - 1, -1, -1):
        dnext = dh[:, t, :] + dprevh
        dx[:, t, :], dprevh, dprevc, dwx, dwh, dbt = lstm_step_backward(dnext, dprevc, cache[t])
        dWx += dwx
        dWh += dwh
        db += dbt
    return dx, dprevh, dWx, dWh, db
"""

APART = """
import numpy as np

def sigma(a):
    return 1.0 / (1.0 + np.exp(-a))

def step(x, h_prev, c_prev, p):
    forget = sigma(x @ p["W_f"].T + h_prev @ p["U_f"].T + p["b_f"])
    inp = sigma(x @ p["W_i"].T + h_prev @ p["U_i"].T + p["b_i"])
    candidate = np.tanh(x @ p["W_g"].T + h_prev @ p["U_g"].T + p["b_g"])
    output = sigma(x @ p["W_o"].T + h_prev @ p["U_o"].T + p["b_o"])
    c = forget * c_prev + inp * candidate
    tc = np.tanh(c)
    h = output * tc
    return h, c, (x, h_prev, c_prev, forget, inp, candidate, output, tc)

def step_backward(dh, dc, kept, p):
    x, h_prev, c_prev, f, i, g, o, tc = kept
    dp = {}
    dct = dc + dh * o * (1 - tc * tc)
    dc_prev = dct * f
    delta_o = dh * tc * o * (1 - o)
    delta_f = dct * c_prev * f * (1 - f)
    delta_i = dct * g * i * (1 - i)
    delta_g = dct * i * (1 - g * g)
    dp["W_f"] = delta_f.T @ x
    dp["W_i"] = delta_i.T @ x
    dp["W_g"] = delta_g.T @ x
    dp["W_o"] = delta_o.T @ x
    dp["U_f"] = delta_f.T @ h_prev
    dp["U_i"] = delta_i.T @ h_prev
    dp["U_g"] = delta_g.T @ h_prev
    dp["U_o"] = delta_o.T @ h_prev
    dp["b_f"] = delta_f.sum(axis=0)
    dp["b_i"] = delta_i.sum(axis=0)
    dp["b_g"] = delta_g.sum(axis=0)
    dp["b_o"] = delta_o.sum(axis=0)
    dx = delta_f @ p["W_f"] + delta_i @ p["W_i"] + delta_g @ p["W_g"] + delta_o @ p["W_o"]
    dh_prev = delta_f @ p["U_f"] + delta_i @ p["U_i"] + delta_g @ p["U_g"] + delta_o @ p["U_o"]
    return dx, dh_prev, dc_prev, dp

def forward(x, h0, c0, p):
    h, c = h0, c0
    hs, cs, caches = [], [], []
    for xt in x:
        h, c, cache = step(xt, h, c, p)
        hs.append(h)
        cs.append(c)
        caches.append(cache)
    return np.array(hs), np.array(cs), caches

def backward(dh, dc, caches, p):
    dp = {k: np.zeros_like(v) for k, v in p.items()}
    dh_next = np.zeros_like(dh[0])
    dc_next = np.zeros_like(dc[0])
    dxs = []
    for t in range(len(caches) - 1, -1, -1):
        dx_t, dh_next, dc_next, dp_t = step_backward(dh[t] + dh_next, dc[t] + dc_next, caches[t], p)
        dxs.insert(0, dx_t)
        for k in dp:
            dp[k] += dp_t[k]
    return np.array(dxs), dh_next, dc_next, dp
"""

INLINED = """
import numpy as np

def sig(v):
    return 1 / (1 + np.exp(-v))

def step(x, h_prev, p):
    z = sig(x @ p["W_z"].T + h_prev @ p["U_z"].T + p["b_z"])
    r = sig(x @ p["W_r"].T + h_prev @ p["U_r"].T + p["b_r"])
    rh = r * h_prev
    n = np.tanh(x @ p["W_n"].T + rh @ p["U_n"].T + p["b_n"])
    h = z * h_prev + (1 - z) * n
    return h, (x, h_prev, z, r, n)

def step_backward(dh, kept, p):
    x, h_prev, z, r, n = kept
    dz = dh * (h_prev - n)
    dn = dh * (1 - z)
    dh_back = dh * z
    dan = dn * (1 - n ** 2)
    drh = dan @ p["U_n"]
    dr = drh * h_prev
    dh_back = dh_back + drh * r
    dar = dr * r * (1 - r)
    daz = dz * z * (1 - z)
    dh_back = dh_back + dar @ p["U_r"] + daz @ p["U_z"]
    dx = dan @ p["W_n"] + dar @ p["W_r"] + daz @ p["W_z"]
    grads = {
        "W_z": daz.T @ x, "U_z": daz.T @ h_prev, "b_z": daz.sum(0),
        "W_r": dar.T @ x, "U_r": dar.T @ h_prev, "b_r": dar.sum(0),
        "W_n": dan.T @ x, "U_n": dan.T @ (r * h_prev), "b_n": dan.sum(0),
    }
    return dx, dh_back, grads

def forward(x, h0, p):
    T = len(x)
    hs = np.zeros((T, *h0.shape))
    zs, rs, ns = np.zeros_like(hs), np.zeros_like(hs), np.zeros_like(hs)
    h = h0
    for t in range(T):
        z = sig(x[t] @ p["W_z"].T + h @ p["U_z"].T + p["b_z"])
        r = sig(x[t] @ p["W_r"].T + h @ p["U_r"].T + p["b_r"])
        n = np.tanh(x[t] @ p["W_n"].T + (r * h) @ p["U_n"].T + p["b_n"])
        h = z * h + (1 - z) * n
        hs[t], zs[t], rs[t], ns[t] = h, z, r, n
    return hs, (x, h0, hs, zs, rs, ns)

def backward(dhs, kept, p):
    x, h0, hs, zs, rs, ns = kept
    dp = {name: np.zeros_like(value) for name, value in p.items()}
    dx = np.zeros_like(x)
    dh_next = np.zeros_like(h0)
    for t in reversed(range(len(x))):
        h_prev = hs[t - 1] if t > 0 else h0
        z, r, n = zs[t], rs[t], ns[t]
        dh = dhs[t] + dh_next
        daz = dh * (h_prev - n) * z * (1 - z)
        dan = dh * (1 - z) * (1 - n ** 2)
        drh = dan @ p["U_n"]
        dar = drh * h_prev * r * (1 - r)
        dh_next = dh * z + drh * r + dar @ p["U_r"] + daz @ p["U_z"]
        dx[t] = dan @ p["W_n"] + dar @ p["W_r"] + daz @ p["W_z"]
        dp["W_z"] += daz.T @ x[t]
        dp["W_r"] += dar.T @ x[t]
        dp["W_n"] += dan.T @ x[t]
        dp["U_z"] += daz.T @ h_prev
        dp["U_r"] += dar.T @ h_prev
        dp["U_n"] += dan.T @ (r * h_prev)
        dp["b_z"] += daz.sum(axis=0)
        dp["b_r"] += dar.sum(axis=0)
        dp["b_n"] += dan.sum(axis=0)
    return dx, dh_next, dp
"""

D2L = """
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
    weights = (W_xi, W_hi, W_xf, W_hf, W_xo, W_ho, W_xc, W_hc)
    return H_new, C_new, (X, H, C, I, F, O, C_tilde, C_new, weights)

def lstm_step_backward(dH, dC, cache):
    X, H, C, I, F, O, C_tilde, C_new, weights = cache
    W_xi, W_hi, W_xf, W_hf, W_xo, W_ho, W_xc, W_hc = weights
    tanhC = np.tanh(C_new)
    dO = dH * tanhC
    dC = dC + dH * O * (1 - tanhC ** 2)
    dF = dC * C
    dI = dC * C_tilde
    dC_tilde = dC * I
    dC_prev = dC * F
    dzi = dI * I * (1 - I)
    dzf = dF * F * (1 - F)
    dzo = dO * O * (1 - O)
    dzc = dC_tilde * (1 - C_tilde ** 2)
    dX = dzi @ W_xi.T + dzf @ W_xf.T + dzo @ W_xo.T + dzc @ W_xc.T
    dH_prev = dzi @ W_hi.T + dzf @ W_hf.T + dzo @ W_ho.T + dzc @ W_hc.T
    dW_xi, dW_hi, db_i = X.T @ dzi, H.T @ dzi, dzi.sum(axis=0)
    dW_xf, dW_hf, db_f = X.T @ dzf, H.T @ dzf, dzf.sum(axis=0)
    dW_xo, dW_ho, db_o = X.T @ dzo, H.T @ dzo, dzo.sum(axis=0)
    dW_xc, dW_hc, db_c = X.T @ dzc, H.T @ dzc, dzc.sum(axis=0)
    return (dX, dH_prev, dC_prev, dW_xi, dW_hi, db_i, dW_xf, dW_hf, db_f,
            dW_xo, dW_ho, db_o, dW_xc, dW_hc, db_c)

def lstm(inputs, H, C, *params):
    Hs, Cs, caches = [], [], []
    for X in inputs:
        H, C, cache = lstm_step(X, H, C, *params)
        Hs.append(H)
        Cs.append(C)
        caches.append(cache)
    return np.stack(Hs), np.stack(Cs), caches

def lstm_backward(dHs, dCs, caches):
    dH_next = np.zeros_like(dHs[0])
    dC_next = np.zeros_like(dCs[0])
    dXs = []
    total = None
    for dH, dC, cache in zip(dHs[::-1], dCs[::-1], caches[::-1]):
        dX, dH_next, dC_next, *grads = lstm_step_backward(dH + dH_next, dC + dC_next, cache)
        dXs.append(dX)
        total = grads if total is None else [a + b for a, b in zip(total, grads)]
    return (np.stack(dXs[::-1]), dH_next, dC_next, *total)
"""

TERSE = """
import numpy as np

def step(x, h_prev, p):
    a = x @ p["W"].T + h_prev @ p["U"].T + p["b"]
    h = np.tanh(a)
    return h, (x, h_prev, h)

def step_backward(dh, kept, p):
    x, h_prev, h = kept
    da = dh * (1 - h * h)
    return da @ p["W"], da @ p["U"], {"W": da.T @ x, "U": da.T @ h_prev, "b": da.sum(0)}

def forward(x, h0, p):
    hs, kept = [], []
    h = h0
    for t in range(len(x)):
        h, k = step(x[t], h, p)
        hs.append(h)
        kept.append(k)
    return np.stack(hs), kept

def backward(dh, kept, p):
    dx, dp, dh_prev = [], {n: 0 for n in p}, 0
    for t in reversed(range(len(kept))):
        d = dh[t] + dh_prev
        dxt, dh_prev, g = step_backward(d, kept[t], p)
        dx.insert(0, dxt)
        dp = {n: dp[n] + g[n] for n in p}
    return np.stack(dx), dh_prev, dp
"""

PEEPHOLE = """
import numpy as np

def s(v):
    return 1 / (1 + np.exp(-v))

def step(x, h_prev, c_prev, p):
    zf = x @ p["W_f"].T + h_prev @ p["U_f"].T + p["p_f"] * c_prev + p["b_f"]
    zi = x @ p["W_i"].T + h_prev @ p["U_i"].T + p["p_i"] * c_prev + p["b_i"]
    zg = x @ p["W_g"].T + h_prev @ p["U_g"].T + p["b_g"]
    f, i, g = s(zf), s(zi), np.tanh(zg)
    c = f * c_prev + i * g
    zo = x @ p["W_o"].T + h_prev @ p["U_o"].T + p["p_o"] * c + p["b_o"]
    o = s(zo)
    h = o * np.tanh(c)
    kept = dict(x=x, h_prev=h_prev, c_prev=c_prev, f=f, i=i, g=g, o=o, c=c)
    return h, c, kept

def step_backward(dh, dc, kept, p):
    x, h_prev, c_prev = kept["x"], kept["h_prev"], kept["c_prev"]
    f, i, g, o, c = kept["f"], kept["i"], kept["g"], kept["o"], kept["c"]
    d = {}
    tanh_c = np.tanh(c)
    dzo = dh * tanh_c * o * (1 - o)
    dcell = dc + dh * o * (1 - tanh_c ** 2) + dzo * p["p_o"]
    dzf = dcell * c_prev * f * (1 - f)
    dzi = dcell * g * i * (1 - i)
    dzg = dcell * i * (1 - g ** 2)
    dc_prev = dcell * f + dzf * p["p_f"] + dzi * p["p_i"]
    dx = 0
    dh_prev = 0
    for gate, dz in zip("figo", (dzf, dzi, dzg, dzo)):
        d["W_" + gate] = dz.T @ x
        d["U_" + gate] = dz.T @ h_prev
        d["b_" + gate] = dz.sum(axis=0)
        dx = dx + dz @ p["W_" + gate]
        dh_prev = dh_prev + dz @ p["U_" + gate]
    d["p_f"] = (dzf * c_prev).sum(axis=0)
    d["p_i"] = (dzi * c_prev).sum(axis=0)
    d["p_o"] = (dzo * c).sum(axis=0)
    return dx, dh_prev, dc_prev, d

def forward(x, h0, c0, p):
    hs, cs, kept = [], [], []
    h, c = h0, c0
    for t in range(x.shape[0]):
        h, c, k = step(x[t], h, c, p)
        hs += [h]
        cs += [c]
        kept += [k]
    return np.array(hs), np.array(cs), kept

def backward(dhs, dcs, kept, p):
    T = len(kept)
    dxs = [None] * T
    total = {}
    dh_next, dc_next = np.zeros(dhs.shape[1:]), np.zeros(dcs.shape[1:])
    for t in reversed(range(T)):
        dh = dhs[t] + dh_next
        dc = dcs[t] + dc_next
        dxs[t], dh_next, dc_next, d = step_backward(dh, dc, kept[t], p)
        for k, v in d.items():
            total[k] = total.get(k, 0) + v
    return np.array(dxs), dh_next, dc_next, total
"""

RAW = """
import numpy as np

def rnn_step_forward(x, prev_h, Wx, Wh, b):
    hraw = np.dot(x, Wx) + np.dot(prev_h, Wh) + b
    next_h = np.tanh(hraw)
    cache = (x, Wx, Wh, prev_h, next_h)
    return next_h, cache

def rnn_step_backward(dnext_h, cache):
    x, Wx, Wh, prev_h, next_h = cache
    dhraw = dnext_h * (1 - next_h ** 2)
    dx = np.dot(dhraw, Wx.T)
    dprev_h = np.dot(dhraw, Wh.T)
    dWx = np.dot(x.T, dhraw)
    dWh = np.dot(prev_h.T, dhraw)
    db = np.sum(dhraw, axis=0)
    return dx, dprev_h, dWx, dWh, db

def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    N, H = h0.shape
    h = np.zeros((N, T, H))
    cache = []
    next_h = h0
    for t in range(T):
        next_h, c = rnn_step_forward(x[:, t, :], next_h, Wx, Wh, b)
        h[:, t, :] = next_h
        cache.append(c)
    return h, cache

def rnn_backward(dh, cache):
    x, Wx, Wh, prev_h, next_h = cache[0]
    N, T, H = dh.shape
    D = x.shape[1]
    dx, dprev_h = np.zeros((N, T, D)), np.zeros((N, H))
    dWx, dWh, db = np.zeros((D, H)), np.zeros((H, H)), np.zeros(H)
    for t in reversed(range(T)):
        dx[:, t, :], dprev_h, dWx_, dWh_, db_ = rnn_step_backward(dh[:, t, :] + dprev_h, cache[t])
        dWx += dWx_
        dWh += dWh_
        db += db_
    dh0 = dprev_h
    return dx, dh0, dWx, dWh, db
"""

#: The same with names that mislead, and a name that says nothing.
CROSSED = (
    APART.replace("delta_f", "delta_?")
    .replace("delta_i", "delta_f")
    .replace("delta_?", "delta_i")
    .replace("delta_i = dct * c_prev * f", "into = dct * c_prev\n    delta_i = into * f")
)

#: Style -> (source, cell, convention, edits).
STYLES = {
    "slices": (SLICES, "lstm", "cs231n", [
        ("di * i * (1 - i)", "di * i", "da_i"),
        ("df * f * (1 - f)", "df", "da_f"),
        ("do * o * (1 - o)", "do * (1 - o ** 2)", "da_o"),
        ("dg * (1 - g ** 2)", "dg", "da_g"),
        ("dg * (1 - g ** 2)", "dg * g * (1 - g)", "da_g"),
        ("do = dnext_h * tanh_c", "do = dnext_h", "do"),
        ("df = dnext_c * prev_c", "df = dnext_c", "df"),
        ("di = dnext_c * g", "di = -dnext_c * g", "di"),
        ("dg = dnext_c * i", "dg = dnext_c", "dg"),
        ("dnext_c += dnext_h * o * (1 - tanh_c ** 2)", "dnext_c += dnext_h * o", "dc"),
        ("dnext_c += dnext_h * o * (1 - tanh_c ** 2)", "dnext_c = dnext_h * o * (1 - tanh_c ** 2)", "dc"),
        ("dnext_c += dnext_h * o * (1 - tanh_c ** 2)", "dnext_c += -dnext_h * o * (1 - tanh_c ** 2)", "dc"),
        ("dprev_c = dnext_c * f", "dprev_c = dnext_c", "dc_prev"),
        ("dprev_c = dnext_c * f", "dprev_c = -dnext_c * f", "dc_prev"),
        ("dprev_h = np.dot(da, Wh.T)", "dprev_h = np.dot(da, Wh.T) * 0", "dh_prev"),
        ("sigmoid(af)", "np.tanh(af)", "f"),
        ("g = np.tanh(ag)", "g = ag", "g"),
        ("g = np.tanh(ag)", "g = sigmoid(ag)", "g"),
        ("+ prev_h.dot(Wh) + b", "+ prev_h.dot(Wh)", "f", "a_f"),
        ("x.dot(Wx) + prev_h.dot(Wh)", "x.dot(Wx)", "f", "a_f"),
        ("f * prev_c + i * g", "i * g", "c"),
        ("f * prev_c + i * g", "(1 - f) * prev_c + i * g", "c"),
        ("o * np.tanh(next_c)", "o * next_c", "h"),
        ("o * np.tanh(next_c)", "np.tanh(next_c)", "h"),
        ("dWx += dwx", "dWx = dwx", "dW_f"),
        ("db += dbt", "db = dbt", "db_f"),
        ("dWh += dwh", "dWh = dwh", "dU_f"),
        ("dnext = dh[:, t, :] + dprevh", "dnext = dh[:, t, :]", "dh"),
        ("lstm_step_backward(dnext, dprevc,", "lstm_step_backward(dnext, 0 * dprevc,", "dc"),
        ("lstm_step_forward(x[:, t, :], prev_h, prev_c,", "lstm_step_forward(x[:, t, :], h0, prev_c,", "h"),
        ("lstm_step_forward(x[:, t, :], prev_h, prev_c,", "lstm_step_forward(x[:, t, :], prev_h, 0 * prev_c,", "c"),
    ]),
    "apart": (APART, "lstm", "gatecheck", [
        ('+ p["b_f"]', "", "f", "a_f"),
        ("output = sigma", "output = np.tanh", "o"),
        ("candidate = np.tanh", "candidate = sigma", "g"),
        ("inp = sigma(", "inp = np.tanh(", "i"),
        ('h_prev @ p["U_g"].T + ', "", "g", "a_g"),
        ("h = output * tc", "h = output * c", "h"),
        ("c = forget * c_prev + inp * candidate", "c = forget * c_prev + candidate", "c"),
        ("forget * c_prev + inp * candidate", "forget + inp * candidate", "c"),
        ("forget * c_prev + inp * candidate", "forget * c_prev", "c"),
        ("dct = dc + dh * o * (1 - tc * tc)", "dct = dc", "dc"),
        ("dct = dc + dh * o", "dct = dh * o", "dc"),
        ("dct = dc + dh * o *", "dct = dc + dh *", "dc"),
        ("dct = dc + dh * o * (1 - tc * tc)", "dct = dc + dh * o", "dc"),
        ("dct = dc + dh * o", "dct = dc - dh * o", "dc"),
        ("dc_prev = dct * f", "dc_prev = dct", "dc_prev"),
        ("dc_prev = dct * f", "dc_prev = dc * f", "dc_prev"),
        ("delta_o = dh * tc * o * (1 - o)", "delta_o = dh * tc", "da_o"),
        ("delta_o = dh * tc * o * (1 - o)", "delta_o = dh * tc * o", "da_o"),
        ("delta_o = dh * tc *", "delta_o = dh *", "do"),
        ("delta_f = dct * c_prev * f * (1 - f)", "delta_f = dct * c_prev", "da_f"),
        ("delta_f = dct * c_prev", "delta_f = dct", "df"),
        ("delta_f = dct", "delta_f = -dct", "df"),
        ("delta_i = dct * g * i * (1 - i)", "delta_i = dct * g * (1 - i)", "da_i"),
        ("delta_i = dct * g", "delta_i = dct", "di"),
        ("delta_g = dct * i * (1 - g * g)", "delta_g = dct * i", "da_g"),
        ("delta_g = dct * i", "delta_g = dct", "dg"),
        ("delta_g = dct * i * (1 - g * g)", "delta_g = dct * i * g * (1 - g)", "da_g"),
        (' + delta_o @ p["W_o"]', "", "dx"),
        (' + delta_g @ p["U_g"]', "", "dh_prev"),
        ('dh_prev = delta_f @ p["U_f"] + ', "dh_prev = ", "dh_prev"),
        ('delta_i @ p["U_i"]', 'delta_i @ p["U_i"].T', "dh_prev"),
        ("dx = delta_f", "dx = -delta_f", "dx"),
        ('dp["b_g"] = delta_g.sum(axis=0)', 'dp["b_g"] = delta_i.sum(axis=0)', "db_g"),
        ('dp["W_f"] = delta_f.T @ x', 'dp["W_f"] = -delta_f.T @ x', "dW_f"),
        ("dp[k] += dp_t[k]", "dp[k] = dp_t[k]", "dW_f"),
        ("dh[t] + dh_next", "dh[t]", "dh"),
        ("dc[t] + dc_next", "dc[t]", "dc"),
        ("step(xt, h, c, p)", "step(xt, h0, c, p)", "h"),
        ("step(xt, h, c, p)", "step(xt, h, c0, p)", "c"),
        ("h, c, cache = step(xt", "c, h, cache = step(xt", "h"),
        ("return h, c, (x", "return c, h, (x", "h", "returned"),
    ]),
    "crossed": (CROSSED, "lstm", "gatecheck", [
        ("into = dct * c_prev", "into = dct", "df"),
        ("delta_i = into * f * (1 - f)", "delta_i = into", "da_f"),
        ("delta_f = dct * g * i * (1 - i)", "delta_f = dct * g", "da_i"),
        ("delta_f = dct * g * i", "delta_f = dct * i", "di"),
        ("dc_prev = dct * f", "dc_prev = dct", "dc_prev"),
    ]),
    "inlined gru": (INLINED, "gru", "gatecheck", [
        ("    h = z * h_prev + (1 - z) * n", "    h = (1 - z) * h_prev + z * n", "h"),
        ("n = np.tanh(x @", "n = sig(x @", "n"),
        ("r = sig(x @", "r = np.tanh(x @", "r"),
        (' + p["b_r"])', ")", "r", "a_r"),
        ("dz = dh * (h_prev - n)", "dz = dh * (n - h_prev)", "dz"),
        ("dz = dh * (h_prev - n)", "dz = dh * h_prev", "dz"),
        ("dn = dh * (1 - z)", "dn = dh", "dn"),
        ("dn = dh * (1 - z)", "dn = dh * z", "dn"),
        ("dh_back = dh * z", "dh_back = 0 * dh", "dh_prev"),
        ("dan = dn * (1 - n ** 2)", "dan = dn", "da_n"),
        ("dan = dn * (1 - n ** 2)", "dan = dn * n * (1 - n)", "da_n"),
        ("dr = drh * h_prev", "dr = drh", "dr"),
        ("dh_back = dh_back + drh * r", "dh_back = dh_back + drh", "dh_prev"),
        ("dar = dr * r * (1 - r)", "dar = dr", "da_r"),
        ("daz = dz * z * (1 - z)", "daz = dz", "da_z"),
        ("daz = dz * z * (1 - z)", "daz = dz * (1 - z ** 2)", "da_z"),
        (' + daz @ p["U_z"]\n', "\n", "dh_prev"),
        (' + daz @ p["W_z"]\n    grads', "\n    grads", "dx"),
        ("        dh = dhs[t] + dh_next", "        dh = dhs[t]", "dh"),
        ('dp["W_z"] += daz', 'dp["W_z"] = daz', "dW_z"),
        ('dp["b_n"] += dan', 'dp["b_n"] = dan', "db_n"),
        ("        daz = dh * (h_prev - n) * z * (1 - z)", "        daz = dh * (h_prev - n)", "da_z"),
        ("        dan = dh * (1 - z) * (1 - n ** 2)", "        dan = dh * (1 - z)", "da_n"),
        ("        dar = drh * h_prev * r * (1 - r)", "        dar = drh * h_prev", "da_r"),
        ("        dar = drh * h_prev * r * (1 - r)", "        dar = drh * r * (1 - r)", "dr"),
        ("        h = z * h + (1 - z) * n", "        h = (1 - z) * h + z * n", "h"),
    ]),
    "d2l": (D2L, "lstm", "d2l", [
        ("I = sigmoid(", "I = np.tanh(", "i"),
        ("C_tilde = np.tanh(", "C_tilde = sigmoid(", "g"),
        ("C_tilde = np.tanh(", "C_tilde = (", "g"),
        (" + b_f)", ")", "f", "a_f"),
        ("F * C + I * C_tilde", "F * C + C_tilde", "c"),
        ("O * np.tanh(C_new)", "O * C_new", "h"),
        ("dO = dH * tanhC", "dO = dH", "do"),
        ("dC = dC + dH * O * (1 - tanhC ** 2)", "dC = dC + dH * O", "dc"),
        ("dC = dC + dH * O * (1 - tanhC ** 2)", "dC = dC", "dc"),
        ("dC = dC + dH", "dC = dH", "dc"),
        ("dF = dC * C\n", "dF = dC\n", "df"),
        ("dI = dC * C_tilde", "dI = -dC * C_tilde", "di"),
        ("dC_tilde = dC * I", "dC_tilde = dC", "dg"),
        ("dC_prev = dC * F", "dC_prev = dC", "dc_prev"),
        ("dzi = dI * I * (1 - I)", "dzi = dI", "da_i"),
        ("dzf = dF * F * (1 - F)", "dzf = dF * (1 - F ** 2)", "da_f"),
        ("dzo = dO * O * (1 - O)", "dzo = dO * O", "da_o"),
        ("dzc = dC_tilde * (1 - C_tilde ** 2)", "dzc = dC_tilde", "da_g"),
        (" + dzc @ W_xc.T", "", "dx"),
        ("dH_prev = dzi @ W_hi.T + ", "dH_prev = ", "dh_prev"),
        ("dzo @ W_ho.T", "dzo @ W_ho", "dh_prev"),
        ("dW_xf, dW_hf, db_f = X.T @ dzf", "dW_xf, dW_hf, db_f = -X.T @ dzf", "dW_f"),
        ("dH + dH_next", "dH", "dh"),
        ("dC + dC_next", "dC", "dc"),
        ("[a + b for a, b in zip(total, grads)]", "grads", "dW_f"),
    ]),
    "terse": (TERSE, "rnn", "gatecheck", [
        (' + p["b"]', "", "h", "a_h"),
        (' + h_prev @ p["U"].T', "", "h", "a_h"),
        ("np.tanh(a)", "1 / (1 + np.exp(-a))", "h"),
        ("np.tanh(a)", "a", "h"),
        ("da = dh * (1 - h * h)", "da = dh", "da_h"),
        ("da = dh * (1 - h * h)", "da = dh * h * (1 - h)", "da_h"),
        ('return da @ p["W"], da @ p["U"],', 'return da @ p["W"], da @ p["U"].T,', "dh_prev"),
        ("d = dh[t] + dh_prev", "d = dh[t]", "dh"),
        ("dp[n] + g[n]", "g[n]", "dW"),
        ("step(x[t], h, p)", "step(x[t], h0, p)", "h"),
        ("(1 - h * h)", "(h * h - 1)", "da_h"),
    ]),
    "peephole": (PEEPHOLE, "lstm_peephole", "gatecheck", [
        (' + p["p_f"] * c_prev', "", "f", "a_f"),
        (' + p["b_g"]', "", "g", "a_g"),
        ("s(zf), s(zi), np.tanh(zg)", "s(zf), s(zi), s(zg)", "g"),
        ("o = s(zo)", "o = np.tanh(zo)", "o"),
        ("h = o * np.tanh(c)", "h = o * c", "h"),
        ("c = f * c_prev + i * g", "c = f * c_prev + i", "c"),
        ("dzo = dh * tanh_c * o * (1 - o)", "dzo = dh * tanh_c", "da_o"),
        ("dzo = dh * tanh_c * o", "dzo = dh * o", "do"),
        ('dcell = dc + dh * o * (1 - tanh_c ** 2) + dzo * p["p_o"]', "dcell = dc + dh * o * (1 - tanh_c ** 2)", "dc"),
        ("dcell = dc + dh * o * (1 - tanh_c ** 2)", "dcell = dc + dh * o", "dc"),
        ("dcell = dc + ", "dcell = ", "dc"),
        ("dzf = dcell * c_prev * f * (1 - f)", "dzf = dcell * c_prev", "da_f"),
        ("dzi = dcell * g * i", "dzi = dcell * g", "da_i"),
        ("dzg = dcell * i * (1 - g ** 2)", "dzg = dcell * i", "da_g"),
        ('dc_prev = dcell * f + dzf * p["p_f"] + dzi * p["p_i"]', 'dc_prev = dcell * f + dzf * p["p_f"]', "dc_prev"),
        ("dc_prev = dcell * f +", "dc_prev = dcell +", "dc_prev"),
        ("dh = dhs[t] + dh_next", "dh = dhs[t]", "dh"),
        ("dc = dcs[t] + dc_next", "dc = dcs[t]", "dc"),
        ("total[k] = total.get(k, 0) + v", "total[k] = v", "dW_f"),
        ("step(x[t], h, c, p)", "step(x[t], h0, c, p)", "h"),
        ('d["p_o"] = (dzo * c)', 'd["p_o"] = (dzo * c_prev)', "dp_o"),
    ]),
    "cs rnn": (RAW, "rnn", "cs231n", [
        ("np.dot(prev_h, Wh) + b", "np.dot(prev_h, Wh)", "h", "a_h"),
        (" + np.dot(prev_h, Wh)", "", "h", "a_h"),
        ("np.tanh(hraw)", "hraw", "h"),
        ("dnext_h * (1 - next_h ** 2)", "dnext_h", "da_h"),
        ("np.dot(prev_h, Wh)", "np.dot(prev_h, Wh.T)", "h", "a_h"),
        ("np.dot(dhraw, Wh.T)", "np.dot(dhraw, Wh)", "dh_prev"),
        ("dWx += dWx_", "dWx = dWx_", "dW"),
        ("db += db_", "db = db_", "db"),
        ("dh[:, t, :] + dprev_h", "dh[:, t, :]", "dh"),
        ("rnn_step_forward(x[:, t, :], next_h,", "rnn_step_forward(x[:, t, :], h0,", "h"),
        ("dx = np.dot(dhraw, Wx.T)", "dx = -np.dot(dhraw, Wx.T)", "dx"),
    ]),
}  # fmt: skip
