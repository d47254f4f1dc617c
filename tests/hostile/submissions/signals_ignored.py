# class: signals
# on: right
# expect: timeout
# stopped by: deadline
# seconds: 0.3

import signal
import time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
time.sleep(3600)
