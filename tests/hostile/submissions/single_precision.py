# class: odd dtypes
# on: right
# expect: none
# says: h holds float32 numbers instead of float64
# stopped by: judge

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h.astype(np.float32), kept
