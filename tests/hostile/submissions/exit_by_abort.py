# class: exits
# on: right
# expect: crashed
# stopped by: process

import os


def step(x, h_prev, p):
    os.abort()
