# class: aliasing
# on: right
# expect: full
# says: step changed its argument x in place
# stopped by: judge

_step = step


def step(x, h_prev, p):
    h, kept = _step(x.copy(), h_prev.copy(), p)
    x *= 0
    return h, kept
