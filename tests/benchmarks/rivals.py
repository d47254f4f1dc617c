"""Peers, one pass forward and back each: the textbook's fused NumPy, and frameworks where they are there."""

import numpy as np


def rivals(name, T, B, D, H, dtype):
    """Functions by name; none for a cell that frameworks do not have."""
    found = {}
    if name in ("lstm", "gru_reset_after"):
        found |= _torch(name, T, B, D, H, dtype)
    if name == "lstm":
        found["textbook NumPy, fused"] = _textbook(T, B, D, H, dtype)
        found |= _jax(T, B, D, H, dtype)
        if T * B * H <= 500_000:
            found |= _autograd(T, B, D, H, dtype)
    return found


def _arrays(T, B, D, H, dtype, gates=4):
    rng = np.random.default_rng(9)
    shapes = (T, B, D), (T, B, H), (D, gates * H), (H, gates * H), (gates * H,)
    return [(rng.normal(size=s) / np.sqrt(H)).astype(dtype) for s in shapes]


def _textbook(T, B, D, H, dtype):
    """All gates in one product a step, a step at a time, whole expressions: as courses teach it once vectorised."""
    x, dh_up, W, U, b = _arrays(T, B, D, H, dtype)

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    def run():
        h, c, kept = np.zeros((B, H), dtype), np.zeros((B, H), dtype), []
        for t in range(T):
            a = x[t] @ W + h @ U + b
            i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H]), sigmoid(a[:, 2 * H : 3 * H])
            g = np.tanh(a[:, 3 * H :])
            h_prev, c_prev = h, c
            c = f * c + i * g
            tanh_c = np.tanh(c)
            h = o * tanh_c
            kept.append((x[t], h_prev, c_prev, i, f, o, g, tanh_c))
        dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
        dx, dh, dc = np.empty_like(x), np.zeros((B, H), dtype), np.zeros((B, H), dtype)
        for t in reversed(range(T)):
            xt, h_prev, c_prev, i, f, o, g, tanh_c = kept[t]
            dh = dh + dh_up[t]
            dc = dc + dh * o * (1 - tanh_c**2)
            di, df, do, dg = dc * g, dc * c_prev, dh * tanh_c, dc * i
            da = np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])
            dx[t], dh, dc = da @ W.T, da @ U.T, dc * f
            dW += xt.T @ da
            dU += h_prev.T @ da
            db += da.sum(axis=0)
        return dx, dW, dU, db

    return run


def _torch(name, T, B, D, H, dtype):
    try:
        import torch
    except ImportError:
        return {}
    torch.set_num_threads(1)
    kind = torch.float64 if dtype is np.float64 else torch.float32
    model = (torch.nn.LSTM if name == "lstm" else torch.nn.GRU)(D, H).to(kind)
    x = torch.randn(T, B, D, dtype=kind, requires_grad=True)
    upstream = torch.randn(T, B, H, dtype=kind)

    def run():
        model.zero_grad()
        x.grad = None
        model(x)[0].backward(upstream)

    return {f"torch {torch.__version__.split('+')[0]}, nn.{type(model).__name__}": run}


def _jax(T, B, D, H, dtype):
    try:
        import jax
    except ImportError:
        return {}
    jax.config.update("jax_enable_x64", True)
    x, dh_up, W, U, b = map(jax.numpy.asarray, _arrays(T, B, D, H, dtype))

    def loss(x, W, U, b):
        def step(carry, xs):
            (h, c), (xt, up) = carry, xs
            i, f, o, g = jax.numpy.split(xt + h @ U, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jax.numpy.tanh(g)
            h = jax.nn.sigmoid(o) * jax.numpy.tanh(c)
            return (h, c), (h * up).sum()

        zero = jax.numpy.zeros((B, H), x.dtype)
        return jax.lax.scan(step, (zero, zero), (x @ W + b, dh_up))[1].sum()

    gradient = jax.jit(jax.grad(loss, argnums=(0, 1, 2, 3)))
    return {"JAX, scan, jitted": lambda: jax.block_until_ready(gradient(x, W, U, b))}


def _autograd(T, B, D, H, dtype):
    try:
        import autograd
        import autograd.numpy as anp
    except ImportError:
        return {}
    x, dh_up, W, U, b = _arrays(T, B, D, H, dtype)

    def loss(W, U, b):
        h, c, total = np.zeros((B, H), dtype), np.zeros((B, H), dtype), 0.0
        for t in range(T):
            a = anp.dot(x[t], W) + anp.dot(h, U) + b
            i, f, o = (0.5 * anp.tanh(0.5 * a[:, k * H : (k + 1) * H]) + 0.5 for k in range(3))
            c = f * c + i * anp.tanh(a[:, 3 * H :])
            h = o * anp.tanh(c)
            total = total + anp.sum(h * dh_up[t])
        return total

    gradient = autograd.grad(loss, (0, 1, 2))
    return {"HIPS autograd": lambda: gradient(W, U, b)}
