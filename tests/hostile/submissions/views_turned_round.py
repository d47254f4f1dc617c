# class: honest oddities
# on: right
# expect: full
# stopped by: nothing

_step, _step_backward = step, step_backward


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    wide = np.repeat(h, 2, axis=1)[::-1]
    return wide[::-1, ::2], kept


def step_backward(dh, kept, p):
    dx, dh_prev, dp = _step_backward(dh, kept, p)
    return dx.T.copy().T, dh_prev[::-1].copy()[::-1], {name: value[...] for name, value in reversed(dp.items())}
