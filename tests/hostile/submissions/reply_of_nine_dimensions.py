# class: malformed replies
# on: right
# expect: none
# says: array of 9 dimensions
# stopped by: wire

def step(x, h_prev, p):
    return np.zeros((1,) * 9), None
