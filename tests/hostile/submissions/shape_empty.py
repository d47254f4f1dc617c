# class: shapes
# on: wrong
# expect: none
# says: h has shape \(0,\) instead of
# stopped by: judge

def step(x, h_prev, p):
    return np.empty(0), (x, h_prev, h_prev)
