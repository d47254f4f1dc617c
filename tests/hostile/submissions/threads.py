# class: thread bombs
# on: right
# expect: full
# stopped by: user, limits, calls

import threading
import time

try:
    for _ in range(20):
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
    got("20 threads")
except RuntimeError:
    pass
