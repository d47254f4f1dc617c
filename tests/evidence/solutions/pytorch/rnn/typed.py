import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Cache = tuple[Array, Array, Array, Array, Array]
Grads = tuple[Array, Array, Array, Array]


def rnn_step(
    x: Array, h_prev: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, Cache]:
    h: Array = np.tanh(x @ weight_ih.T + bias_ih + h_prev @ weight_hh.T + bias_hh)
    return h, (x, h_prev, h, weight_ih, weight_hh)


def rnn_step_backward(dh: Array, cache: Cache) -> tuple[Array, Array, Array, Array, Array, Array]:
    x, h_prev, h, weight_ih, weight_hh = cache
    da: Array = dh * (1.0 - h * h)
    db: Array = da.sum(axis=0)
    return da @ weight_ih, da @ weight_hh, da.T @ x, da.T @ h_prev, db, db.copy()


def rnn(
    x: Array, h0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array, bias_hh: Array
) -> tuple[Array, list[Cache]]:
    h: Array = np.zeros((x.shape[0], *h0.shape))
    caches: list[Cache] = []
    state: Array = h0
    for t in range(x.shape[0]):
        state, cache = rnn_step(x[t], state, weight_ih, weight_hh, bias_ih, bias_hh)
        h[t] = state
        caches.append(cache)
    return h, caches


def rnn_backward(dh: Array, cache: list[Cache]) -> tuple[Array, Array, Array, Array, Array, Array]:
    T: int = len(cache)
    dx: Array = np.zeros((T, *cache[0][0].shape))
    dstate: Array = np.zeros_like(dh[0])
    dweight_ih: Array = np.zeros_like(cache[0][3])
    dweight_hh: Array = np.zeros_like(cache[0][4])
    dbias: Array = np.zeros(dweight_hh.shape[0])
    for t in range(T - 1, -1, -1):
        dx[t], dstate, gi, gh, b, _ = rnn_step_backward(dh[t] + dstate, cache[t])
        dweight_ih += gi
        dweight_hh += gh
        dbias += b
    return dx, dstate, dweight_ih, dweight_hh, dbias, dbias.copy()
