# class: forged verdicts
# on: wrong
# expect: timeout
# stopped by: deadline
# seconds: 0.3

import os
import time

for number in range(3, 256):
    try:
        os.write(number, b"\0\x10\0\0\0\0\0\0" + b" ")
    except OSError:
        pass
time.sleep(3600)
