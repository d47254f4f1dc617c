# class: odd dtypes
# on: right
# expect: none
# says: h is an array of dtype str
# stopped by: judge

def step(x, h_prev, p):
    return np.full(h_prev.shape, "0.5"), (x, h_prev, h_prev)
