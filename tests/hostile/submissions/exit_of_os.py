# class: exits
# on: right
# expect: crashed
# says: ended Python itself \(exit code 0\), inside step
# stopped by: judge

import os


def step(x, h_prev, p):
    os._exit(0)
