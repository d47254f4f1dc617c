# class: fork bombs
# on: right
# expect: full
# stopped by: user, limits, calls

import os
import time

for _ in range(32):
    try:
        if not os.fork():
            time.sleep(2)
            os._exit(0)
    except OSError:
        break
else:
    got("32 processes")
