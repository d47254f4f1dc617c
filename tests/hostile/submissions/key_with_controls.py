# class: injection
# on: right
# expect: some
# says: dp has no "W"
# stopped by: reporting

_step_backward = step_backward


def step_backward(dh, kept, p):
    dx, dh_prev, dp = _step_backward(dh, kept, p)
    return dx, dh_prev, {"W\x1b[2J": dp["W"], **{name: dp[name] for name in ("U", "b")}}
