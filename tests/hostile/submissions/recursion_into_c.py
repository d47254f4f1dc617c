# class: loops
# on: right
# expect: some
# stopped by: process
# seconds: 1.0

import sys

sys.setrecursionlimit(10**9)


def backward(dh, kept, p):
    return backward(dh, kept, p)
