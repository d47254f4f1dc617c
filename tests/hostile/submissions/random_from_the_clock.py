# class: chance
# on: right
# expect: none
# says: step does not give the same when it is called again
# stopped by: judge

import time

_step = step


def step(x, h_prev, p):
    h, kept = _step(x, h_prev, p)
    return h * (1 + time.perf_counter_ns() % 1000 / 1e6), kept
