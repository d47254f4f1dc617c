# class: chance
# on: right
# expect: none
# says: step does not give the same when it is called again
# stopped by: judge

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h + 1e-5 * np.random.randn(*h.shape), kept
