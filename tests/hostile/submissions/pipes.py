# class: descriptor bombs
# on: right
# expect: full
# stopped by: limits, calls

import os

try:
    held = [os.pipe() for _ in range(200)]
    got("400 descriptors")
except OSError:
    held = []
