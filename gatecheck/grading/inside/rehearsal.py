"""A run before the first: what every submission needs is loaded, and warm, when a process is forked for it.

A child copies each page that it writes to, and Python takes a few calls to make code faster: once is better than often.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from numpy import ones

from .frames import receive
from .values import Result, Value
from .worker import Post, Submission

TIMES = 8
SOURCE = b"""\
import numpy as np

def forward(x, p):
    h = np.zeros((len(x) + 1, *x[0].shape))
    for t in range(len(x)):
        a = x[t] @ p["W"].T + h[t - 1] @ p["U"] + p["b"]
        h[t] = np.tanh(a) / (1 + np.exp(-a))
    return h[:-1], (h, p)

def backward(dh, cache):
    h, p = cache
    d = {name: np.zeros_like(value) for name, value in p.items()}
    for t in reversed(range(len(dh))):
        da = dh[t] * (1 - h[t] ** 2)
        d["W"] += da.T @ h[t]
        d["b"] += np.sum(da, axis=0)
    return np.concatenate([dh, dh], axis=-1), d
"""


def rehearse() -> None:
    """Take a small submission the whole way, over a pipe to ourselves; nothing of it is left."""
    x: Value = ones((2, 2, 2))
    weights: Value = {"W": ones((2, 2)), "U": ones((2, 2)), "b": ones(2)}
    calls = _call("forward", (x, weights), (1,)), _call("backward", (x, Result(0, (1,))), ())
    inbox, outbox = os.pipe()
    post = Post(outbox)
    for _ in range(TIMES):
        submission = Submission("submission.py", memory_mib=0)
        submission.load(SOURCE, definitions=False)
        submission.adapt("")
        for index, call in enumerate(calls):
            post.send(call)
            read: Any = post.read(inbox)
            post.answer(index, submission.make(read, post.room))
            receive(inbox)
    os.close(inbox)
    os.close(outbox)
    del sys.modules["submission"]


def _call(function: str, arguments: tuple[Value, ...], opaque: tuple[int, ...]) -> dict[str, Value]:
    return {"function": function, "arguments": arguments, "opaque": opaque, "role": ""}
