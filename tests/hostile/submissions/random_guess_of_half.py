# class: chance
# on: wrong
# expect: none
# stopped by: judge

import random


def step(x, h_prev, p):
    return np.where(np.random.rand(*h_prev.shape) < 0.5, 1.0, random.random()), (x, h_prev, h_prev)
