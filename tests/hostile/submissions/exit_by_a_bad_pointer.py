# class: exits
# on: right
# expect: crashed
# says: crashed Python \(SIGSEGV\), inside step
# stopped by: process

import ctypes


def step(x, h_prev, p):
    ctypes.string_at(0)
