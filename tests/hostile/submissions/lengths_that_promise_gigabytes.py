# class: forged verdicts
# on: wrong
# expect: crashed
# stopped by: wire

import os

for number in range(3, 256):
    try:
        os.write(number, b"\xff" * 8)
    except OSError:
        pass
