# class: loops
# on: right
# expect: none
# says: is of kind generator|generator, not an array
# stopped by: judge

import itertools


def step(x, h_prev, p):
    return (h_prev for _ in itertools.count()), (x, h_prev)
