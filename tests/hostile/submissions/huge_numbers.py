# class: not finite
# on: wrong
# expect: none
# says: gives the same numbers whatever|off by|far off
# stopped by: judge

def step(x, h_prev, p):
    return np.full_like(h_prev, 1.7e308), (x, h_prev, h_prev)
