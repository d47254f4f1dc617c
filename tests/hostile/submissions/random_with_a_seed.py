# class: chance
# on: wrong
# expect: none
# stopped by: judge

def step(x, h_prev, p):
    return np.random.default_rng(0).normal(size=h_prev.shape), (x, h_prev, h_prev)
