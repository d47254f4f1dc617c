# class: exits
# on: right
# expect: full
# stopped by: process

import atexit
import time

atexit.register(time.sleep, 3600)
