# class: exits
# on: right
# expect: none
# says: step raised SystemExit
# stopped by: judge

import sys


def step(x, h_prev, p):
    sys.exit("10 of 10 points")
