# class: global state
# on: right
# expect: some
# says: step_backward does not give the same when it is called again
# stopped by: judge

_step, _step_backward = step, step_backward


def step(x, h_prev, p):
    global last
    h, last = _step(x, h_prev, p)
    return h, last


def step_backward(dh, kept, p):
    return _step_backward(dh, last, p)


_backward = backward


def backward(dh, kept, p):
    global last
    T = len(dh)
    dx, total, dh_prev = [], None, 0
    for t in reversed(range(T)):
        last = kept[t]
        step_dx, dh_prev, dp = step_backward(dh[t] + dh_prev, kept[t], p)
        dx.insert(0, step_dx)
        total = dp if total is None else {name: total[name] + dp[name] for name in dp}
    return np.array(dx), dh_prev, total
