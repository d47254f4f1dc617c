"""What a gradient check costs: the 260 parameters of an LSTM step; run with -m benchmark -s."""

import statistics
import time

import numpy as np
import pytest

from gatecheck import gradcheck

pytestmark = pytest.mark.benchmark
RUNS = 30
B, D, H = 3, 7, 5
STEP = 1e-5
PARAMETERS = ("W", "U", "b")


def sigmoid(a):
    return 0.5 * np.tanh(0.5 * a) + 0.5


def step(x, h, c, W, U, b):
    a = x @ W.T + h @ U.T + b
    f, i, o = (sigmoid(a[:, k * H : (k + 1) * H]) for k in range(3))
    g = np.tanh(a[:, 3 * H :])
    new = f * c + i * g
    return o * np.tanh(new), new, (x, h, c, f, i, o, g, new)


def step_backward(dh, dc, kept, W, U):
    x, h, c, f, i, o, g, new = kept
    dc = dc + dh * o * (1 - np.tanh(new) ** 2)
    do = dh * np.tanh(new)
    da = np.concatenate([dc * c * f * (1 - f), dc * g * i * (1 - i), do * o * (1 - o), dc * i * (1 - g * g)], axis=1)
    return da @ W, da @ U, dc * f, da.T @ x, da.T @ h, da.sum(axis=0)


def one_by_one(inputs):
    """Central differences, number by number: what is usually written instead."""
    rng = np.random.default_rng(0)
    dh, dc = rng.normal(size=(B, H)), rng.normal(size=(B, H))
    for name in PARAMETERS:
        flat = inputs[name].reshape(-1)
        for k in range(flat.size):
            kept = flat[k]
            losses = []
            for move in (STEP, -STEP):
                flat[k] = kept + move
                h, c, _ = step(**inputs)
                losses.append(np.sum(h * dh) + np.sum(c * dc))
            flat[k] = kept


def milliseconds(action):
    found = []
    for _ in range(RUNS):
        start = time.process_time()
        action()
        found.append(1e3 * (time.process_time() - start))
    return f"{min(found):8.2f}{statistics.median(found):8.2f}"


def test_the_cost_of_260_parameters():
    rng = np.random.default_rng(1)
    shapes = {"x": (B, D), "h": (B, H), "c": (B, H), "W": (4 * H, D), "U": (4 * H, H), "b": (4 * H,)}
    inputs = {n: rng.normal(size=shape) for n, shape in shapes.items()}
    assert sum(inputs[n].size for n in PARAMETERS) == 260

    def wrong(dh, dc, kept, W, U):
        return [2 * d for d in step_backward(dh, dc, kept, W, U)]

    rows = {
        "right, along a direction each": lambda: gradcheck(step, step_backward, inputs, wrt=PARAMETERS),
        "all wrong, number by number": lambda: gradcheck(step, wrong, inputs, wrt=PARAMETERS),
        "central differences, one by one": lambda: one_by_one(inputs),
    }
    print("\nCPU time in ms of checking 260 parameters  minimum  median")
    for name, action in rows.items():
        print(f"{name:42}{milliseconds(action)}")
