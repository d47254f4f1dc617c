# class: odd dtypes
# on: right
# expect: none
# says: h is an array of dtype void
# stopped by: judge

def step(x, h_prev, p):
    return np.zeros(h_prev.shape, dtype=[("a", float), ("b" * 500, float)]), (x, h_prev, h_prev)
