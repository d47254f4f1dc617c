# class: odd dtypes
# on: right
# expect: none
# says: h holds complex128 numbers instead of float64
# stopped by: judge

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h + 0j, kept
