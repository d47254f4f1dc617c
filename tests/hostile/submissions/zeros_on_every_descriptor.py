# class: forged verdicts
# on: wrong
# expect: crashed
# says: spoke to its judge out of turn
# stopped by: wire

import os

for number in range(3, 256):
    try:
        os.write(number, b"\0" * 8)
    except OSError:
        pass
