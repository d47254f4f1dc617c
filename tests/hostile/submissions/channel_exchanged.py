# class: forged verdicts
# on: wrong
# expect: crashed|none
# stopped by: judge

import os

for number in range(3, 32):
    try:
        os.dup2(1, number)
    except OSError:
        pass
