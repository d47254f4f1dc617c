# class: lying arrays
# on: right
# expect: none|crashed
# stopped by: process

import ctypes


def step(x, h_prev, p):
    nowhere = (ctypes.c_double * h_prev.size).from_address(8)
    return np.frombuffer(nowhere).reshape(h_prev.shape), (x, h_prev, h_prev)
