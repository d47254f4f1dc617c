# class: honest oddities
# on: right
# expect: full
# stopped by: nothing

_step_backward = step_backward


def step_backward(dh, kept, p):
    return list(_step_backward(dh, kept, p))
