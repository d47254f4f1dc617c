# class: malformed replies
# on: right
# expect: none
# says: not an array
# stopped by: wire

def step(x, h_prev, p):
    return [0.0] * 500_000, None
