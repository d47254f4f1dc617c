# class: shapes
# on: right
# expect: none
# says: h has shape .* It is transposed
# stopped by: judge

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h.T, kept
