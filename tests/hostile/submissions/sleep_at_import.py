# class: loops
# on: right
# expect: timeout
# says: while it was being loaded
# stopped by: deadline
# seconds: 0.3

import time

time.sleep(3600)
