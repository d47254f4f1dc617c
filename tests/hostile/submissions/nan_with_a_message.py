# class: not finite
# on: wrong
# expect: none
# says: are NaN or infinite
# stopped by: judge

def step(x, h_prev, p):
    return np.full(h_prev.shape, 0xFFF8DEADBEEF0001, np.uint64).view(float), (x, h_prev, h_prev)
