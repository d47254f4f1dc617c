import numpy as np
from numpy import einsum, tanh


def step(x, h_prev, p):
    z = einsum("hd,bd->bh", p["W"], x) + einsum("hk,bk->bh", p["U"], h_prev) + p["b"]
    h = tanh(z)
    return h, (x, h_prev, z)


def step_backward(dh, kept, p):
    x, h_prev, z = kept
    dz = dh / np.cosh(z) ** 2
    dp = dict(
        W=einsum("bh,bd->hd", dz, x),
        U=einsum("bh,bk->hk", dz, h_prev),
        b=einsum("bh->h", dz),
    )
    return einsum("bh,hd->bd", dz, p["W"]), einsum("bh,hk->bk", dz, p["U"]), dp


def forward(x, h0, p):
    h, outputs, kept = h0, [], []
    for xt in x:
        h, k = step(xt, h, p)
        outputs.append(h)
        kept.append(k)
    return np.array(outputs), kept


def backward(dh, kept, p):
    dxs = []
    dp = {k: 0.0 for k in p}
    carry = 0.0
    for g, k in zip(dh[::-1], kept[::-1]):
        dx, carry, d = step_backward(g + carry, k, p)
        dxs.append(dx)
        dp = {name: dp[name] + d[name] for name in dp}
    return np.array(dxs[::-1]), carry, dp
