# class: not finite
# on: wrong
# expect: none
# stopped by: judge

def step(x, h_prev, p):
    return np.full_like(h_prev, 5e-324), (x, h_prev, h_prev)
