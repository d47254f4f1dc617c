# class: malformed replies
# on: right
# expect: none
# says: too large
# stopped by: wire

def step(x, h_prev, p):
    return np.zeros((len(x), (65 << 20) // 8 // len(x) + 1)), None
