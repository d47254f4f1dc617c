# class: odd dtypes
# on: right
# expect: none
# says: h is an array of dtype datetime64
# stopped by: judge

def step(x, h_prev, p):
    return np.zeros(h_prev.shape, dtype="datetime64[s]"), (x, h_prev, h_prev)
