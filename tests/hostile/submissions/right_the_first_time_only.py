# class: global state
# on: right
# expect: none
# says: step does not give the same when it is called again
# stopped by: judge

_step = step
_left = [1]


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return (h if _left and _left.pop() else h * 0), kept
