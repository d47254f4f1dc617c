from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass
class Kept:
    x: Array
    h_prev: Array
    z: Array
    r: Array
    n: Array


def sig(a: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-a))


def step(x: Array, h_prev: Array, p: dict[str, Array]) -> tuple[Array, Kept]:
    z = sig(x @ p["W_z"].T + h_prev @ p["U_z"].T + p["b_z"])
    r = sig(x @ p["W_r"].T + h_prev @ p["U_r"].T + p["b_r"])
    n = np.tanh(x @ p["W_n"].T + (r * h_prev) @ p["U_n"].T + p["b_n"])
    h = n + z * (h_prev - n)
    return h, Kept(x, h_prev, z, r, n)


def step_backward(dh: Array, kept: Kept, p: dict[str, Array]) -> tuple[Array, Array, dict[str, Array]]:
    k = kept
    gn = dh * (1 - k.z) * (1 - k.n**2)
    gz = dh * (k.h_prev - k.n) * k.z * (1 - k.z)
    inner = gn @ p["U_n"]
    gr = inner * k.h_prev * k.r * (1 - k.r)
    dp: dict[str, Array] = {}
    for name, g, read in (("z", gz, k.h_prev), ("r", gr, k.h_prev), ("n", gn, k.r * k.h_prev)):
        dp[f"W_{name}"] = g.T @ k.x
        dp[f"U_{name}"] = g.T @ read
        dp[f"b_{name}"] = g.sum(axis=0)
    dx = gz @ p["W_z"] + gr @ p["W_r"] + gn @ p["W_n"]
    dh_prev = dh * k.z + inner * k.r + gz @ p["U_z"] + gr @ p["U_r"]
    return dx, dh_prev, dp


def forward(x: Array, h0: Array, p: dict[str, Array]) -> tuple[Array, list[Kept]]:
    out: list[Array] = []
    kept: list[Kept] = []
    h = h0
    for xt in x:
        h, k = step(xt, h, p)
        out.append(h)
        kept.append(k)
    return np.stack(out), kept


def backward(dh: Array, kept: list[Kept], p: dict[str, Array]) -> tuple[Array, Array, dict[str, Array]]:
    dx = np.empty((len(kept), *kept[0].x.shape))
    dp = {name: np.zeros_like(value) for name, value in p.items()}
    down = np.zeros_like(dh[0])
    for t in range(len(kept) - 1, -1, -1):
        dx[t], down, d = step_backward(dh[t] + down, kept[t], p)
        for name, value in d.items():
            dp[name] += value
    return dx, down, dp
