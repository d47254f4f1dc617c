# class: global state
# on: right
# expect: some
# says: backward does not give the same when it is called again
# stopped by: judge

_order = []
_step_backward, _backward = step_backward, backward


def step_backward(dh, kept, p):
    return _step_backward(dh, kept, p)


def backward(dh, kept, p):
    _order.append("backward")
    dx, dh0, dp = _backward(dh, kept, p)
    return dx * len(_order), dh0, dp
