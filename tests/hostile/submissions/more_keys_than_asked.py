# class: honest oddities
# on: right
# expect: full
# stopped by: nothing

_step_backward = step_backward


def step_backward(dh, kept, p):
    dx, dh_prev, dp = _step_backward(dh, kept, p)
    return dx, dh_prev, {**dp, "mine": object(), 'b"; DROP TABLE grades': lambda: 0}
