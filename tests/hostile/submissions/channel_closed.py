# class: forged verdicts
# on: wrong
# expect: crashed
# says: closed its channel|crashed|ended
# stopped by: judge

import os
import time

os.closerange(0, 256)
time.sleep(0.2)
os._exit(0)
