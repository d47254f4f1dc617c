# class: descriptor bombs
# on: right
# expect: full
# stopped by: limits

import os

taken = []
try:
    while len(taken) < 1000:
        taken.append(os.dup(1))
    got("1000 descriptors")
except OSError:
    pass
finally:
    for number in taken:
        os.close(number)
