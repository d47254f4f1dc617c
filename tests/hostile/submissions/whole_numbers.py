# class: odd dtypes
# on: right
# expect: none
# says: h holds int64 numbers instead of float64\. A buffer of whole numbers cuts off the fractions
# stopped by: judge

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h.astype(np.int64), kept
