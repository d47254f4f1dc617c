# class: aliasing
# on: wrong
# expect: none
# stopped by: judge

def step(x, h_prev, p):
    return h_prev, (x, h_prev, h_prev)


def step_backward(dh, kept, p):
    return kept[0], dh, p
