# class: parents
# on: right
# expect: full
# stopped by: calls

import os

try:
    got(os.setpriority(os.PRIO_PROCESS, 0, 19))
except OSError:
    pass
