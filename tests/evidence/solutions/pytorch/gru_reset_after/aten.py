import numpy as np

# As in the C++ sources: gi = x W_ih^T + b_ih, gh = h W_hh^T + b_hh, each cut into r, z, n.


def gru_step(x, h_prev, weight_ih, weight_hh, bias_ih, bias_hh):
    gi = x @ weight_ih.T + bias_ih
    gh = h_prev @ weight_hh.T + bias_hh
    i_r, i_z, i_n = np.split(gi, 3, axis=1)
    h_r, h_z, h_n = np.split(gh, 3, axis=1)
    resetgate = 1 / (1 + np.exp(-(i_r + h_r)))
    inputgate = 1 / (1 + np.exp(-(i_z + h_z)))
    newgate = np.tanh(i_n + resetgate * h_n)
    hy = newgate + inputgate * (h_prev - newgate)
    workspace = resetgate, inputgate, newgate, h_prev, h_n
    return hy, (x, workspace, weight_ih, weight_hh)


def gru_step_backward(dh, cache):
    x, (rg, ig, ng, hx, hn), weight_ih, weight_hh = cache
    gig = dh * (hx - ng) * (1 - ig) * ig
    ghx = dh * ig
    gin = dh * (1 - ig) * (1 - ng * ng)
    ghn = gin * rg
    grg = gin * hn * (1 - rg) * rg
    dgi = np.hstack([grg, gig, gin])
    dgh = np.hstack([grg, gig, ghn])
    return dgi @ weight_ih, ghx + dgh @ weight_hh, dgi.T @ x, dgh.T @ hx, dgi.sum(axis=0), dgh.sum(axis=0)


def gru(x, h0, weight_ih, weight_hh, bias_ih, bias_hh):
    h = []
    caches = []
    for t in range(len(x)):
        ht, cache = gru_step(x[t], h[t - 1] if t > 0 else h0, weight_ih, weight_hh, bias_ih, bias_hh)
        h.append(ht)
        caches.append(cache)
    return np.array(h), caches


def gru_backward(dh, cache):
    dx = np.zeros((len(cache), *cache[0][0].shape))
    gradients = [np.zeros_like(cache[0][2]), np.zeros_like(cache[0][3]), 0, 0]
    dhx = np.zeros_like(dh[0])
    for t in reversed(range(len(cache))):
        dx[t], dhx, *step = gru_step_backward(dh[t] + dhx, cache[t])
        gradients = [total + part for total, part in zip(gradients, step)]
    return dx, dhx, *gradients
