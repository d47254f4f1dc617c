# class: forged verdicts
# on: wrong
# expect: timeout|crashed
# stopped by: deadline
# seconds: 0.3

import os
import time

while True:
    for number in range(3, 40):
        try:
            os.write(number, b"\0")
        except OSError:
            pass
    time.sleep(0.05)
