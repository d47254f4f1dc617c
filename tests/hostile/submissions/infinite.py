# class: not finite
# on: wrong
# expect: none
# says: are NaN or infinite
# stopped by: judge

def step(x, h_prev, p):
    return np.full_like(h_prev, -np.inf), (x, h_prev, h_prev)
