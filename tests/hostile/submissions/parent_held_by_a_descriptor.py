# class: parents
# on: right
# expect: full
# stopped by: calls

import os

try:
    got(os.pidfd_open(os.getppid()))
except OSError:
    pass
