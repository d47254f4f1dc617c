"""Other interpretations of programs: at forty digits, and as somebody else would have written them."""

from functools import reduce

import mpmath
import numpy as np

from gatecheck.assignment.operations import OPERATIONS

EXACT = mpmath.mp.clone()
EXACT.dps = 40


def exact(array):
    """The same numbers, to be computed with at forty digits."""
    return np.vectorize(EXACT.mpf, otypes=[object])(array)


def _exactly(function):
    made = np.vectorize(function, otypes=[object])
    return lambda *arguments: made(*map(np.asarray, arguments))


def _softmax(v):
    e = _exactly(EXACT.exp)(v)
    return e / e.sum(axis=-1, keepdims=True)


def _sign(a):
    return EXACT.mpf(int(a > 0) - int(a < 0))


#: What needs more than numbers with arithmetic of their own.
AT_FORTY_DIGITS = {
    **OPERATIONS,
    "^": _exactly(lambda a, n: EXACT.mpf(a) ** (int(n) if n == int(n) else EXACT.mpf(n))),
    "sigmoid": _exactly(lambda a: 1 / (1 + EXACT.exp(-a))),
    "tanh": _exactly(EXACT.tanh),
    "exp": _exactly(EXACT.exp),
    "log": _exactly(EXACT.log),
    "softplus": _exactly(lambda a: EXACT.log(1 + EXACT.exp(a))),
    "erf": _exactly(EXACT.erf),
    "absolute": _exactly(abs),
    "sign": _exactly(_sign),
    "relu": _exactly(lambda a: max(a, EXACT.mpf(0))),
    "step": _exactly(lambda a: EXACT.mpf(int(a > 0))),
    "softmax": _softmax,
    "logsumexp": lambda v: _exactly(EXACT.log)(_exactly(EXACT.exp)(v).sum(axis=-1, keepdims=True)),
}

#: Sums and products from the other end, products of matrices by other means, every function by another formula.
BY_OTHERS = {
    **OPERATIONS,
    "+": lambda *a: reduce(np.add, a[::-1]),
    "*": lambda *a: reduce(np.multiply, a[::-1]),
    "matmul": lambda w, v: np.einsum("ij,bj->bi", w[:, ::-1], v[:, ::-1]),
    "matmul_t": lambda w, v: sum(v[:, k : k + 1] * w[k] for k in reversed(range(len(w)))),
    "sum": lambda v: v[..., ::-1].cumsum(axis=-1)[..., -1:],
    "mean": lambda v: (v[..., ::-1] / v.shape[-1]).sum(axis=-1, keepdims=True),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": lambda a: 2 / (1 + np.exp(-2 * a)) - 1,
    "softplus": lambda a: np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a))),
    "softmax": lambda a: np.exp(a - np.logaddexp.reduce(a, axis=-1, keepdims=True)),
    "logsumexp": lambda v: np.logaddexp.reduce(v, axis=-1, keepdims=True),
}
