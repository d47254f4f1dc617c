# class: honest oddities
# on: right
# expect: full
# stopped by: nothing

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h.astype(">f8"), kept
