# class: shapes
# on: wrong
# expect: none
# says: h has shape \(1, 1\) instead of
# stopped by: judge

def step(x, h_prev, p):
    return np.full((1, 1), np.nan_to_num(x.mean())), (x, h_prev, h_prev)
