# class: odd dtypes
# on: right
# expect: none
# says: h is an array of dtype object\. Such arrays come of
# stopped by: judge

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h.astype(object), kept
