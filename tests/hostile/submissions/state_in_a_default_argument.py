# class: global state
# on: right
# expect: none
# says: step does not give the same when it is called again
# stopped by: judge

_step = step


def step(x, h_prev, p, seen=[]):
    h, kept = _step(x, h_prev, p)
    seen.append(1)
    return h * (1 + 1e-6 * (len(seen) > 1)), kept
