# class: not finite
# on: wrong
# expect: none
# says: h is not finite: \d+ of \d+ numbers are NaN or infinite
# stopped by: judge

def step(x, h_prev, p):
    return np.full_like(h_prev, np.nan), (x, h_prev, h_prev)
